"""How often a day's most played artist and track were played on it."""

from dataclasses import dataclass
from datetime import date as CalendarDate
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, select

from spotistats import clock
from spotistats.extensions import read
from spotistats.models import DailyListening, Play, TrackArtist

_PLAYS = (
    select(
        Play.played_at,
        (TrackArtist.artist_id == DailyListening.top_artist_id).label("is_by_artist"),
        (Play.track_id == DailyListening.top_track_id).label("is_track"),
    )
    .select_from(DailyListening)
    .join(Play, Play.user_id == DailyListening.user_id)
    .join(
        TrackArtist,
        and_(TrackArtist.track_id == Play.track_id, TrackArtist.position == 0),
        isouter=True,
    )
    .where(
        DailyListening.user_id == bindparam("user_id"),
        DailyListening.date == bindparam("date"),
        Play.user_id == bindparam("user_id"),
        Play.played_at >= bindparam("start"),
        Play.played_at < bindparam("end"),
    )
)


@dataclass(frozen=True, slots=True)
class LeaderPlays:
    """The plays of the day's artist, as the first credited, and of its track."""

    artist: int
    track: int


def leader_plays(user_id: int, date: CalendarDate, where: ZoneInfo) -> LeaderPlays:
    """Return the plays of those who lead the local `date`; 0 where nothing was played."""
    start, end = clock.around(date, where)
    rows = [
        row
        for row in read(_PLAYS, user_id=user_id, date=date, start=start, end=end)
        if clock.local_date(row.played_at, where) == date
    ]
    return LeaderPlays(
        artist=sum(1 for row in rows if row.is_by_artist), track=sum(1 for row in rows if row.is_track)
    )
