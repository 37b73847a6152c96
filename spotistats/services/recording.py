"""The steps of storing that every source shares. None of them opens a transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, delete, func, insert, or_, select
from sqlalchemy.orm import Session

from spotistats import clock
from spotistats.models import DailyListening, Play, TrackArtist, UserTopArtist, UserTopTrack
from spotistats.plays import TIME_RANGES, TopLists
from spotistats.plays import Play as ToldPlay
from spotistats.services import catalog
from spotistats.services.days import DayTotals, HeardPlay, each_total, total

_SHORTEST_RELIABLE_GAP = timedelta(seconds=30)
_PLAYS_AT_A_TIME = 2_000


@dataclass(frozen=True, slots=True)
class SettledPlay:
    """A play as it will be stored: how long it lasted is decided once."""

    played_at: datetime
    track_id: str
    ms_played: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a page of plays has changed; `gap` are two moments between which plays may be missing."""

    plays_added: int
    dates: frozenset[date]
    gap: tuple[datetime, datetime] | None


def settle(
    ordered: Iterable[ToldPlay], *, known: set[tuple[datetime, str]], before: datetime | None
) -> list[SettledPlay]:
    """Return the plays that are not `known`, with their lengths.

    1. Plays come in the order of their end, then of the track's id (`Play.order`).
    2. A play lasted as long as its track, but no longer than the time since the play before it ended: the
       one before it on Spotify's page, for the first one the nearest stored (`before` is its end).
    3. Where that time is under 30 seconds the stamps are not reliable, and the full length counts.
    4. Of two plays of one track that end in the same millisecond, the longer is kept. They do not shorten
       each other, so that an item which is listed twice is one play like any other.
    """
    settled = []
    for order, twins in groupby(ordered, key=lambda play: play.order):
        play = max(twins, key=lambda play: play.track.duration_ms)
        gap = play.played_at - before if before is not None else None
        ms_played = play.track.duration_ms
        if gap is not None and gap >= _SHORTEST_RELIABLE_GAP:
            ms_played = min(ms_played, gap // timedelta(milliseconds=1))
        before = play.played_at
        if order not in known:
            settled.append(SettledPlay(play.played_at, play.track.id, ms_played))
    return settled


def record_plays(
    session: Session,
    user_id: int,
    plays: Iterable[ToldPlay],
    where: ZoneInfo,
    *,
    full_since: datetime | None,
    now: datetime,
) -> Recorded:
    """Store the plays of one page of Spotify's that are not stored yet; nothing stored is changed.

    They may come in any order: this is where they are put into theirs. `full_since` is where a full page
    begins: between it and the newest stored play, some may be missing. That is so as well where none of the
    page's plays could be read.
    """
    ordered = sorted(plays, key=lambda play: play.order)
    until = min(ordered[-1].played_at, now) if ordered else now
    gap = _gap(session, user_id, until, full_since) if full_since else None
    if not ordered:
        return Recorded(0, frozenset(), gap)
    first, last = ordered[0], ordered[-1]
    known = _known_keys(session, user_id, first.played_at, last.played_at)
    settled = settle(ordered, known=known, before=_end_of_play_before(session, user_id, first))
    catalog.save_tracks(session, [play.track for play in ordered])
    _insert_plays(session, user_id, settled)
    return Recorded(
        plays_added=len(settled),
        dates=frozenset(clock.local_date(play.played_at, where) for play in settled),
        gap=gap,
    )


def rebuild_days(
    session: Session, user_id: int, dates: Iterable[date], where: ZoneInfo, *, now: datetime
) -> int:
    """Make the days of these local dates anew from their plays; return how many dates that were."""
    wanted = sorted(set(dates))
    for day in wanted:
        span = clock.span(day, day, where)
        plays = _heard_plays(
            user_id,
            Play.played_at >= span.start,
            Play.played_at < span.end,
            or_(Play.played_at < span.left_at, Play.played_at >= span.back_at),
        )
        totals = total(HeardPlay(*row) for row in session.execute(plays))
        _replace_days(session, user_id, [day], {day: totals} if totals else {}, now=now)
    return len(wanted)


def rebuild_all_days(session: Session, user_id: int, where: ZoneInfo, *, now: datetime) -> int:
    """Make all days of the listener anew; return how many there are.

    The plays are read a few at a time, since there may be a million of them.
    """
    plays = _heard_plays(user_id).order_by(Play.played_at).execution_options(yield_per=_PLAYS_AT_A_TIME)
    days = dict(each_total((HeardPlay(*row) for row in session.execute(plays)), where))
    _replace_days(session, user_id, None, days, now=now)
    return len(days)


def save_top_lists(session: Session, user_id: int, lists: TopLists, *, now: datetime) -> None:
    """Replace all six lists."""
    owned = {"user_id": user_id, "created_at": now}
    artists = [
        {
            **owned,
            "time_range": time_range,
            "rank": rank,
            "spotify_id": artist.spotify_id,
            "name": artist.name,
            "genres": list(artist.genres),
            "image_url": artist.image_url,
            "popularity": artist.popularity,
        }
        for time_range in TIME_RANGES
        for rank, artist in enumerate(lists.artists[time_range], start=1)
    ]
    tracks = [
        {
            **owned,
            "time_range": time_range,
            "rank": rank,
            "spotify_id": track.spotify_id,
            "name": track.name,
            "artist_name": track.artist_name,
            "album_name": track.album_name,
            "image_url": track.image_url,
            "preview_url": track.preview_url,
        }
        for time_range in TIME_RANGES
        for rank, track in enumerate(lists.tracks[time_range], start=1)
    ]
    for table, rows in ((UserTopArtist, artists), (UserTopTrack, tracks)):
        session.execute(delete(table).where(table.user_id == user_id))
        if rows:
            session.execute(insert(table), rows)


def _gap(
    session: Session, user_id: int, until: datetime, full_since: datetime
) -> tuple[datetime, datetime] | None:
    """Return between which moments plays may be missing, None where the page reaches back to a stored play.

    A play that seems to end after `until` tells of a clock that was ahead, not of what is known.
    """
    newest_stored = session.scalar(
        select(func.max(Play.played_at)).where(Play.user_id == user_id, Play.played_at <= until)
    )
    return (newest_stored, full_since) if newest_stored and newest_stored < full_since else None


def _insert_plays(session: Session, user_id: int, settled: list[SettledPlay]) -> None:
    if not settled:
        return
    rows = [
        {
            "user_id": user_id,
            "played_at": play.played_at,
            "track_id": play.track_id,
            "ms_played": play.ms_played,
            "source": "sync",
        }
        for play in settled
    ]
    session.execute(insert(Play), rows)


def _known_keys(session: Session, user_id: int, first: datetime, last: datetime) -> set[tuple[datetime, str]]:
    rows = session.execute(
        select(Play.played_at, Play.track_id).where(
            Play.user_id == user_id, Play.played_at.between(first, last)
        )
    )
    return {(row.played_at, row.track_id) for row in rows}


def _end_of_play_before(session: Session, user_id: int, play: ToldPlay) -> datetime | None:
    return session.scalar(
        select(Play.played_at)
        .where(
            Play.user_id == user_id,
            or_(
                Play.played_at < play.played_at,
                and_(Play.played_at == play.played_at, Play.track_id < play.track.id),
            ),
        )
        .order_by(Play.played_at.desc(), Play.track_id.desc())
        .limit(1)
    )


def _heard_plays(user_id: int, *span: ColumnElement[bool]) -> Select[datetime, str, str | None, int]:
    """Return the question for a listener's plays with each track's first credited artist."""
    first_credit = and_(TrackArtist.track_id == Play.track_id, TrackArtist.position == 0)
    return (
        select(Play.played_at, Play.track_id, TrackArtist.artist_id, Play.ms_played)
        .join(TrackArtist, first_credit, isouter=True)
        .where(Play.user_id == user_id, *span)
    )


def _replace_days(
    session: Session, user_id: int, dates: list[date] | None, days: dict[date, DayTotals], *, now: datetime
) -> None:
    """Delete the days of `dates` (None: all), insert `days`; a day that was there keeps its birth."""
    stale = [DailyListening.user_id == user_id]
    if dates is not None:
        stale.append(DailyListening.date.in_(dates))
    births = session.execute(select(DailyListening.date, DailyListening.created_at).where(*stale))
    born = {row.date: row.created_at for row in births}
    session.execute(delete(DailyListening).where(*stale).execution_options(synchronize_session=False))
    if days:
        session.execute(
            insert(DailyListening),
            [
                {
                    "user_id": user_id,
                    "date": day,
                    "minutes": totals.minutes,
                    "ms_played": totals.ms_played,
                    "plays": totals.plays,
                    "top_track_id": totals.top_track_id,
                    "top_artist_id": totals.top_artist_id,
                    "created_at": born.get(day, now),
                    "updated_at": now,
                }
                for day, totals in sorted(days.items())
            ],
        )
