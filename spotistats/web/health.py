"""For whoever watches over the server."""

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from spotistats.stats.health import schema
from spotistats.web.guards import public

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def show() -> Response:
    """200 while the process can serve and its database is what it expects, else 503."""
    state = schema()
    answer = jsonify(status="ok" if state == "current" else "unavailable", database=state)
    answer.status_code = 200 if state == "current" else 503
    return answer
