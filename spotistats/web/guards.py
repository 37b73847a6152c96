"""Who is signed in, and which pages may be seen without."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, flash, g, jsonify, redirect, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from spotistats import clock
from spotistats.services import accounts
from spotistats.services.accounts import Listener
from spotistats.web import fragments

View = TypeVar("View", bound=Callable[..., Any])

_USER_ID = "user_id"
_TOKEN = "token"  # noqa: S105 - the name of a cookie's field
_OPEN_VIEWS: set[Callable[..., Any]] = set()


def public(view: View) -> View:
    """Mark a view that may be seen signed out; every other one asks for a sign-in."""
    _OPEN_VIEWS.add(view)
    return view


def init_app(app: Flask) -> None:
    """Guard every view. The CSRF check is set up after it: who is signed out is told that first."""
    app.before_request(_require_sign_in)
    app.context_processor(lambda: {"listener": listener_or_none()})


def listener() -> Listener:
    """Return who is signed in, in a view that is not public."""
    found = listener_or_none()
    assert found is not None, "a public view asked who is signed in"
    return found


def listener_or_none() -> Listener | None:
    """Return who is signed in, read once a request."""
    if "listener" not in g:
        user_id, token = session.get(_USER_ID), session.get(_TOKEN)
        g.listener = None
        if isinstance(user_id, int) and isinstance(token, str):
            g.listener = accounts.signed_in(user_id, token, now=clock.now())
    return g.listener  # type: ignore[no-any-return]


def is_still_signed_in() -> bool:
    """Read anew who is signed in, after something that took its time."""
    g.pop("listener", None)
    return listener_or_none() is not None


def forget_listener() -> None:
    """Go on as if nobody were signed in; for error pages, which must not fail themselves."""
    g.listener = None


def begin_session(user_id: int, token: str) -> None:
    """Start a new session for who has just signed in; nothing of the one before stays."""
    end_session()
    session[_USER_ID] = user_id
    session[_TOKEN] = token
    session.permanent = True


def end_session() -> None:
    """Sign this browser out."""
    user_id, token = session.get(_USER_ID), session.get(_TOKEN)
    if isinstance(user_id, int) and isinstance(token, str):
        accounts.sign_out(user_id, token)
    forget_session()


def forget_session() -> None:
    """Empty the cookie; from here on nobody is signed in."""
    session.clear()
    g.listener = None


def wants_json() -> bool:
    """Tell whether a program asks rather than a browser."""
    accepted = request.accept_mimetypes
    return accepted.best_match(["text/html", "application/json"], default="text/html") == "application/json"


def _is_of_own_page() -> bool:
    """Tell whether the form was sent from one of our pages, as browsers say of each."""
    try:
        return urlsplit(request.headers.get("Origin", "")).netloc.lower() == request.host.lower()
    except ValueError:
        return False


def _flash_once(words: str) -> None:
    """Say something on the next page, however often it was to be said."""
    if ("message", words) not in {tuple(said) for said in session.get("_flashes", [])}:
        flash(words, "message")


def _require_sign_in() -> BaseResponse | None:
    if request.endpoint is None or request.endpoint == "static":
        return None
    if current_app.view_functions[request.endpoint] in _OPEN_VIEWS or listener_or_none():
        return None
    return signed_out()


def signed_out(*, is_late: bool = False) -> BaseResponse:
    """Return what somebody gets who is not signed in, in the form that was asked for.

    Who was signed in until now is told so on the page that follows: whose cookie is no longer good, and who
    presses a button on a page that stayed open while another tab of the same browser signed out, or while its
    cookies were cleared. An answer that `is_late`, or that nobody has pressed for, leaves the cookie alone:
    another window may have signed in since it was sent. So does one to a form of another site, with which
    browsers send no cookie of ours: it must not put one in its place.
    """
    login = url_for("auth.login")
    has_cookie = current_app.config["SESSION_COOKIE_NAME"] in request.cookies
    is_poll = request.method == "GET" and fragments.is_fragment_request()
    is_told = _USER_ID in session or (request.method != "GET" and (has_cookie or _is_of_own_page()))
    if is_told and not (is_late or is_poll or wants_json()):
        # Nothing else is taken from the cookie: a sign-in may be under way in another window.
        session.pop(_USER_ID, None)
        session.pop(_TOKEN, None)
        _flash_once("You have been signed out. Please sign in again.")
    if fragments.is_fragment_request():
        return fragments.redirect_browser(Response(status=401), login)
    if wants_json():
        answer = jsonify(error="You are signed out. Please sign in.")
        answer.status_code = 401
        return answer
    if request.method != "GET":
        return redirect(login, code=303)
    if request.endpoint in {"dashboard.home", "dashboard.show"}:
        return redirect(login)
    return redirect(url_for("auth.login", next=request.full_path.rstrip("?")))
