"""The controls over HTTP, for tests that run in another process. Served only where asked for."""

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, jsonify, request

from .scripted import ScriptedPlay
from .state import SCOPES, state

blueprint = Blueprint("control", __name__, url_prefix="/simulator")


@blueprint.errorhandler(KeyError)
@blueprint.errorhandler(TypeError)
@blueprint.errorhandler(ValueError)
def answer_bad_order(error: Exception) -> tuple[Response, int]:
    """Answer an order that can't be followed with what is wrong with it."""
    return jsonify({"error": f"{type(error).__name__}: {error}"}), 400


def _order() -> dict[str, Any]:
    body = request.get_json()
    if not isinstance(body, dict):
        raise TypeError("an order is a JSON object")
    return body


@blueprint.get("/calls")
def calls() -> Response:
    """Answer with the log of calls."""
    return jsonify([dataclasses.asdict(call) | {"at": call.at.isoformat()} for call in state().calls])


@blueprint.delete("/calls")
def forget_calls() -> tuple[str, int]:
    """Forget the log."""
    state().log.clear()
    return "", 204


@blueprint.get("/faults")
def faults() -> Response:
    """Answer with the faults, used-up ones included."""
    return jsonify([dataclasses.asdict(fault) for fault in state().faults.all()])


@blueprint.post("/faults")
def add_fault() -> tuple[Response, int]:
    """Switch a fault on: `path`, `kind` and the options of `Fault`."""
    return jsonify(dataclasses.asdict(state().faults.add(**_order()))), 201


@blueprint.delete("/faults")
def clear_faults() -> tuple[str, int]:
    """Switch all faults off."""
    state().faults.clear()
    return "", 204


@blueprint.post("/clock")
def set_clock() -> Response:
    """Set the clock by `{"set": ISO time}`, `{"advance": seconds}` or `{"real": true}`."""
    clock, order = state().clock, _order()
    if "set" in order:
        clock.set(datetime.fromisoformat(order["set"]))
    elif "advance" in order:
        clock.advance(timedelta(seconds=order["advance"]))
    else:
        clock.real()
    return jsonify({"now": clock.now().isoformat()})


@blueprint.post("/settings")
def change_settings() -> tuple[str, int]:
    """Change `latency`, `token_lifetime` (seconds), `rotate_refresh_tokens` or `auto_agree`."""
    order = _order()
    known = {"latency", "token_lifetime", "rotate_refresh_tokens", "auto_agree"}
    if not order.keys() <= known:
        raise ValueError(f"no such setting: {', '.join(sorted(order.keys() - known))}")
    for name, value in order.items():
        setattr(state(), name, value)
    return "", 204


@blueprint.post("/listeners")
def add_listener() -> tuple[str, int]:
    """Add a listener: `id`, `account_id`, `display_name`, `plays`."""
    order = _order()
    plays = [_scripted(play) for play in order.get("plays", [])]
    state().add_listener(order["id"], order.get("account_id"), order.get("display_name"), plays)
    return "", 201


@blueprint.put("/listeners/<listener_id>/plays")
def script_plays(listener_id: str) -> tuple[str, int]:
    """Replace the plays of a listener by `{"plays": [the fields of ScriptedPlay]}`."""
    state().script_plays(listener_id, [_scripted(play) for play in _order()["plays"]])
    return "", 204


@blueprint.put("/listeners/<listener_id>/items")
def script_items(listener_id: str) -> tuple[str, int]:
    """Set the raw items of recently played by `{"items": […]}`."""
    state().script_items(listener_id, _order()["items"])
    return "", 204


@blueprint.put("/listeners/<listener_id>/top/<kind>/<time_range>")
def script_top(listener_id: str, kind: str, time_range: str) -> tuple[str, int]:
    """Set the raw items of a top list by `{"items": […]}`."""
    state().script_top(listener_id, kind, time_range, _order()["items"])
    return "", 204


@blueprint.post("/listeners/<listener_id>/grant")
def grant(listener_id: str) -> Response:
    """Answer with tokens, without a browser; `scopes` may be given."""
    return jsonify(state().grant(listener_id, _order().get("scopes", SCOPES)))


@blueprint.post("/listeners/<listener_id>/<any(revoke, block, unblock):action>")
def act(listener_id: str, action: str) -> tuple[str, int]:
    """Take back the consent of a listener, or take them off the allow-list and put them back."""
    simulator = state()
    actions: dict[str, Callable[[str], None]] = {
        "revoke": simulator.revoke,
        "block": simulator.block,
        "unblock": simulator.unblock,
    }
    actions[action](listener_id)
    return "", 204


@blueprint.post("/expire")
def expire_access_tokens() -> tuple[str, int]:
    """Let every access token run out now."""
    state().expire_access_tokens()
    return "", 204


def _scripted(fields: dict[str, Any]) -> ScriptedPlay:
    """Read a scripted play from JSON, in which pairs are lists and times are texts."""
    values = dict(fields, played_at=datetime.fromisoformat(fields["played_at"]))
    if "artists" in values:
        values["artists"] = [tuple(pair) for pair in values["artists"]]
    if "album" in values:
        values["album"] = tuple(values["album"])
    return ScriptedPlay(**values)
