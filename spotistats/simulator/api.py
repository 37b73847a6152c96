"""The Web API: the profile, the last 50 plays and the top lists."""

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from . import payloads
from .listeners import Listener
from .state import NOT_REGISTERED, state
from .top import TIME_RANGES

blueprint = Blueprint("api", __name__, url_prefix="/v1")

MOST_ITEMS = 50
USUAL_ITEMS = 20


class ApiError(Exception):
    """A call that is answered with Spotify's error object."""

    def __init__(self, status: int, message: str, *, as_text: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.as_text = as_text


@blueprint.errorhandler(ApiError)
def answer_error(error: ApiError) -> Response:
    """Answer with the error object, or with plain text, as Spotify sometimes does."""
    if error.as_text:
        return Response(error.message, error.status, content_type="text/plain; charset=utf-8")
    response = jsonify(payloads.error(error.status, error.message))
    response.status_code = error.status
    return response


def answer_http_error(error: HTTPException) -> Response:
    """Answer an unknown path or a wrong method under /v1 with JSON."""
    message = "Service not found" if error.code == 404 else error.name
    return answer_error(ApiError(error.code or 500, message))


def needs(scope: str | None) -> Callable[[Callable[[Listener], Response]], Callable[[], Response]]:
    """Let only a good access token with the scope pass, and hand its listener to the view."""

    def decorate(view: Callable[[Listener], Response]) -> Callable[[], Response]:
        @wraps(view)
        def guarded() -> Response:
            return view(_authorized(scope))

        return guarded

    return decorate


def _authorized(scope: str | None) -> Listener:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if not token:
        raise ApiError(401, "No token provided")
    if kind.lower() != "bearer":
        raise ApiError(400, "Only valid bearer authentication supported")
    simulator = state()
    found = simulator.tokens.find(token)
    if found is None:
        raise ApiError(401, "Invalid access token")
    if simulator.tokens.expired(found):
        raise ApiError(401, "The access token expired")
    listener = simulator.listener(found.consent.listener_id)
    if listener.blocked is not None:
        raise ApiError(403, NOT_REGISTERED, as_text=listener.blocked == "text")
    if scope is not None and scope not in found.consent.scopes:
        raise ApiError(403, "Insufficient client scope")
    return listener


def _number(name: str, default: int, low: int, high: int) -> int:
    text = request.args.get(name)
    if text is None:
        return default
    if not text.isdecimal() or not low <= int(text) <= high:
        raise ApiError(400, f"Invalid {name}")
    return int(text)


def _cursor(name: str) -> int | None:
    text = request.args.get(name)
    if text is None:
        return None
    if not text.isdecimal():
        raise ApiError(400, f"Invalid {name}")
    return int(text)


@blueprint.get("/me")
@needs(None)
def me(listener: Listener) -> Response:
    """Answer with the profile. It needs no scope."""
    return jsonify(
        payloads.me(listener.id, listener.account_id, listener.display_name, listener.image, state().origin)
    )


@blueprint.get("/me/player/recently-played")
@needs("user-read-recently-played")
def recently_played(listener: Listener) -> Response:
    """Answer with plays, newest first; `before` and `after` are Unix milliseconds and exclude each other."""
    simulator = state()
    limit = _number("limit", USUAL_ITEMS, 1, MOST_ITEMS)
    before, after = _cursor("before"), _cursor("after")
    if before is not None and after is not None:
        raise ApiError(400, "Only one of before and after may be given")
    items = listener.recent_items(simulator.clock.now(), simulator.origin)
    chosen = [item for item in items if payloads.is_between(item, after, before)][:limit]
    query = request.query_string.decode("ascii", "replace")
    href = f"{simulator.api_url}/me/player/recently-played" + (f"?{query}" if query else "")
    return jsonify(payloads.recently_played(chosen, limit, href))


def _top(kind: str, listener: Listener) -> Response:
    simulator = state()
    time_range = request.args.get("time_range", "medium_term")
    if time_range not in TIME_RANGES:
        raise ApiError(400, "Invalid time range")
    limit = _number("limit", USUAL_ITEMS, 1, MOST_ITEMS)
    offset = _number("offset", 0, 0, 10_000)
    items, total = listener.top(
        kind,
        time_range,
        simulator.clock.now(),
        wanted=slice(offset, offset + limit),
        origin=simulator.origin,
    )
    base = f"{simulator.api_url}/me/top/{kind}?time_range={time_range}"
    return jsonify(payloads.top_page(items, total, limit=limit, offset=offset, base=base))


@blueprint.get("/me/top/artists")
@needs("user-top-read")
def top_artists(listener: Listener) -> Response:
    """Answer with the artists that the listener likes most, without counts."""
    return _top("artists", listener)


@blueprint.get("/me/top/tracks")
@needs("user-top-read")
def top_tracks(listener: Listener) -> Response:
    """Answer with the tracks that the listener likes most, without counts."""
    return _top("tracks", listener)
