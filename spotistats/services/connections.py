"""The permission to ask Spotify about a listener: tokens, their refresh, and when Spotify wants a pause."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from spotistats import clock
from spotistats.extensions import (
    beside,
    db,
    end_reading,
    insert_or_update,
    keep_trying,
    new_version,
    settings,
    transaction,
)
from spotistats.models import LONGEST_SPOTIFY_WAIT, SpotifyConnection, SpotifyWait
from spotistats.services import vault
from spotistats.spotify import side_by_side, tokens
from spotistats.spotify.errors import NeedsReconnect, NotConfigured, SpotifyError
from spotistats.spotify.tokens import Application, TokenPair

log = logging.getLogger(__name__)

_LEAST_LIFETIME = timedelta(minutes=1)
_GRACE_SECONDS = 1.0
# With what comes before, and a last try that is slow, this ends before the listener's sync lock does.
_SAVING_SECONDS = 25

NoteRefresh = Callable[[Future[None]], None]


@dataclass(frozen=True, slots=True)
class Access:
    """A listener's tokens, readable, as they were at `version`."""

    user_id: int
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    version: int


def application() -> Application:
    """Return the configured Spotify application; raises NotConfigured where there is none."""
    configured = settings()
    if configured.spotify_client_id is None or configured.spotify_client_secret is None:
        raise NotConfigured("no Spotify application is configured")
    return Application(
        configured.spotify_accounts_url, configured.spotify_client_id, configured.spotify_client_secret
    )


def connect(session: Session, user_id: int, pair: TokenPair, *, now: datetime) -> bool:
    """Store the tokens of a permission that was given just now; tell whether the last one was of use."""
    stored = session.get(SpotifyConnection, user_id, with_for_update=True)
    was_connected = stored is not None and stored.needs_reconnect_since is None
    row = stored or SpotifyConnection(user_id=user_id)
    row.access_token, row.refresh_token, row.access_token_expires_at = _sealed(pair, now)
    row.consented_at = now
    row.needs_reconnect_since = None
    row.version = new_version()
    session.add(row)
    return was_connected


def disconnect(user_id: int) -> None:
    """Forget the tokens and keep the history."""
    with transaction() as session:
        session.execute(delete(SpotifyConnection).where(SpotifyConnection.user_id == user_id))


def stored_access(user_id: int) -> Access:
    """Return the stored tokens; raises NeedsReconnect where there are none, or none that can be read.

    That they cannot be read is remembered, so that the pages and the list of listeners say so as well.
    """
    row = db.session.execute(
        select(
            SpotifyConnection.access_token,
            SpotifyConnection.refresh_token,
            SpotifyConnection.access_token_expires_at,
            SpotifyConnection.version,
        ).where(SpotifyConnection.user_id == user_id)
    ).one_or_none()
    if row is None:
        raise NeedsReconnect("Spotify is not connected")
    access = Access(user_id, row.access_token, row.refresh_token, row.access_token_expires_at, row.version)
    try:
        return replace(
            access,
            access_token=vault.unseal(access.access_token, settings()),
            refresh_token=vault.unseal(access.refresh_token, settings()),
        )
    except vault.Unreadable:
        mark_needs_reconnect(access)
        raise NeedsReconnect("the stored tokens can no longer be read") from None


def fresh_access(user_id: int, *, deadline: float, note: NoteRefresh) -> Access:
    """Return tokens that are good for another minute at least, refreshed and saved where they were not.

    `note` is as for `refreshed_access`. Raises a SpotifyError.
    """
    access = stored_access(user_id)
    if access.expires_at - clock.now() >= _LEAST_LIFETIME:
        return access
    return refreshed_access(access, deadline=deadline, note=note)


def refreshed_access(access: Access, *, deadline: float, note: NoteRefresh) -> Access:
    """Spend the refresh token of `access`, save the new pair at once and return it.

    The caller holds the listener's sync lock, so that no other process spends the same token, and keeps it
    until what `note` is told of has ended: the new pair may still be on its way into the database when this
    gives up. A sign-in may have brought a newer pair meanwhile: then that one is returned, and a refusal of
    the old one says nothing. Raises a SpotifyError.
    """
    end_reading()
    refresh: Future[None] = Future()
    note(refresh)
    call = {"refresh": beside(partial(_refresh, application(), access, deadline, refresh))}
    answer = side_by_side.ask(call, deadline=deadline + _GRACE_SECONDS)["refresh"]
    if isinstance(answer, NeedsReconnect) and _replace(access, needs_reconnect_since=clock.now()):
        raise answer
    if isinstance(answer, SpotifyError) and not isinstance(answer, NeedsReconnect):
        raise answer
    return stored_access(access.user_id)


def mark_needs_reconnect(access: Access) -> None:
    """Remember that these tokens cannot be used: Spotify refused them, or no key of ours opens them.

    They are kept, since an outage can look the same and a lost key can come back.
    """
    _replace(access, needs_reconnect_since=clock.now())


def confirm(session: Session, user_id: int) -> None:
    """Take back that the listener needs to reconnect: Spotify has just given everything."""
    session.execute(
        update(SpotifyConnection)
        .where(SpotifyConnection.user_id == user_id, SpotifyConnection.needs_reconnect_since.is_not(None))
        .values(needs_reconnect_since=None)
    )


def wait_seconds(now: datetime) -> int:
    """Return for how many seconds Spotify still wants no calls from this application."""
    until = db.session.scalar(
        select(SpotifyWait.refused_until).where(
            SpotifyWait.client_id == settings().spotify_client_id,
            SpotifyWait.refused_until <= now + LONGEST_SPOTIFY_WAIT,
        )
    )
    return clock.seconds_until(until, now)


def note_wait(seconds: int) -> None:
    """Store, in a transaction of its own, that nobody is to call Spotify for so long."""
    with transaction() as session:
        remember_wait(session, seconds, now=clock.now())


def remember_wait(session: Session, seconds: int, *, now: datetime) -> None:
    """Store that nobody is to call Spotify for so long; a longer wait that is known stays.

    One statement, because the syncs of two listeners may be told to wait at the same moment.
    """
    statement = insert_or_update(session, SpotifyWait).values(
        client_id=settings().spotify_client_id, refused_until=now + timedelta(seconds=seconds)
    )
    told = statement.excluded.refused_until
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["client_id"],
            set_={"refused_until": told},
            where=or_(
                SpotifyWait.refused_until < told, SpotifyWait.refused_until > now + LONGEST_SPOTIFY_WAIT
            ),
        )
    )


def _refresh(app: Application, access: Access, deadline: float, refresh: Future[None]) -> None:
    """Refresh and save, in a thread of its own; tell with `refresh` that this has ended, well or not.

    Spotify may take the old refresh token for spent as soon as it has given a new one, so whoever waits for
    the new one may give up, and it is saved all the same, once the database takes it.
    """
    try:
        pair = tokens.refresh(app, access.refresh_token, deadline=deadline)
        keep_trying(partial(_save, access, pair, clock.now()), seconds=_SAVING_SECONDS)
    except OperationalError:
        log.error("user %s: the database did not take the new tokens", access.user_id)  # noqa: TRY400
        raise
    finally:
        refresh.set_result(None)


def _save(access: Access, pair: TokenPair, now: datetime) -> None:
    access_token, refresh_token, expires_at = _sealed(pair, now)
    _replace(
        access,
        access_token=access_token,
        refresh_token=refresh_token,
        access_token_expires_at=expires_at,
        needs_reconnect_since=None,
        version=new_version(),
    )


def _replace(access: Access, **values: object) -> bool:
    """Change the stored connection if it is still at the version that `access` was read at."""
    with transaction() as session:
        statement = (
            update(SpotifyConnection)
            .where(SpotifyConnection.user_id == access.user_id, SpotifyConnection.version == access.version)
            .values(**values)
        )
        return session.execute(statement.returning(SpotifyConnection.user_id)).one_or_none() is not None


def _sealed(pair: TokenPair, now: datetime) -> tuple[str, str, datetime]:
    return (
        vault.seal(pair.access_token, settings()),
        vault.seal(pair.refresh_token, settings()),
        now + timedelta(seconds=pair.lifetime_seconds),
    )
