"""All listeners of this server, for whoever runs it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import bindparam, func, or_, select

from spotistats import clock
from spotistats.extensions import read
from spotistats.models import SpotifyConnection, SyncRun, User

_LAST_SUCCESS = (
    select(func.max(SyncRun.finished_at))
    .where(
        SyncRun.user_id == User.id,
        SyncRun.status == "succeeded",
        SyncRun.finished_at <= bindparam("latest"),
    )
    .correlate(User)
    .scalar_subquery()
)
_EVERYBODY = (
    select(
        User.id,
        User.spotify_id,
        User.display_name,
        _LAST_SUCCESS.label("last_success_at"),
        SpotifyConnection.user_id.label("connected"),
        SpotifyConnection.needs_reconnect_since,
    )
    .join(SpotifyConnection, SpotifyConnection.user_id == User.id, isouter=True)
    .order_by(User.id)
)
_NAMED = select(User.id, User.spotify_id).where(
    or_(User.spotify_id == bindparam("name"), User.account_id == bindparam("name"))
)


@dataclass(frozen=True, slots=True)
class ListenerLine:
    user_id: int
    spotify_id: str
    display_name: str | None
    last_success_at: datetime | None
    connection: Literal["connected", "needs to reconnect", "disconnected"]


def listeners(now: datetime) -> tuple[ListenerLine, ...]:
    """Return every listener, the first who came first; a sync from the future does not count."""
    return tuple(
        ListenerLine(
            row.id,
            row.spotify_id,
            row.display_name,
            row.last_success_at,
            "disconnected"
            if row.connected is None
            else "needs to reconnect"
            if row.needs_reconnect_since
            else "connected",
        )
        for row in read(_EVERYBODY, latest=now + clock.TOLERANCE)
    )


def find_user_id(name: str) -> int | None:
    """Return the id of the user with that Spotify id or account id; the Spotify id wins."""
    rows = read(_NAMED, name=name).all()
    return next((row.id for row in sorted(rows, key=lambda row: row.spotify_id != name)), None)
