"""Signing in with Spotify, and out."""

import logging
import time
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.integrations.base_client.errors import MismatchingStateError, OAuthError
from authlib.integrations.flask_client import OAuth
from flask import (
    Blueprint,
    Flask,
    copy_current_request_context,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response

from spotistats import clock
from spotistats.config import Settings
from spotistats.services import accounts
from spotistats.spotify import side_by_side
from spotistats.spotify.errors import NotAllowed, RateLimited, SpotifyError
from spotistats.spotify.tokens import token_pair
from spotistats.web import errors, guards
from spotistats.web.guards import public

log = logging.getLogger(__name__)
blueprint = Blueprint("auth", __name__)

SCOPES = "user-read-recently-played user-top-read"
_STATE_PREFIX = "_state_spotify_"
_NEXT = "next"
_ZONE = "timezone"
_SECONDS = 8
_EXCHANGE_SECONDS = 12
_LONGEST_PATH = 1000  # It is kept in the cookie, which holds 4,000 bytes.


def init_app(app: Flask) -> None:
    """Register Spotify as the place where people sign in."""
    settings: Settings = app.config["SETTINGS"]
    if not settings.has_credentials:
        return
    # One registry an application, kept by Authlib in app.extensions: two applications in one process may
    # have different Spotify applications.
    OAuth(app).register(
        "spotify",
        client_id=settings.spotify_client_id,
        client_secret=settings.spotify_client_secret,
        authorize_url=f"{settings.spotify_accounts_url}/authorize",
        access_token_url=f"{settings.spotify_accounts_url}/api/token",
        client_kwargs={
            "scope": SCOPES,
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "client_secret_basic",
            "timeout": _SECONDS,
        },
    )


@blueprint.get("/login")
@public
def login() -> str | Response:
    """Show the button that leads to Spotify, or how to make a Spotify application."""
    after = _own_path(request.args.get("next"))
    if guards.listener_or_none():
        return redirect(after or url_for("dashboard.show"))
    settings: Settings = current_app.config["SETTINGS"]
    return render_template(
        "auth/login.html",
        has_credentials=settings.has_credentials,
        redirect_uri=_redirect_uri(),
        next=after or "",
    )


@blueprint.get("/setup")
@public
def setup() -> str:
    """Explain how to make a Spotify application, with the exact redirect URI."""
    return render_template("auth/setup.html", redirect_uri=_redirect_uri())


@blueprint.post("/auth/login")
@public
def start() -> Response:
    """Send the browser to Spotify's authorize page."""
    if not _settings().has_credentials:
        return redirect(url_for("auth.setup"), code=303)
    _forget_attempts()
    session[_NEXT] = _own_path(request.form.get("next"))
    session[_ZONE] = request.form.get("timezone", "")[:64]
    answer: Response = _spotify().authorize_redirect(_redirect_uri())
    answer.status_code = 303
    return answer


@blueprint.get("/auth/callback")
@public
def callback() -> Response:
    """Sign in whom Spotify sends back."""
    if not _settings().has_credentials:
        return redirect(url_for("auth.login"))
    if request.args.get("error") == "access_denied":
        if _is_ours(request.args.get("state")):
            _forget_attempts()
        flash("You chose not to connect Spotify. Nothing was changed. Try again any time.", "message")
        return redirect(url_for("auth.login", next=_own_path(session.get(_NEXT))))
    if not request.args.get("code") or "error" in request.args:
        return _start_again()
    try:
        token = _exchanged()
    except MismatchingStateError:
        return _start_again()
    except OAuthError as error:
        return _refused(error.error)
    except (requests.RequestException, ValueError, TypeError) as error:
        # A TypeError is Authlib's own when the answer is JSON of another shape.
        log.warning("sign-in: no token from Spotify (%s)", type(error).__name__)
        return _unavailable()
    return _sign_in(token) if isinstance(token, dict) else _unavailable()


def _exchanged() -> Any:
    """Let Authlib exchange the code for tokens; its timeout is for each read, so the whole gets an end."""
    exchange = copy_current_request_context(_spotify().authorize_access_token)
    answers = side_by_side.ask({"exchange": exchange}, deadline=time.monotonic() + _EXCHANGE_SECONDS)
    return answers["exchange"]


@blueprint.post("/auth/logout")
def logout() -> Response:
    """Sign out this browser."""
    guards.end_session()
    flash("You are signed out.", "message")
    return redirect(url_for("auth.login"), code=303)


@blueprint.post("/auth/logout-everywhere")
def logout_everywhere() -> Response:
    """End every session of the listener."""
    accounts.sign_out_everywhere(guards.listener().id)
    guards.forget_session()
    flash("You are signed out on every device.", "message")
    return redirect(url_for("auth.login"), code=303)


def _sign_in(token: dict[str, Any]) -> Response:
    try:
        pair = token_pair(token)
        profile = accounts.whose(pair, deadline=time.monotonic() + _SECONDS)
    except NotAllowed:
        return errors.answer(
            403,
            title="Spotify does not let you in yet",
            text="The sign-in worked, but this Spotify account is not on the application’s user list. Ask "
            "whoever runs this server to add your Spotify e-mail address under “User Management” in the "
            "Spotify developer dashboard, then sign in again. Its owner also needs Spotify Premium.",
            retry="auth.login",
        )
    except SpotifyError as error:
        log.warning("sign-in: %s", error)
        return _unavailable(error.retry_after if isinstance(error, RateLimited) else None)
    after, zone = _own_path(session.get(_NEXT)), session.get(_ZONE)
    user_id, browser_token = accounts.sign_in(profile, pair, timezone=zone, now=clock.now())
    guards.begin_session(user_id, browser_token)
    return redirect(after or url_for("dashboard.show"))


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _spotify() -> Any:
    """Return Authlib's client, used for the sign-in alone."""
    return current_app.extensions["authlib.integrations.flask_client"].spotify


def _refused(error: object) -> Response:
    """Say what Spotify has against the code; where it names no OAuth error, it is in trouble itself."""
    if not isinstance(error, str):
        return _unavailable()
    log.warning("sign-in: Spotify refused the code (%.40r)", error)
    if error != "invalid_client":
        return _start_again()
    return errors.answer(
        502,
        title="Spotify does not know this server",
        text="Spotify refused this server’s Client ID or Client secret. Nothing was changed. Whoever runs it "
        "can compare SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET with the Spotify developer dashboard.",
        retry="auth.login",
    )


def _start_again() -> Response:
    _forget_attempts()
    return errors.answer(
        400,
        title="That sign-in did not work",
        text="It was too old, was used before, or was begun in another browser. You are not signed in by it. "
        "Please start again.",
        retry="auth.login",
    )


def _unavailable(retry_after: int | None = None) -> Response:
    when = f"in {clock.in_words(retry_after)}" if retry_after else "in a few minutes"
    return errors.answer(
        502,
        title="Spotify is not answering",
        text=f"Spotify could not finish the sign-in. Nothing was changed. Try again {when}.",
        retry="auth.login",
    )


def _is_ours(state: str | None) -> bool:
    """Tell whether this browser has begun the sign-in of that `state`; any site can send people here."""
    return f"{_STATE_PREFIX}{state}" in session


def _forget_attempts() -> None:
    """Drop what earlier attempts left in the session, so that the cookie cannot grow."""
    for key in [key for key in session if key.startswith(_STATE_PREFIX)]:
        session.pop(key)


def _redirect_uri() -> str:
    """Return the exact address that the Spotify application must list."""
    root = _settings().public_url or f"http://{request.host}"
    return root + url_for("auth.callback")


def _own_path(text: str | None) -> str | None:
    """Return `text` if it is a path on this site and so no way to lead people elsewhere."""
    if not text or not text.startswith("/") or len(text.encode("utf-8", "replace")) > _LONGEST_PATH:
        return None
    if text.startswith(("//", "/\\")) or any(ord(character) < 33 or character == "\\" for character in text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else text
