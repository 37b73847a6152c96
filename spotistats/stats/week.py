"""The last seven local days, today included, against the seven before."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, select

from spotistats import clock
from spotistats.extensions import db
from spotistats.models import Album, Artist, DailyListening, Play, Track, TrackArtist

DAYS = 7


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
    rows = db.session.execute(
        select(DailyListening.date, DailyListening.minutes, DailyListening.plays).where(
            DailyListening.user_id == user_id, DailyListening.date.between(before, today)
        )
    )
    stored = {row.date: row for row in rows}
    days = tuple(
        DayMinutes(day, stored[day].minutes, stored[day].plays) if day in stored else DayMinutes(day, 0, 0)
        for day in clock.each_day(first, today)
    )
    span = _span(first, today, where)
    anything = any(day.plays for day in days)
    return Week(
        days=days,
        minutes_before=sum(row.minutes for day, row in stored.items() if day < first),
        top_artist=_top_artist(user_id, span) if anything else None,
        top_track=_top_track(user_id, span) if anything else None,
    )


def _span(first: date, last: date, where: ZoneInfo) -> ColumnElement[bool]:
    start, end = clock.day_start(first, where), clock.day_start(last + timedelta(days=1), where)
    return and_(Play.played_at >= start, Play.played_at < end)


def _top_track(user_id: int, span: ColumnElement[bool]) -> MostPlayed | None:
    top = (
        select(Play.track_id, func.count().label("plays"))
        .where(Play.user_id == user_id, span)
        .group_by(Play.track_id)
        .order_by(func.count().desc(), func.sum(Play.ms_played).desc(), Play.track_id)
        .limit(1)
        .subquery()
    )
    row = db.session.execute(
        select(Track.name, Track.artist_name, Album.image_url, top.c.plays)
        .join_from(top, Track, Track.id == top.c.track_id)
        .join(Album, Album.id == Track.album_id, isouter=True)
    ).one_or_none()
    return MostPlayed(*row) if row else None


def _top_artist(user_id: int, span: ColumnElement[bool]) -> MostPlayed | None:
    first_credit = and_(TrackArtist.track_id == Play.track_id, TrackArtist.position == 0)
    top = (
        select(TrackArtist.artist_id, func.count().label("plays"))
        .join_from(Play, TrackArtist, first_credit)
        .where(Play.user_id == user_id, span)
        .group_by(TrackArtist.artist_id)
        .order_by(func.count().desc(), func.sum(Play.ms_played).desc(), TrackArtist.artist_id)
        .limit(1)
        .subquery()
    )
    row = db.session.execute(
        select(Artist.name, top.c.plays).join_from(top, Artist, Artist.id == top.c.artist_id)
    ).one_or_none()
    return MostPlayed(row.name, None, None, row.plays) if row else None
