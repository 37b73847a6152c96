"""How each kind of fault answers a request."""

import json
import socket
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify, request

from . import payloads
from .faults import Fault
from .state import state

HTML = "<!doctype html><html lang=en><title>Upstream</title><h1>upstream connect error</h1></html>"
FOREIGN = "http://127.0.0.2:9/steal"
TRICKLES = 20


def instead(fault: Fault) -> Response | None:
    """Return the answer that a fault gives in place of the usual one; None where the usual one is needed."""
    match fault.kind:
        case "status":
            return _status(fault)
        case "rate_limit" | "quota":
            return _too_many(fault)
        case "html":
            return Response(fault.body or HTML, 200, fault.headers, content_type="text/html; charset=utf-8")
        case "replace":
            return _json(fault.body, 200, fault.headers)
        case "drop":
            return _hang_up()
        case "hang":
            return _hang_up() if state().stopping.wait(fault.seconds) else None
    return None


def spoil(fault: Fault, response: Response) -> Response:
    """Return the usual answer with what the fault does to it."""
    match fault.kind:
        case "truncated":
            whole = response.get_data()
            response.set_data(whole[: len(whole) // 2])
            response.headers["Content-Length"] = str(len(whole))
        case "trickle":
            whole = response.get_data()
            response.response = _drops(whole, fault.seconds)
            response.headers["Content-Length"] = str(len(whole))
        case "foreign_next" | "missing_field" if response.is_json:
            response.set_data(json.dumps(_changed(fault, response.get_json())))
    return response


def _json(body: Any, status: int, headers: dict[str, str]) -> Response:
    response = jsonify(body)
    response.status_code = status
    response.headers.update(headers)
    return response


def _status(fault: Fault) -> Response:
    if isinstance(fault.body, str):
        content_type = "text/html" if fault.body.lstrip().startswith("<") else "text/plain"
        return Response(
            fault.body, fault.status, fault.headers, content_type=f"{content_type}; charset=utf-8"
        )
    try:
        phrase = HTTPStatus(fault.status).phrase
    except ValueError:
        phrase = "Unknown"
    body = payloads.error(fault.status, phrase) if fault.body is None else fault.body
    return _json(body, fault.status, fault.headers)


def _too_many(fault: Fault) -> Response:
    body = payloads.error(429, "API rate limit exceeded")
    if fault.kind == "quota":
        body["error"]["reason"] = "QUOTA_EXCEEDED"
    retry = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return _json(body, 429, fault.headers | retry)


def _hang_up() -> Response:
    """Close the connection under the server's hands, so that whatever it writes reaches nobody."""
    connection: socket.socket | None = request.environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)
    return Response(status=500)


def _drops(whole: bytes, seconds: float) -> Iterator[bytes]:
    stopping = state().stopping
    size = max(1, -(-len(whole) // TRICKLES))

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(whole), size):
            if stopping.wait(seconds / TRICKLES):
                return
            yield whole[start : start + size]

    return pieces()


def _changed(fault: Fault, body: Any) -> Any:
    if fault.kind == "foreign_next":
        return {**body, "next": FOREIGN}
    _remove(body, fault.field.split("."))
    return body


def _remove(body: Any, path: list[str]) -> None:
    """Take out what the path leads to. A path that leads nowhere changes nothing."""
    step, rest = path[0], path[1:]
    if isinstance(body, list):
        for position, item in enumerate(body):
            if rest and step in ("*", str(position)):
                _remove(item, rest)
    elif isinstance(body, dict) and step in body:
        if rest:
            _remove(body[step], rest)
        else:
            del body[step]
