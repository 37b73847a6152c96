"""A sign-in with Spotify: out to its authorize page, and back with a code."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from authlib.common.security import generate_token
from authlib.oauth2.client import OAuth2Client

from spotistats.extensions import end_reading, settings
from spotistats.services import accounts, connections
from spotistats.services.accounts import Admission
from spotistats.spotify import side_by_side, tokens
from spotistats.spotify.client import SpotifyClient
from spotistats.spotify.errors import (
    ApplicationRefused,
    CodeRefused,
    NotAllowed,
    RateLimited,
    SpotifyError,
)

log = logging.getLogger(__name__)

SCOPES = "user-read-recently-played user-top-read"
_NETWORK_SECONDS = 16.0

Answer = TypeVar("Answer")


class SignInFailed(Exception):
    """Nobody was signed in, and nothing was changed."""


class NotTaken(SignInFailed):
    """Spotify does not take the code: too old, used before, or somebody else's."""


class NotAdmitted(SignInFailed):
    """Spotify does not allow this listener, or this application."""


class UnknownServer(SignInFailed):
    """Spotify does not know this server by its Client ID and Client secret."""


class SpotifyInTrouble(SignInFailed):
    """Spotify gave no usable answer; `retry_after` is in seconds where it said how long that lasts."""

    def __init__(self, retry_after: int | None) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Attempt:
    """A way to Spotify's authorize page; the browser that took it keeps the state and the verifier."""

    address: str
    state: str
    code_verifier: str = field(repr=False)


def is_possible() -> bool:
    """Tell whether this server has a Spotify application."""
    return settings().has_credentials


def start(redirect_uri: str) -> Attempt:
    """Return a way to Spotify's authorize page, with a state and a PKCE challenge of its own."""
    application = connections.application()
    client = OAuth2Client(
        None,
        client_id=application.client_id,
        scope=SCOPES,
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
    )
    code_verifier = generate_token(48)
    address, state = client.create_authorization_url(
        f"{application.accounts_url}/authorize", code_verifier=code_verifier
    )
    return Attempt(address, state, code_verifier)


def finish(
    code: str, *, code_verifier: str, redirect_uri: str, timezone: str | None, now: datetime
) -> Admission:
    """Sign in whom Spotify has sent back with `code`.

    Raises SignInFailed. A wait that Spotify asks for is remembered, since it counts for all that is asked.
    """
    deadline = time.monotonic() + _NETWORK_SECONDS
    application = connections.application()
    end_reading()
    try:
        pair = _asked(
            lambda: tokens.exchange(
                application, code, code_verifier=code_verifier, redirect_uri=redirect_uri, deadline=deadline
            ),
            deadline=deadline,
        )
        client = SpotifyClient(settings().spotify_api_url, pair.access_token, deadline)
        profile = _asked(client.me, deadline=deadline)
    except SpotifyError as error:
        log.warning("sign-in: %s: %s", type(error).__name__, error)
        raise _in_our_words(error) from error
    return accounts.sign_in(profile, pair, timezone=timezone, now=now)


def _asked(call: Callable[[], Answer], *, deadline: float) -> Answer:
    """Return what Spotify answers; beside this thread, since looking up an address knows no deadline."""
    answer: Answer | SpotifyError = side_by_side.ask({"call": call}, deadline=deadline)["call"]
    if isinstance(answer, RateLimited) and answer.retry_after:
        connections.note_wait(answer.retry_after)
    if isinstance(answer, SpotifyError):
        raise answer
    return answer


def _in_our_words(error: SpotifyError) -> SignInFailed:
    if isinstance(error, CodeRefused):
        return NotTaken()
    if isinstance(error, ApplicationRefused):
        return UnknownServer()
    if isinstance(error, NotAllowed):
        return NotAdmitted()
    return SpotifyInTrouble(error.retry_after if isinstance(error, RateLimited) else None)
