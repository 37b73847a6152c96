"""Signing in with Spotify, and out."""

from typing import Any
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from markupsafe import Markup
from werkzeug.wrappers import Response

from spotistats import clock
from spotistats.services import accounts, sign_in
from spotistats.services.accounts import Listener, SignedIn
from spotistats.stats.standing import sync_standing
from spotistats.web import attempts, errors, guards
from spotistats.web.filters import day_long, short
from spotistats.web.guards import public

blueprint = Blueprint("auth", __name__)

_LONGEST_PATH = 1000  # It is kept in a cookie, of which browsers take 4,000 bytes.
_OF_UTC = Markup(
    "Your days begin and end at midnight in UTC, since your browser named no time zone that we know: "
    '<a href="{}">choose yours in the settings</a>.'
)
_DENIED = "You chose not to connect Spotify. Nothing was changed. Try again any time."
_NOT_BEGUN = "That sign-in was not finished. Nothing was changed. Try again any time."
_FAILURES: dict[type[sign_in.SignInFailed], tuple[int, str, str]] = {
    sign_in.NotTaken: (
        400,
        "That sign-in did not work",
        (
            "It was too old, was used before, or was begun in another browser. You are {standing}. "
            "Please start again."
        ),
    ),
    sign_in.NotAdmitted: (
        403,
        "Spotify does not let you in yet",
        (
            "The sign-in worked, but this Spotify account is not on the application’s user list. Ask whoever "
            "runs this server to add your Spotify e-mail address under “User Management” in the Spotify "
            "developer dashboard, then sign in again. Its owner also needs Spotify Premium."
        ),
    ),
    sign_in.UnknownServer: (
        502,
        "Spotify does not know this server",
        (
            "Spotify refused this server’s Client ID or Client secret. Nothing was changed. Whoever runs it "
            "can compare SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET with the Spotify developer dashboard."
        ),
    ),
    sign_in.SpotifyInTrouble: (
        502,
        "Spotify is not answering",
        "Spotify could not finish the sign-in. Nothing was changed. Try again {when}.",
    ),
}


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
    redirect_uri = _redirect_uri()
    port = urlsplit(redirect_uri).port
    # Pasted as it is, the address is good for this port alone.
    run = "make run" if port in {None, config["USUAL_PORT"]} else f"PORT={port} make run"
    is_done = sign_in.is_possible() and not config["DEMO"]
    return {"redirect_uri": redirect_uri, "env_file": env_file, "run": run, "is_done": is_done}


@blueprint.post("/auth/login")
@public
def start() -> Response:
    """Send the browser to Spotify's authorize page."""
    if not sign_in.is_possible():
        return redirect(url_for("auth.setup"), code=303)
    attempt = sign_in.start(_redirect_uri())
    zone = request.form.get("timezone", "")
    response = redirect(attempt.address, code=303)
    attempts.keep(
        response,
        attempts.KeptAttempt(
            state=attempt.state,
            verifier=attempt.code_verifier,
            next_path=_own_path(request.form.get("next")),
            zone=zone if clock.is_zone(zone) else None,
            began=clock.now().timestamp(),
        ),
    )
    return response


@blueprint.get("/auth/callback")
@public
def callback() -> Response:
    """Sign in whom Spotify sends back."""
    if not sign_in.is_possible():
        return redirect(url_for("auth.login"))
    attempt = attempts.take(request.args.get("state"))
    if request.args.get("error") == "access_denied":
        # Without an attempt, such as after a long look at Spotify's page, anybody may have led here.
        flash(_DENIED if attempt else _NOT_BEGUN, "remark")
        return redirect(url_for("auth.login", next=_own_path(attempt.next_path) if attempt else None))
    code = request.args.get("code")
    if attempt is None or not code or "error" in request.args:
        return _failed(sign_in.NotTaken())
    before = guards.listener_or_none()
    was_connected = before is not None and not sync_standing(before.id, clock.now()).needs_reconnect
    try:
        begun = sign_in.finish(
            code,
            code_verifier=attempt.verifier,
            redirect_uri=_redirect_uri(),
            timezone=attempt.zone,
            now=clock.now(),
        )
    except sign_in.SignInFailed as failure:
        return _failed(failure)
    guards.begin_session(begun.user_id, begun.token)
    if not guards.is_still_signed_in():  # The account may have been deleted meanwhile, in another window.
        return guards.signed_out()
    _say_what_happened(begun, before, was_connected=was_connected)
    if begun.is_new and attempt.zone is None:
        flash(_OF_UTC.format(url_for("settings.show")), "message")
    return redirect(_own_path(attempt.next_path) or url_for("dashboard.show"))


def _say_what_happened(begun: SignedIn, before: Listener | None, *, was_connected: bool) -> None:
    """Tell what the way to Spotify has changed, if anything; `before` is who was signed in."""
    listener = guards.listener()
    if before is not None and before.id != listener.id:
        flash(_who_is_here(listener, was_connected=was_connected), "message")
    if begun.is_connected_again:
        flash(f"Spotify is connected again{_until(listener)}. Sync brings new plays again.", "message")
    elif before is not None and before.id == listener.id:
        flash(f"Permission renewed{_until(listener)}.", "message")


def _who_is_here(listener: Listener, *, was_connected: bool) -> str:
    """Return what to tell who was signed in and came back from Spotify as somebody else.

    It is said without the name of who was here: nothing of them may stay.
    """
    name = short(listener.display_name)
    rest = "." if was_connected else ", and is still not connected."
    return (
        f"You are now signed in as {name}: that is the account you chose at Spotify. "
        f"The account that you were in is signed out here{rest}"
    )


def _until(listener: Listener) -> str:
    """Return how long Spotify's permission lasts, as the end of a sentence."""
    ends_at = sync_standing(listener.id, clock.now()).consent_ends_at
    return f" until {day_long(clock.local_date(ends_at, clock.zone(listener.timezone)))}" if ends_at else ""


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
    status, title, text = _FAILURES[type(failure)]
    wait = failure.retry_after if isinstance(failure, sign_in.SpotifyInTrouble) else None
    when = f"in {clock.in_words(wait)}" if wait else "in a few minutes"
    if guards.is_still_signed_in():  # Asked anew: Spotify may have taken its time.
        standing, way_on = "signed in as before", (url_for("settings.show"), "To the settings")
    else:
        standing, way_on = "not signed in by it", (url_for("auth.login"), "Back to the sign-in")
    return errors.answer(status, title=title, text=text.format(when=when, standing=standing), way_on=way_on)


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
