"""The Flask application of the simulator: latency, faults and the log around its pages."""

import time

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from . import accounts, api, control, fault_answers, images
from .calls import Call
from .state import State

# What counts as a call to Spotify; pictures, style sheets and the controls do not.
SERVICES = ("/authorize", "/api/token", "/v1")
DELAYED = ("/api/token", "/v1")


def create_simulator_app(simulator: State, *, with_control: bool = False) -> Flask:
    """Return the application that serves a simulator."""
    app = Flask(__name__, static_folder="assets", static_url_path="/simulator-assets")
    app.extensions["simulator"] = simulator
    app.register_blueprint(accounts.blueprint)
    app.register_blueprint(api.blueprint)
    app.register_blueprint(images.blueprint)
    if with_control:
        app.register_blueprint(control.blueprint)
    _surround(app, simulator)
    return app


def _surround(app: Flask, simulator: State) -> None:
    @app.before_request
    def arrive() -> Response | None:
        g.fault = None
        if not request.path.startswith(SERVICES):
            return None
        g.call = simulator.log.begin(_call(simulator))
        if request.path.startswith(DELAYED) and simulator.latency > 0:
            simulator.stopping.wait(simulator.latency)
        g.fault = simulator.faults.take(request.method, request.path, request.args.to_dict())
        return None if g.fault is None else fault_answers.instead(g.fault)

    @app.after_request
    def leave(response: Response) -> Response:
        response.headers["X-Content-Type-Options"] = "nosniff"
        if g.fault is not None:
            response = fault_answers.spoil(g.fault, response)
        if "call" in g:
            dropped = g.fault is not None and g.fault.kind == "drop"
            simulator.log.end(g.call, 0 if dropped else response.status_code, time.monotonic())
        return response

    @app.errorhandler(HTTPException)
    def answer_http_error(error: HTTPException) -> BaseResponse | HTTPException:
        return api.answer_http_error(error) if request.path.startswith("/v1") else error


def _call(simulator: State) -> Call:
    kind = request.headers.get("Authorization", "").partition(" ")[0].lower()
    return Call(
        method=request.method,
        path=request.path,
        query=request.args.to_dict(),
        at=simulator.clock.now(),
        began=time.monotonic(),
        authorization=kind if kind in ("basic", "bearer") else "none",
        grant_type=request.form.get("grant_type") if request.path == "/api/token" else None,
    )
