"""The last seven local days, today included, against the seven before."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, func, select, true

from spotistats import clock
from spotistats.extensions import read
from spotistats.models import Album, Artist, DailyListening, Play, Track, TrackArtist, UserTopArtist

DAYS = 7
_NOTHING = (None, None)

_TWO_WEEKS = select(DailyListening.date, DailyListening.minutes, DailyListening.plays).where(
    DailyListening.user_id == bindparam("user_id"),
    DailyListening.date.between(bindparam("first"), bindparam("last")),
)
_IN_SPAN = (
    Play.user_id == bindparam("user_id"),
    Play.played_at >= bindparam("start"),
    Play.played_at < bindparam("end"),
)
_PLAYS = func.count().label("plays")
_TRACK = (
    select(Play.track_id, _PLAYS)
    .where(*_IN_SPAN)
    .group_by(Play.track_id)
    .order_by(func.count().desc(), func.sum(Play.ms_played).desc(), Play.track_id)
    .limit(1)
    .subquery()
)
_ARTIST = (
    select(TrackArtist.artist_id, _PLAYS)
    .join_from(Play, TrackArtist, and_(TrackArtist.track_id == Play.track_id, TrackArtist.position == 0))
    .where(*_IN_SPAN)
    .group_by(TrackArtist.artist_id)
    .order_by(func.count().desc(), func.sum(Play.ms_played).desc(), TrackArtist.artist_id)
    .limit(1)
    .subquery()
)
# Plays tell no pictures of artists; Spotify's ranking does, of those who are in it.
_ARTIST_PICTURE = (
    select(func.max(UserTopArtist.image_url))
    .where(UserTopArtist.user_id == bindparam("user_id"), UserTopArtist.spotify_id == _ARTIST.c.artist_id)
    .scalar_subquery()
)
# One row: the track is there as soon as anything was heard, the artist unless no track names one.
_MOST_PLAYED = (
    select(
        Track.name,
        Track.artist_name,
        Album.image_url,
        _TRACK.c.plays,
        Artist.name.label("artist"),
        _ARTIST_PICTURE.label("artist_image_url"),
        _ARTIST.c.plays.label("artist_plays"),
    )
    .join_from(_TRACK, Track, Track.id == _TRACK.c.track_id)
    .join(Album, Album.id == Track.album_id, isouter=True)
    .join(_ARTIST, true(), isouter=True)
    .join(Artist, Artist.id == _ARTIST.c.artist_id, isouter=True)
)


@dataclass(frozen=True, slots=True)
class DayMinutes:
    date: date
    minutes: int
    plays: int


@dataclass(frozen=True, slots=True)
class MostPlayed:
    """An artist or a track with its plays in the week; `artist_name` is None for an artist."""

    name: str
    artist_name: str | None
    image_url: str | None
    plays: int


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days, the oldest first; `minutes` is the sum of the days' rounded minutes."""

    days: tuple[DayMinutes, ...]
    minutes_before: int
    top_artist: MostPlayed | None
    top_track: MostPlayed | None

    @property
    def minutes(self) -> int:
        return sum(day.minutes for day in self.days)

    @property
    def active_days(self) -> int:
        """How many of the days have a play."""
        return sum(1 for day in self.days if day.plays)

    @property
    def change_percent(self) -> int | None:
        """The change against the seven days before, None where nothing was heard then."""
        if not self.minutes_before:
            return None
        return round((self.minutes - self.minutes_before) * 100 / self.minutes_before)


def week(user_id: int, today: date, where: ZoneInfo) -> Week:
    """Return the seven local days that end with `today`."""
    first, _ = clock.last_days(DAYS, today)
    before, _ = clock.last_days(2 * DAYS, today)
    rows = read(_TWO_WEEKS, user_id=user_id, first=before, last=today)
    stored = {row.date: row for row in rows}
    days = tuple(
        DayMinutes(day, stored[day].minutes, stored[day].plays) if day in stored else DayMinutes(day, 0, 0)
        for day in clock.each_day(first, today)
    )
    artist, track = _most_played(user_id, first, today, where) if any(day.plays for day in days) else _NOTHING
    return Week(
        days=days,
        minutes_before=sum(row.minutes for day, row in stored.items() if day < first),
        top_artist=artist,
        top_track=track,
    )


def _most_played(
    user_id: int, first: date, last: date, where: ZoneInfo
) -> tuple[MostPlayed | None, MostPlayed | None]:
    """Return the top artist and track: most plays, then most milliseconds, then the smallest id."""
    start, end = clock.day_start(first, where), clock.day_end(last, where)
    row = read(_MOST_PLAYED, user_id=user_id, start=start, end=end).one_or_none()
    if row is None:
        return _NOTHING
    track = MostPlayed(row.name, row.artist_name, row.image_url, row.plays)
    if row.artist is None:
        return None, track
    return MostPlayed(row.artist, None, row.artist_image_url, row.artist_plays), track
