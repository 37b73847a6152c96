"""Who a listener is to us: signing in and out, settings, and the end of an account."""

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from spotistats import clock
from spotistats.extensions import read, transaction
from spotistats.models import DataVersion, SignIn, User
from spotistats.plays import Profile
from spotistats.services import catalog, connections, recording
from spotistats.spotify.tokens import TokenPair

SIGN_IN_LIFETIME = timedelta(days=180)

_SIGNED_IN = (
    select(
        User.id,
        User.spotify_id,
        User.display_name,
        User.timezone,
        select(DataVersion.number).scalar_subquery().label("data_version"),
    )
    .join(SignIn, SignIn.user_id == User.id)
    .where(
        SignIn.user_id == bindparam("user_id"),
        SignIn.token_hash == bindparam("token_hash"),
        SignIn.created_at > bindparam("earliest"),
    )
)


class UnknownZone(ValueError):
    """That is not the IANA name of a time zone."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A sign-in that has just begun; `is_connected_again` where an account had no permission of use.

    `is_new` where the account was made by it.
    """

    user_id: int
    token: str = field(repr=False)  # For the browser's cookie.
    is_connected_again: bool
    is_new: bool


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is signed in, as every page needs to know, and the version of the data that is shown to them."""

    id: int
    spotify_id: str
    display_name: str
    timezone: str
    data_version: int


def sign_in(profile: Profile, tokens: TokenPair, *, timezone: str | None, now: datetime) -> SignedIn:
    """Take in somebody who has just given Spotify's permission.

    The account is found by `account_id`, which never changes, then by `id`; else it is made, with the
    browser's `timezone` where that is a known one.
    """
    try:
        return _sign_in(profile, tokens, timezone=timezone, now=now)
    except (IntegrityError, StaleDataError):
        # The other one of two first sign-ins at once has made the account by now, or another window has just
        # deleted it.
        return _sign_in(profile, tokens, timezone=timezone, now=now)


def _sign_in(profile: Profile, tokens: TokenPair, *, timezone: str | None, now: datetime) -> SignedIn:
    with transaction() as session:
        known = _find(session, profile)
        user = known or User(
            timezone=timezone if timezone and clock.is_zone(timezone) else "UTC", created_at=now
        )
        user.spotify_id = profile.spotify_id
        user.account_id = profile.account_id or user.account_id
        user.display_name = profile.display_name
        session.add(user)
        session.flush()
        was_connected = connections.connect(session, user.id, tokens, now=now)
        token = secrets.token_urlsafe(32)
        session.execute(
            delete(SignIn).where(SignIn.user_id == user.id, SignIn.created_at < now - SIGN_IN_LIFETIME)
        )
        session.add(SignIn(user_id=user.id, token_hash=_hash(token), created_at=now))
        return SignedIn(
            user.id,
            token,
            is_connected_again=known is not None and not was_connected,
            is_new=known is None,
        )


def signed_in(user_id: int, token: str, *, now: datetime) -> Listener | None:
    """Return the listener whose browser holds `token`, None where that sign-in has ended."""
    row = read(
        _SIGNED_IN, user_id=user_id, token_hash=_hash(token), earliest=now - SIGN_IN_LIFETIME
    ).one_or_none()
    if row is None:
        return None
    name = row.display_name or row.spotify_id
    return Listener(row.id, row.spotify_id, name, row.timezone, row.data_version)


def sign_out(user_id: int, token: str) -> None:
    """End the sign-in of the browser that holds `token`."""
    with transaction() as session:
        session.execute(delete(SignIn).where(SignIn.user_id == user_id, SignIn.token_hash == _hash(token)))


def sign_out_everywhere(user_id: int) -> None:
    """End every sign-in of the listener."""
    with transaction() as session:
        session.execute(delete(SignIn).where(SignIn.user_id == user_id))


def set_timezone(user_id: int, timezone: str) -> int:
    """Store the time zone and rebuild every day in it; return the number of days.

    Raises UnknownZone for what is no IANA name.
    """
    if not clock.is_zone(timezone):
        raise UnknownZone(timezone)
    with transaction() as session:
        # The user's row is locked first, so that a sync which saves plays meanwhile waits for the new zone.
        session.execute(update(User).where(User.id == user_id).values(timezone=timezone))
        return recording.rebuild_all_days(session, user_id, clock.zone(timezone), now=clock.now())


def delete_account(user_id: int) -> None:
    """Delete the listener and every row of theirs, and what nobody else has played from the catalog."""
    with transaction() as session:
        session.execute(delete(User).where(User.id == user_id))
    # Apart, because a sync of somebody else may take up one of these tracks at this very moment.
    # What is then left over goes with the next account.
    with suppress(IntegrityError, OperationalError), transaction() as session:
        catalog.delete_unplayed(session)


def _find(session: Session, profile: Profile) -> User | None:
    if profile.account_id is not None:
        user = session.scalar(select(User).where(User.account_id == profile.account_id))
        if user is not None:
            _free_spotify_id(session, user, profile.spotify_id)
            return user
    user = session.scalar(select(User).where(User.spotify_id == profile.spotify_id))
    if user is not None and profile.account_id and user.account_id not in (None, profile.account_id):
        # The id has passed on to another account: the row keeps its history under its immutable id.
        user.spotify_id = f"{user.spotify_id}#{user.account_id}"
        session.flush()
        return None
    return user


def _free_spotify_id(session: Session, user: User, spotify_id: str) -> None:
    other = session.scalar(select(User).where(User.spotify_id == spotify_id, User.id != user.id))
    if other is not None:
        other.spotify_id = f"{other.spotify_id}#{other.account_id or other.id}"
        session.flush()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
