"""Error pages in plain words: what happened, and what to do."""

import logging

from flask import Flask, Response, jsonify, make_response, render_template
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import (
    DatabaseError,
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    ProgrammingError,
)
from werkzeug.exceptions import HTTPException, InternalServerError

from spotistats.stats import health
from spotistats.web import fragments, guards

log = logging.getLogger(__name__)

_WORDS = {
    400: ("That did not work", "The address or the form holds something that we cannot use."),
    403: ("Not allowed", "You may not do that."),
    404: ("Nothing here", "There is no page at this address. It may have moved, or a letter went missing."),
    405: ("That did not work", "This address can’t be opened directly. Use the buttons on the pages."),
    413: ("Too much", "That is larger than what we take."),
    429: ("Too fast", "Wait a moment, then try again."),
    500: ("Our mistake", "Something went wrong on our side. What was stored is safe. Try again in a moment."),
    502: ("Spotify is in trouble", "Spotify did not give a usable answer. Try again in a few minutes."),
    503: (
        "Not ready",
        "The database cannot be used right now. What is stored is safe. Try again in a moment.",
    ),
}


def init_app(app: Flask) -> None:
    """Answer every error in words, in the form that was asked for."""
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DatabaseError, _database_error)
    app.register_error_handler(InterfaceError, _database_error)


def answer(
    status: int,
    *,
    title: str | None = None,
    text: str | None = None,
    way_on: tuple[str, str] = ("/", "To the start page"),
) -> Response:
    """Return an error as a page, a fragment or JSON; `way_on` is where a button leads, and what it says."""
    words = _WORDS.get(status, _WORDS[400 if status < 500 else 500])
    title, text = title or words[0], text or words[1]
    if guards.wants_json():
        response = jsonify(error=text)
    elif fragments.is_fragment_request():
        page = render_template("errors/_error.html", title=title, text=text)
        response = fragments.put_into(make_response(page), "#notice")
    else:
        response = make_response(
            render_template("errors/page.html", status=status, title=title, text=text, way_on=way_on)
        )
    response.status_code = status
    return response


def _csrf_error(_error: CSRFError) -> Response:
    text = (
        "The form was too old or came from another site. Nothing was changed. Reload the page and try again."
    )
    return answer(400, title="Please try again", text=text)


def _http_error(error: HTTPException) -> Response:
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    said = error.description if error.code == 400 and type(error).description != error.description else None
    if isinstance(error, InternalServerError):
        said = None
    try:
        response = answer(error.code, text=said)
    except (DatabaseError, InterfaceError) as database_error:  # Asked who looks at the page.
        return _database_error(database_error)
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def _database_error(error: DBAPIError) -> Response:
    guards.forget_listener()  # Else the page would ask the database who looks at it.
    state = health.schema()
    if isinstance(error, ProgrammingError | IntegrityError | DataError) and state == "current":
        raise error  # What was asked of it was wrong, which is our mistake.
    log.error("the database cannot be used (%s): %s", state, error.orig)
    return answer(503, text=health.WORDS[state] if state in {"behind", "gone"} else None)
