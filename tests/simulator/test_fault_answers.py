from time import monotonic
from typing import Any

import pytest
import requests

from spotistats.simulator import Simulator
from spotistats.simulator.fault_answers import FOREIGN

from .conftest import Get

RECENT = "/me/player/recently-played"
PATH = "/v1" + RECENT


def test_a_status_with_json(simulator: Simulator, get: Get) -> None:
    simulator.faults.add(PATH, "status", status=503, times=2, headers={"Retry-After": "1"})
    answers = [get(RECENT) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].json() == {"error": {"status": 503, "message": "Service Unavailable"}}
    assert answers[0].headers["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [("<h1>Bad gateway</h1>", "text/html"), ("no", "text/plain"), ({"error": "x"}, "application/json")],
)
def test_a_status_with_a_body(simulator: Simulator, get: Get, body: Any, content_type: str) -> None:
    simulator.faults.add(PATH, "status", status=502, body=body)
    answer = get(RECENT)
    assert answer.status_code == 502
    assert answer.headers["Content-Type"].split(";")[0] == content_type
    assert (answer.json() if isinstance(body, dict) else answer.text) == body


@pytest.mark.parametrize("retry_after", [None, 0, 7])
def test_a_rate_limit(simulator: Simulator, get: Get, retry_after: int | None) -> None:
    simulator.faults.add(PATH, "rate_limit", retry_after=retry_after)
    answer = get(RECENT)
    assert answer.status_code == 429
    assert answer.headers.get("Retry-After") == (None if retry_after is None else str(retry_after))
    assert answer.json() == {"error": {"status": 429, "message": "API rate limit exceeded"}}


def test_the_daily_quota(simulator: Simulator, get: Get) -> None:
    simulator.faults.add("/v1", "quota", retry_after=50_000)
    answer = get(RECENT)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "50000")
    assert answer.json()["error"]["reason"] == "QUOTA_EXCEEDED"


def test_html_that_claims_success(simulator: Simulator, get: Get) -> None:
    simulator.faults.add(PATH, "html")
    answer = get(RECENT)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")


def test_a_replaced_body(simulator: Simulator, get: Get) -> None:
    simulator.faults.add(PATH, "replace", body={"items": "many"})
    assert get(RECENT).json() == {"items": "many"}


def test_a_dropped_connection_is_logged_without_a_status(simulator: Simulator, get: Get) -> None:
    simulator.faults.add(PATH, "drop")
    with pytest.raises(requests.ConnectionError):
        get(RECENT)
    assert [call.status for call in simulator.calls_to(PATH)] == [0]


def test_a_hang_then_the_usual_answer(simulator: Simulator, get: Get) -> None:
    simulator.faults.add(PATH, "hang", seconds=0.3)
    began = monotonic()
    assert get(RECENT).status_code == 200
    assert monotonic() - began >= 0.3


def test_a_hang_outlasts_a_clients_patience(simulator: Simulator, get: Get) -> None:
    simulator.faults.add(PATH, "hang", seconds=60)
    with pytest.raises(requests.ReadTimeout):
        get(RECENT, timeout=0.2)
    assert len(simulator.calls_to(PATH)) == 1


def test_stopping_ends_a_hang_at_once(simulator: Simulator, get: Get) -> None:
    simulator.faults.add(PATH, "hang", seconds=60)
    with pytest.raises(requests.ReadTimeout):
        get(RECENT, timeout=0.1)
    began = monotonic()
    simulator.stop()
    assert monotonic() - began < 1


def test_a_truncated_answer_promises_more_than_it_holds(
    simulator: Simulator, get: Get, http: requests.Session
) -> None:
    simulator.faults.add(PATH, "truncated")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        get(RECENT)


def test_a_truncated_token_answer_has_spent_the_token(simulator: Simulator, http: requests.Session) -> None:
    simulator.rotate_refresh_tokens = True
    simulator.faults.add("/api/token", "truncated", times=1)
    form = {"grant_type": "refresh_token", "refresh_token": simulator.grant("demo")["refresh_token"]}
    secret = (simulator.client_id, simulator.client_secret)
    url = f"{simulator.accounts_url}/api/token"
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        http.post(url, data=form, auth=secret, timeout=5)
    assert http.post(url, data=form, auth=secret, timeout=5).json()["error"] == "invalid_grant"


def test_a_trickle_is_whole_but_slow(simulator: Simulator, get: Get) -> None:
    usual = get(RECENT).json()
    simulator.faults.add(PATH, "trickle", seconds=0.4)
    began = monotonic()
    assert get(RECENT).json() == usual
    assert monotonic() - began >= 0.35


def test_a_next_on_another_host(simulator: Simulator, get: Get) -> None:
    simulator.faults.add("/v1/me", "foreign_next")
    assert get(RECENT, limit=5).json()["next"] == FOREIGN
    assert len(get("/me/top/artists").json()["items"]) == 20


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("items.0.track.album.images", ("items", 0, "track", "album", "images")),
        ("items.*.track.id", ("items", 3, "track", "id")),
        ("cursors", ("cursors",)),
    ],
)
def test_a_missing_field(simulator: Simulator, get: Get, field: str, path: tuple[str | int, ...]) -> None:
    usual = get(RECENT, limit=5).json()
    simulator.faults.add(PATH, "missing_field", field=field, times=1)
    changed = get(RECENT, limit=5).json()
    for step in path[:-1]:
        usual, changed = usual[step], changed[step]
    assert path[-1] in usual
    assert path[-1] not in changed


@pytest.mark.parametrize("field", ["nothing", "items.99.track", "items.x.track", "limit.deeper", "items.0"])
def test_a_field_that_is_not_there_changes_nothing(simulator: Simulator, get: Get, field: str) -> None:
    usual = get(RECENT, limit=5).json()
    simulator.faults.add(PATH, "missing_field", field=field)
    assert get(RECENT, limit=5).json() == usual


def test_a_query_chooses_the_call(simulator: Simulator, get: Get) -> None:
    simulator.faults.add("/v1/me/top", "status", status=500, query={"time_range": "short_term"})
    assert get("/me/top/tracks", time_range="short_term").status_code == 500
    assert get("/me/top/tracks", time_range="long_term").status_code == 200
