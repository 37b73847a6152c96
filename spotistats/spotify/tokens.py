"""Tokens for a code or for an older token, as plain HTTP. Nothing is stored here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeGuard

from spotistats.spotify import http
from spotistats.spotify.errors import (
    ApplicationRefused,
    CodeRefused,
    Malformed,
    NeedsReconnect,
    Unavailable,
)

_DEFAULT_LIFETIME_SECONDS = 3600
_TERMINAL = frozenset({"invalid_grant", "invalid_client"})


@dataclass(frozen=True, slots=True)
class Application:
    """The Spotify application in whose name everything is asked."""

    accounts_url: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenPair:
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    lifetime_seconds: int


def exchange(
    application: Application, code: str, *, code_verifier: str, redirect_uri: str, deadline: float
) -> TokenPair:
    """Return the first pair of a permission that was given just now.

    Raises CodeRefused, ApplicationRefused, RateLimited or Unavailable.
    """
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": code_verifier,
    }
    status, answer = _asked(application, fields, deadline=deadline)
    if status == 200:
        return token_pair(answer)
    error = answer.get("error")
    if not isinstance(error, str):  # It names no OAuth error, so it is in trouble itself.
        raise Unavailable(f"Spotify answered the code with status {status}")
    if error == "invalid_client":
        raise ApplicationRefused("the Client ID or the Client secret is not accepted")
    raise CodeRefused("the code is not accepted")


def refresh(application: Application, refresh_token: str, *, deadline: float) -> TokenPair:
    """Return a new pair; where Spotify sends no new refresh token, the old one stays good.

    Raises NeedsReconnect when the permission has ended, RateLimited or Unavailable when asking again later
    may help.
    """
    fields = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    status, answer = _asked(application, fields, deadline=deadline)
    if status == 200:
        return token_pair(answer, old_refresh_token=refresh_token)
    error = answer.get("error")
    if isinstance(error, str) and error in _TERMINAL:
        raise NeedsReconnect("the permission has ended or was taken back")
    raise Unavailable(f"Spotify answered the refresh with status {status}")


def token_pair(fields: dict[str, http.JSON], *, old_refresh_token: str | None = None) -> TokenPair:
    """Return the pair in an answer of the token endpoint; raises Malformed where it holds none."""
    access_token = fields.get("access_token")
    refresh_token = fields.get("refresh_token") or old_refresh_token
    lifetime = fields.get("expires_in")
    if not _is_token(access_token) or not _is_token(refresh_token):
        raise Malformed("the answer holds no token")
    if not isinstance(lifetime, int) or isinstance(lifetime, bool) or not 0 < lifetime <= 24 * 3600:
        lifetime = _DEFAULT_LIFETIME_SECONDS
    return TokenPair(access_token, refresh_token, lifetime)


def _asked(
    application: Application, fields: Mapping[str, str], *, deadline: float
) -> tuple[int, dict[str, http.JSON]]:
    """Ask the token endpoint; an answer that is no JSON object is an empty one."""
    status, answer = http.post_form(
        f"{application.accounts_url}/api/token",
        user=application.client_id,
        password=application.client_secret,
        fields=fields,
        deadline=deadline,
    )
    return status, answer if isinstance(answer, dict) else {}


def _is_token(value: http.JSON) -> TypeGuard[str]:
    """Tell whether `value` is a text of the characters that RFC 6749 lets a token have."""
    return isinstance(value, str) and value.isascii() and value.isprintable() and value != ""
