"""Signing in with Spotify, and out."""

import json
from typing import Any
from urllib.parse import urlsplit

from flask import (
    Blueprint,
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
from spotistats.services import accounts, sign_in
from spotistats.services.accounts import Listener
from spotistats.stats.standing import sync_standing
from spotistats.web import errors, guards
from spotistats.web.filters import day_long, short
from spotistats.web.guards import public

blueprint = Blueprint("auth", __name__)

_ATTEMPTS = "attempts"
_MOST_ATTEMPTS = 5  # Each window may have one under way.
_ATTEMPT_SECONDS = 3600
_LONGEST_PATH = 1000
_LARGEST_ATTEMPTS = 2500  # They are kept in the cookie, which holds 4,000 bytes.


@blueprint.get("/login")
@public
def login() -> str | Response:
    """Show the button that leads to Spotify, or how to make a Spotify application."""
    after = _own_path(request.args.get("next"))
    if guards.listener_or_none():
        return redirect(after or url_for("dashboard.show"))
    return render_template(
        "auth/login.html",
        has_credentials=sign_in.is_possible(),
        next=after or "",
        **_how_to_set_up(),
    )


@blueprint.get("/setup")
@public
def setup() -> str:
    """Explain how to make a Spotify application, with the exact redirect URI."""
    return render_template("auth/setup.html", **_how_to_set_up())


def _how_to_set_up() -> dict[str, Any]:
    """Return what the page names: where the settings' file lies is told to people at this machine alone."""
    config = current_app.config
    env_file = None if config["PUBLIC_URL"] else config["ENV_FILE"]
    return {"redirect_uri": _redirect_uri(), "env_file": env_file}


@blueprint.post("/auth/login")
@public
def start() -> Response:
    """Send the browser to Spotify's authorize page."""
    if not sign_in.is_possible():
        return redirect(url_for("auth.setup"), code=303)
    attempt = sign_in.start(_redirect_uri())
    zone = request.form.get("timezone", "")
    _keep(
        {
            "state": attempt.state,
            "verifier": attempt.code_verifier,
            "next": _own_path(request.form.get("next")),
            "zone": zone if clock.is_zone(zone) else None,
            "began": int(clock.now().timestamp()),
        }
    )
    return redirect(attempt.address, code=303)


@blueprint.get("/auth/callback")
@public
def callback() -> Response:
    """Sign in whom Spotify sends back."""
    if not sign_in.is_possible():
        return redirect(url_for("auth.login"))
    attempt = _taken(request.args.get("state"))
    if request.args.get("error") == "access_denied":
        flash("You chose not to connect Spotify. Nothing was changed. Try again any time.", "message")
        return redirect(url_for("auth.login", next=_own_path(attempt["next"]) if attempt else None))
    code = request.args.get("code")
    if attempt is None or not code or "error" in request.args:
        return _start_again()
    before = guards.listener_or_none()
    was_connected = before is not None and not sync_standing(before.id, clock.now()).needs_reconnect
    try:
        admission = sign_in.finish(
            code,
            code_verifier=attempt["verifier"],
            redirect_uri=_redirect_uri(),
            timezone=attempt["zone"],
            now=clock.now(),
        )
    except sign_in.SignInFailed as failure:
        return _failed(failure)
    guards.begin_session(admission.user_id, admission.token)
    if not guards.is_still_signed_in():  # The account may have been deleted meanwhile, in another window.
        return guards.signed_out()
    if before is not None:
        flash(_what_happened(guards.listener(), before, was_connected=was_connected), "message")
    return redirect(_own_path(attempt["next"]) or url_for("dashboard.show"))


def _what_happened(now_here: Listener, before: Listener, *, was_connected: bool) -> str:
    """Return what to tell somebody who was signed in already, as `before`, and has come back from Spotify.

    Who comes back as somebody else is told so, without the name of who was here: nothing of them may stay.
    """
    if now_here.id != before.id:
        name = short(now_here.display_name or now_here.spotify_id)
        rest = "." if was_connected else ", and is still not connected."
        return (
            f"You are now signed in as {name}: that is the account you chose at Spotify. "
            f"The account that you were in is signed out here{rest}"
        )
    ends_at = sync_standing(now_here.id, clock.now()).consent_ends_at
    until = f" until {day_long(clock.local_date(ends_at, clock.zone(before.timezone)))}" if ends_at else ""
    return f"Permission renewed{until}." if was_connected else f"Connected{until}."


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


def _failed(failure: sign_in.SignInFailed) -> Response:
    if isinstance(failure, sign_in.NotTaken):
        return _start_again()
    if isinstance(failure, sign_in.NotAdmitted):
        return errors.answer(
            403,
            title="Spotify does not let you in yet",
            text="The sign-in worked, but this Spotify account is not on the application’s user list. Ask "
            "whoever runs this server to add your Spotify e-mail address under “User Management” in the "
            "Spotify developer dashboard, then sign in again. Its owner also needs Spotify Premium.",
            retry="auth.login",
        )
    if isinstance(failure, sign_in.UnknownServer):
        return errors.answer(
            502,
            title="Spotify does not know this server",
            text="Spotify refused this server’s Client ID or Client secret. Nothing was changed. Whoever "
            "runs it can compare SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET with the Spotify developer "
            "dashboard.",
            retry="auth.login",
        )
    wait = failure.retry_after if isinstance(failure, sign_in.SpotifyInTrouble) else None
    when = f"in {clock.in_words(wait)}" if wait else "in a few minutes"
    return errors.answer(
        502,
        title="Spotify is not answering",
        text=f"Spotify could not finish the sign-in. Nothing was changed. Try again {when}.",
        retry="auth.login",
    )


def _start_again() -> Response:
    return errors.answer(
        400,
        title="That sign-in did not work",
        text="It was too old, was used before, or was begun in another browser. You are not signed in by it. "
        "Please start again.",
        retry="auth.login",
    )


def _keep(attempt: dict[str, Any]) -> None:
    """Remember an attempt in the browser's cookie; the oldest go where there are too many."""
    attempts = [*_attempts(), attempt][-_MOST_ATTEMPTS:]
    while len(attempts) > 1 and len(json.dumps(attempts)) > _LARGEST_ATTEMPTS:
        del attempts[0]
    session[_ATTEMPTS] = attempts


def _taken(state: str | None) -> dict[str, Any] | None:
    """Return the attempt of that state and forget it, since each is good for one answer.

    None where this browser has begun no such attempt: any site can send people here.
    """
    attempts = _attempts()
    found = next((attempt for attempt in attempts if attempt["state"] == state), None)
    if found is not None:
        session[_ATTEMPTS] = [attempt for attempt in attempts if attempt is not found]
    return found


def _attempts() -> list[dict[str, Any]]:
    """Return the attempts of this browser that are not too old, the newest last."""
    earliest = clock.now().timestamp() - _ATTEMPT_SECONDS
    return [attempt for attempt in session.get(_ATTEMPTS, []) if attempt["began"] > earliest]


def _redirect_uri() -> str:
    """Return the exact address that the Spotify application must list."""
    root = current_app.config["PUBLIC_URL"] or f"http://{request.host}"
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
