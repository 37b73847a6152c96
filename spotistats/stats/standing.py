"""How things stand with Spotify: the last sync, the next one, and the permission."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, true

from spotistats import clock
from spotistats.extensions import read, settings
from spotistats.models import (
    LONGEST_SPOTIFY_WAIT,
    LONGEST_SYNC_LOCK,
    SpotifyConnection,
    SpotifyWait,
    SyncRun,
    User,
)

# Spotify ends a permission six months after it was given, however often tokens are refreshed.
_CONSENT_MONTHS = 6
_REMIND = timedelta(days=21)

_LAST_SUCCESS = (
    select(SyncRun.finished_at, SyncRun.plays_added)
    .where(
        SyncRun.user_id == bindparam("user_id"),
        SyncRun.status == "succeeded",
        SyncRun.finished_at <= bindparam("latest"),
    )
    .order_by(SyncRun.finished_at.desc())
    .limit(1)
    .subquery()
)
_STANDING = (
    select(
        User.sync_lock_expires_at,
        SpotifyConnection.consented_at,
        SpotifyConnection.needs_reconnect_since,
        SpotifyWait.refused_until,
        _LAST_SUCCESS.c.finished_at,
        _LAST_SUCCESS.c.plays_added,
    )
    .join(SpotifyConnection, SpotifyConnection.user_id == User.id, isouter=True)
    .join(SpotifyWait, SpotifyWait.client_id == bindparam("client_id"), isouter=True)
    .join(_LAST_SUCCESS, true(), isouter=True)
    .where(User.id == bindparam("user_id"))
)


@dataclass(frozen=True, slots=True)
class SyncStanding:
    """`next_sync_at` is None where a sync is possible now; `consent_ends_at` where none was given."""

    last_success_at: datetime | None
    plays_added: int | None
    next_sync_at: datetime | None
    is_connected: bool
    needs_reconnect: bool
    consent_ends_at: datetime | None
    is_running: bool

    def ends_soon(self, now: datetime) -> bool:
        """Tell whether the listener should be reminded that the permission ends."""
        return self.consent_ends_at is not None and self.consent_ends_at - now < _REMIND


@dataclass(frozen=True, slots=True)
class SyncFacts:
    """What is stored of it; how things stand follows from these and from the time."""

    last_success_at: datetime | None
    plays_added: int | None
    locked_until: datetime | None
    refused_until: datetime | None
    consented_at: datetime | None
    needs_reconnect_since: datetime | None


def sync_facts(user_id: int, now: datetime) -> SyncFacts:
    """Return what is stored of the listener's syncs and permission; a sync from the future does not count."""
    row = read(
        _STANDING, user_id=user_id, client_id=settings().spotify_client_id, latest=now + clock.TOLERANCE
    ).one()
    return SyncFacts(
        last_success_at=row.finished_at,
        plays_added=row.plays_added,
        locked_until=row.sync_lock_expires_at,
        refused_until=row.refused_until,
        consented_at=row.consented_at,
        needs_reconnect_since=row.needs_reconnect_since,
    )


def sync_standing(user_id: int, now: datetime) -> SyncStanding:
    """Return how things stand with Spotify for the listener."""
    return standing(sync_facts(user_id, now), now)


def standing(facts: SyncFacts, now: datetime) -> SyncStanding:
    """Return how things stand at `now`."""
    last = facts.last_success_at
    cooled_down_at = last + timedelta(seconds=settings().sync_cooldown_seconds) if last else None
    refused_until = facts.refused_until
    if refused_until and refused_until > now + LONGEST_SPOTIFY_WAIT:
        refused_until = None
    waits = [moment for moment in (cooled_down_at, refused_until) if moment and moment > now]
    return SyncStanding(
        last_success_at=last,
        plays_added=facts.plays_added,
        next_sync_at=max(waits, default=None),
        is_connected=facts.consented_at is not None,
        needs_reconnect=facts.consented_at is None or facts.needs_reconnect_since is not None,
        consent_ends_at=_consent_ends_at(facts.consented_at),
        is_running=facts.locked_until is not None and now < facts.locked_until <= now + LONGEST_SYNC_LOCK,
    )


def _consent_ends_at(consented_at: datetime | None) -> datetime | None:
    return clock.months_after(consented_at, _CONSENT_MONTHS) if consented_at else None
