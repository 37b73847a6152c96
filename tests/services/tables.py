"""What the tables hold, as plain values, and listeners to hold it for."""

import itertools
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select, update

from spotistats import clock
from spotistats.extensions import db, end_reading, transaction
from spotistats.models import (
    DailyListening,
    Play,
    SpotifyConnection,
    SyncRun,
    User,
    UserTopArtist,
    UserTopTrack,
)
from spotistats.plays import Profile
from spotistats.services import accounts
from spotistats.simulator import Simulator
from spotistats.spotify.tokens import token_pair

_numbers = itertools.count(1)


class Day(NamedTuple):
    minutes: int
    ms_played: int
    plays: int
    top_track_id: str
    top_artist_id: str | None


def connected(simulator: Simulator, name: str = "alice", *, timezone: str = "UTC") -> int:
    """Sign in a listener of the simulator; return the user id."""
    profile = Profile(name, simulator.listener(name).account_id, name.capitalize())
    tokens = token_pair(dict(simulator.grant(name)))
    return accounts.sign_in(profile, tokens, timezone=timezone, now=clock.now()).user_id


def somebody(timezone: str = "UTC") -> int:
    """Store a listener who has no connection to Spotify; return the user id."""
    with transaction() as session:
        user = User(spotify_id=f"somebody-{next(_numbers)}", timezone=timezone, created_at=clock.now())
        session.add(user)
        session.flush()
        return user.id


def plays_of(user_id: int) -> dict[tuple[datetime, str], int]:
    """Return the listener's milliseconds by end and track."""
    rows = _rows(select(Play.played_at, Play.track_id, Play.ms_played).where(Play.user_id == user_id))
    return {(row.played_at, row.track_id): row.ms_played for row in rows}


def days_of(user_id: int) -> dict[date, Day]:
    table = DailyListening
    columns = (table.minutes, table.ms_played, table.plays, table.top_track_id, table.top_artist_id)
    rows = _rows(select(table.date, *columns).where(table.user_id == user_id))
    return {row[0]: Day(*row[1:]) for row in rows}


def stamps_of(user_id: int) -> dict[date, tuple[datetime, datetime]]:
    """Return when each day was made first and last."""
    table = DailyListening
    rows = _rows(select(table.date, table.created_at, table.updated_at).where(table.user_id == user_id))
    return {row.date: (row.created_at, row.updated_at) for row in rows}


def tops_of(user_id: int) -> dict[tuple[str, str], list[str]]:
    """Return the names of each top list, best first; an empty list is not there."""
    found: dict[tuple[str, str], list[str]] = {}
    for kind, table in (("artists", UserTopArtist), ("tracks", UserTopTrack)):
        query = select(table.time_range, table.name).where(table.user_id == user_id)
        for row in _rows(query.order_by(table.time_range, table.rank)):
            found.setdefault((kind, row.time_range), []).append(row.name)
    return found


def runs_of(user_id: int) -> list[SyncRun]:
    """Return the listener's syncs, oldest first."""
    end_reading()
    query = select(SyncRun).where(SyncRun.user_id == user_id).order_by(SyncRun.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def connection_of(user_id: int) -> Any:
    """Return the row of the listener's connection, None where there is none."""
    table = SpotifyConnection
    columns = (
        table.access_token,
        table.refresh_token,
        table.access_token_expires_at,
        table.consented_at,
        table.needs_reconnect_since,
        table.version,
    )
    rows = _rows(select(*columns).where(table.user_id == user_id))
    return rows[0] if rows else None


def lock_of(user_id: int) -> tuple[str | None, datetime | None]:
    """Return who holds the listener's sync lock, and until when."""
    (row,) = _rows(select(User.sync_lock_holder, User.sync_lock_expires_at).where(User.id == user_id))
    return row.sync_lock_holder, row.sync_lock_expires_at


def change_connection(user_id: int, **values: object) -> None:
    with transaction() as session:
        session.execute(
            update(SpotifyConnection).where(SpotifyConnection.user_id == user_id).values(**values)
        )


def change_user(user_id: int, **values: object) -> None:
    with transaction() as session:
        session.execute(update(User).where(User.id == user_id).values(**values))


def at(text: str) -> datetime:
    """Return the moment of 25 February 2026 at "20:15:00" or "20:15:00.497", UTC."""
    return datetime.fromisoformat(f"2026-02-25T{text}").replace(tzinfo=UTC)


def _rows(query: Any) -> list[Any]:
    end_reading()
    rows = list(db.session.execute(query))
    end_reading()
    return rows
