"""For whoever watches over the server."""

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from spotistats.stats.health import WORDS, schema
from spotistats.web.guards import public

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def show() -> Response:
    """200 while the process can serve and reach its database, else 503.

    One that a newer version has changed meanwhile still serves: it is restarted when its turn comes.
    """
    state = schema()
    can_serve = state in {"current", "ahead"}
    answer = jsonify(status="ok" if can_serve else "unavailable", database=state, message=WORDS[state])
    answer.status_code = 200 if can_serve else 503
    return answer
