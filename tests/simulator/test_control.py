from typing import Any

import pytest
import requests

from spotistats.simulator import Simulator

from .conftest import Get

PLAY = {
    "played_at": "2026-05-01T12:00:00.123Z",
    "track_id": "t1",
    "artists": [["a1", "One"]],
    "album": ["al1", "Album"],
}


@pytest.fixture
def order(simulator: Simulator, http: requests.Session) -> Any:
    def send(method: str, path: str, body: Any = None, *, status: int = 204) -> requests.Response:
        answer = http.request(method, f"{simulator.origin}/simulator{path}", json=body, timeout=5)
        assert answer.status_code == status, answer.text
        return answer

    return send


def test_the_log_is_told_and_forgotten(get: Get, order: Any) -> None:
    get("/me", fields="x")
    calls = order("GET", "/calls", status=200).json()
    assert [(call["path"], call["query"], call["status"]) for call in calls] == [
        ("/v1/me", {"fields": "x"}, 200)
    ]
    order("DELETE", "/calls")
    assert order("GET", "/calls", status=200).json() == []


def test_faults_are_switched_on_and_off(get: Get, order: Any) -> None:
    order("POST", "/faults", {"path": "/v1/me", "kind": "rate_limit", "retry_after": 9}, status=201)
    assert get("/me").headers["Retry-After"] == "9"
    assert order("GET", "/faults", status=200).json()[0]["hits"] == 1
    order("DELETE", "/faults")
    assert get("/me").status_code == 200


def test_the_clock_is_set(simulator: Simulator, order: Any) -> None:
    order("POST", "/clock", {"set": "2026-05-01T12:00:00+00:00"}, status=200)
    answer = order("POST", "/clock", {"advance": 90}, status=200)
    assert answer.json() == {"now": "2026-05-01T12:01:30+00:00"}
    order("POST", "/clock", {"real": True}, status=200)
    assert simulator.clock.now().isoformat() > "2026-05-02"


def test_settings_are_changed(simulator: Simulator, order: Any) -> None:
    order("POST", "/settings", {"latency": 0.01, "auto_agree": "demo", "token_lifetime": 9})
    assert (simulator.latency, simulator.auto_agree, simulator.token_lifetime) == (0.01, "demo", 9)
    order("POST", "/settings", {"origin": "x"}, status=400)


def test_a_listener_is_added_and_scripted(get: Get, order: Any) -> None:
    order("POST", "/listeners", {"id": "alice", "account_id": "acc", "plays": [PLAY]}, status=201)
    recent = "/me/player/recently-played"
    item = get(recent, listener="alice").json()["items"][0]
    assert item["played_at"] == PLAY["played_at"]
    assert item["track"]["artists"][0]["name"] == "One"
    order("PUT", "/listeners/alice/plays", {"plays": []})
    assert get(recent, listener="alice").json()["items"] == []
    order("PUT", "/listeners/alice/items", {"items": [{"x": 1}]})
    assert get(recent, listener="alice").json()["items"] == [{"x": 1}]
    order("PUT", "/listeners/alice/top/tracks/short_term", {"items": [{"y": 1}]})
    top = get("/me/top/tracks", listener="alice", time_range="short_term").json()
    assert top["items"] == [{"y": 1}]


def test_tokens_are_granted_expired_and_revoked(get: Get, order: Any) -> None:
    tokens = order("POST", "/listeners/demo/grant", {}, status=200).json()
    assert get("/me", token=tokens["access_token"]).status_code == 200
    order("POST", "/expire")
    assert get("/me", token=tokens["access_token"]).json()["error"]["message"] == "The access token expired"
    order("POST", "/listeners/demo/revoke")
    assert get("/me", token=tokens["access_token"]).json()["error"]["message"] == "Invalid access token"


def test_listeners_are_blocked_and_let_back(get: Get, order: Any) -> None:
    order("POST", "/listeners/demo/block")
    assert get("/me").status_code == 403
    order("POST", "/listeners/demo/unblock")
    assert get("/me").status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/faults", {"path": "/v1", "kind": "explode"}),
        ("/faults", {"kind": "drop"}),
        ("/faults", ["drop"]),
        ("/clock", {"set": "yesterday"}),
        ("/clock", {"set": "2026-05-01T12:00:00"}),
        ("/listeners", {"account_id": "x"}),
        ("/listeners/nobody/block", {}),
    ],
)
def test_orders_that_make_no_sense_are_refused_with_the_reason(order: Any, path: str, body: Any) -> None:
    assert order("POST", path, body, status=400).json()["error"]
