from time import monotonic

import requests

from spotistats.simulator import Simulator

from .conftest import Get


def test_calls_are_logged_with_what_tests_ask_for(
    simulator: Simulator, get: Get, http: requests.Session
) -> None:
    get("/me/top/artists", time_range="short_term", limit=3)
    form = {"grant_type": "refresh_token", "refresh_token": "unknown"}
    secret = (simulator.client_id, simulator.client_secret)
    http.post(f"{simulator.accounts_url}/api/token", data=form, auth=secret, timeout=5)
    http.get(f"{simulator.accounts_url}/authorize", params={"client_id": "x"}, timeout=5)
    top, token, authorize = simulator.calls
    assert (top.method, top.path, top.status, top.authorization) == (
        "GET",
        "/v1/me/top/artists",
        200,
        "bearer",
    )
    assert top.query == {"time_range": "short_term", "limit": "3"}
    assert (token.path, token.status, token.authorization) == ("/api/token", 400, "basic")
    assert token.grant_type == "refresh_token"
    assert (authorize.status, authorize.authorization) == (400, "none")
    assert all(call.ended is not None and call.ended >= call.began for call in simulator.calls)


def test_calls_to_a_path(simulator: Simulator, get: Get) -> None:
    get("/me")
    get("/me/top/tracks")
    assert len(simulator.calls_to("/v1/me/top")) == 1
    assert len(simulator.calls_to("/v1")) == 2


def test_latency_can_be_changed_while_running(simulator: Simulator, get: Get) -> None:
    get("/me")
    simulator.latency = 0.2
    began = monotonic()
    get("/me")
    assert monotonic() - began >= 0.2
    simulator.latency = 0
    began = monotonic()
    get("/me")
    assert monotonic() - began < 0.2


def test_nothing_is_guessed_about_types(simulator: Simulator, get: Get) -> None:
    assert get("/me").headers["X-Content-Type-Options"] == "nosniff"
    assert get("/nothing").headers["X-Content-Type-Options"] == "nosniff"


def test_the_controls_are_served_only_where_asked_for(http: requests.Session) -> None:
    with Simulator() as simulator:
        assert http.get(f"{simulator.origin}/simulator/calls", timeout=5).status_code == 404
