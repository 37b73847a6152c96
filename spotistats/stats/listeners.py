"""All listeners of this server, for whoever runs it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, or_, select

from spotistats.extensions import read
from spotistats.models import SpotifyConnection, SyncRun, User


@dataclass(frozen=True, slots=True)
class ListenerLine:
    user_id: int
    spotify_id: str
    display_name: str | None
    last_success_at: datetime | None
    connection: Literal["connected", "needs to reconnect", "disconnected"]


def listeners() -> tuple[ListenerLine, ...]:
    """Return every listener, the first who came first."""
    last = (
        select(func.max(SyncRun.finished_at))
        .where(SyncRun.user_id == User.id, SyncRun.status == "succeeded")
        .correlate(User)
        .scalar_subquery()
    )
    rows = read(
        select(
            User.id,
            User.spotify_id,
            User.display_name,
            last.label("last_success_at"),
            SpotifyConnection.user_id.label("connected"),
            SpotifyConnection.needs_reconnect_since,
        )
        .join(SpotifyConnection, SpotifyConnection.user_id == User.id, isouter=True)
        .order_by(User.id)
    )
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
        for row in rows
    )


def find_user_id(name: str) -> int | None:
    """Return the id of the user with that Spotify id or account id; the Spotify id wins."""
    rows = read(
        select(User.id, User.spotify_id).where(or_(User.spotify_id == name, User.account_id == name))
    ).all()
    return next((row.id for row in sorted(rows, key=lambda row: row.spotify_id != name)), None)
