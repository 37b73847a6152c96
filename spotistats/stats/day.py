"""One local day: what it adds up to, each of its plays, and the days with plays around it."""

from dataclasses import dataclass
from datetime import date as CalendarDate
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, and_, bindparam, func, select, true

from spotistats import clock
from spotistats.extensions import read
from spotistats.models import Album, Artist, DailyListening, Play, Track, UserTopArtist

PAGE_SIZE = 100

_OWN = DailyListening.user_id == bindparam("user_id")
_DATE: BindParameter[Any] = bindparam("date")
_PREVIOUS = select(func.max(DailyListening.date)).where(_OWN, DailyListening.date < _DATE).scalar_subquery()
_NEXT = select(func.min(DailyListening.date)).where(_OWN, DailyListening.date > _DATE).scalar_subquery()
_TOTALS = (
    select(
        DailyListening.minutes,
        DailyListening.plays,
        Track.name.label("track"),
        Track.artist_name,
        Album.image_url,
        Artist.name.label("artist"),
        # Plays tell no pictures of artists; Spotify's ranking does, of those who are in it.
        select(func.max(UserTopArtist.image_url))
        .where(
            UserTopArtist.user_id == bindparam("user_id"),
            UserTopArtist.spotify_id == DailyListening.top_artist_id,
        )
        .scalar_subquery()
        .label("artist_image_url"),
    )
    .join(Track, Track.id == DailyListening.top_track_id)
    .join(Album, Album.id == Track.album_id, isouter=True)
    .join(Artist, Artist.id == DailyListening.top_artist_id, isouter=True)
    .where(_OWN, DailyListening.date == _DATE)
    .subquery()
)
# One row, whether anything was heard that day or not.
_NEIGHBOURS = select(_PREVIOUS.label("previous"), _NEXT.label("following")).subquery()
_DAY = select(_NEIGHBOURS, _TOTALS).join_from(_NEIGHBOURS, _TOTALS, true(), isouter=True)

_PLAYS = (
    select(Play.played_at, Track.name, Track.artist_name, Album.image_url)
    .join(Track, Track.id == Play.track_id)
    .join(Album, Album.id == Track.album_id, isouter=True)
    .where(
        and_(
            Play.user_id == bindparam("user_id"),
            Play.played_at >= bindparam("start"),
            Play.played_at < bindparam("end"),
        )
    )
    .order_by(Play.played_at, Play.track_id)
    .limit(PAGE_SIZE + 1)
    .offset(bindparam("offset"))
)


@dataclass(frozen=True, slots=True)
class Leader:
    """Who or what was played most; `artist_name` is None for an artist."""

    name: str
    artist_name: str | None
    image_url: str | None


@dataclass(frozen=True, slots=True)
class DayPlay:
    """A play of the day; `played_at` is its end."""

    played_at: datetime
    track: str
    artist_name: str
    image_url: str | None


@dataclass(frozen=True, slots=True)
class Day:
    """A local date with its totals; `previous` and `following` are the nearest dates with plays."""

    date: CalendarDate
    minutes: int
    plays: int
    top_artist: Leader | None
    top_track: Leader | None
    previous: CalendarDate | None
    following: CalendarDate | None


@dataclass(frozen=True, slots=True)
class PlaysPage:
    """Some of a day's plays, the first one first; `is_last` tells that no more follow."""

    plays: tuple[DayPlay, ...]
    is_last: bool


def day(user_id: int, date: CalendarDate) -> Day:
    """Return the listener's day of the local `date`; one without plays has no leaders."""
    row = read(_DAY, user_id=user_id, date=date).one()
    return Day(
        date=date,
        minutes=row.minutes or 0,
        plays=row.plays or 0,
        top_artist=Leader(row.artist, None, row.artist_image_url) if row.artist is not None else None,
        top_track=Leader(row.track, row.artist_name, row.image_url) if row.track is not None else None,
        previous=row.previous,
        following=row.following,
    )


def plays_of(user_id: int, date: CalendarDate, where: ZoneInfo, *, page: int = 1) -> PlaysPage:
    """Return a page of the plays that ended on the local `date`.

    In a night in which the clocks were set back over midnight the span holds some plays of its neighbours as
    well; they are left out, so a page of such a day may be shorter than the others.
    """
    start, end = clock.around(date, where)
    rows = read(_PLAYS, user_id=user_id, start=start, end=end, offset=(page - 1) * PAGE_SIZE).all()
    plays = (DayPlay(*row) for row in rows[:PAGE_SIZE])
    return PlaysPage(
        plays=tuple(play for play in plays if clock.local_date(play.played_at, where) == date),
        is_last=len(rows) <= PAGE_SIZE,
    )
