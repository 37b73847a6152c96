from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import requests

from spotistats.simulator import ScriptedPlay, Simulator

from .conftest import Get

RECENT = "/me/player/recently-played"
NOW = datetime(2026, 6, 18, 15, tzinfo=UTC)


def scripted(count: int) -> list[ScriptedPlay]:
    return [ScriptedPlay(NOW - timedelta(minutes=5 * number), f"t{number}") for number in range(count)]


@pytest.fixture
def alice(simulator: Simulator) -> str:
    simulator.add_listener("alice", "acc-alice", "Alice", scripted(60))
    return "alice"


def test_me(get: Get, alice: str) -> None:
    profile = get("/me", listener=alice).json()
    assert (profile["id"], profile["account_id"], profile["display_name"]) == ("alice", "acc-alice", "Alice")
    assert profile["images"] == []


def test_the_demo_listener_has_a_picture(get: Get, http: requests.Session) -> None:
    url = get("/me").json()["images"][0]["url"]
    assert http.get(url, timeout=5).headers["Content-Type"].startswith("image/svg+xml")


@pytest.mark.parametrize(
    ("header", "status", "message"),
    [
        (None, 401, "No token provided"),
        ("Bearer nonsense", 401, "Invalid access token"),
        ("Basic abc", 400, "Only valid bearer authentication supported"),
    ],
)
@pytest.mark.parametrize("path", ["/me", RECENT, "/me/top/artists"])
def test_a_good_token_is_needed(
    simulator: Simulator, http: requests.Session, path: str, header: str | None, status: int, message: str
) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = http.get(simulator.api_url + path, headers=headers, timeout=5)
    assert answer.status_code == status
    assert answer.json() == {"error": {"status": status, "message": message}}


def test_an_access_token_runs_out(simulator: Simulator, get: Get) -> None:
    simulator.token_lifetime = 2
    token = str(simulator.grant("demo")["access_token"])
    assert get("/me", token=token).status_code == 200
    simulator.clock.advance(timedelta(seconds=3))
    answer = get("/me", token=token)
    assert answer.json() == {"error": {"status": 401, "message": "The access token expired"}}
    assert answer.status_code == 401


def test_revoked_consent_makes_tokens_invalid(simulator: Simulator, get: Get) -> None:
    token = str(simulator.grant("demo")["access_token"])
    simulator.revoke("demo")
    assert get("/me", token=token).json()["error"]["message"] == "Invalid access token"


@pytest.mark.parametrize("path", [RECENT, "/me/top/artists", "/me/top/tracks"])
def test_the_scope_is_needed(simulator: Simulator, get: Get, path: str) -> None:
    token = str(simulator.grant("demo", scopes=["user-read-email"])["access_token"])
    answer = get(path, token=token)
    assert answer.json() == {"error": {"status": 403, "message": "Insufficient client scope"}}
    assert answer.status_code == 403
    assert get("/me", token=token).status_code == 200


def test_who_is_not_allow_listed_is_told_so_in_either_form(
    simulator: Simulator, get: Get, alice: str
) -> None:
    simulator.block(alice)
    answer = get("/me", listener=alice)
    assert (answer.status_code, answer.text) == (403, "User not registered in the Developer Dashboard")
    simulator.block(alice, answer="json")
    assert get(RECENT, listener=alice).json()["error"]["status"] == 403
    simulator.unblock(alice)
    assert get("/me", listener=alice).status_code == 200


@pytest.mark.parametrize("path", ["/artists?ids=a", "/me/following", "/", "/me/"])
def test_other_paths_are_not_found_in_json(get: Get, path: str) -> None:
    answer = get(path)
    assert answer.status_code == 404
    assert answer.json()["error"]["status"] == 404


def test_a_wrong_method_is_answered_in_json(simulator: Simulator, http: requests.Session) -> None:
    answer = http.post(f"{simulator.api_url}/me", timeout=5)
    assert answer.status_code == 405
    assert answer.json()["error"]["status"] == 405


def test_recently_played_is_newest_first_and_twenty_by_default(get: Get, alice: str) -> None:
    page = get(RECENT, listener=alice).json()
    assert [item["track"]["id"] for item in page["items"]] == [f"t{number}" for number in range(20)]
    assert page["limit"] == 20


def test_only_fifty_plays_exist(get: Get, http: requests.Session, simulator: Simulator, alice: str) -> None:
    page = get(RECENT, listener=alice, limit=50).json()
    assert len(page["items"]) == 50
    headers = {"Authorization": f"Bearer {simulator.grant(alice)['access_token']}"}
    following = http.get(page["next"], headers=headers, timeout=5).json()
    assert following["items"] == []
    assert following["next"] is None
    assert following["cursors"] is None


def test_next_leads_through_the_fifty(
    get: Get, http: requests.Session, simulator: Simulator, alice: str
) -> None:
    headers = {"Authorization": f"Bearer {simulator.grant(alice)['access_token']}"}
    url: str | None = f"{simulator.api_url}{RECENT}?limit=20"
    seen: list[str] = []
    while url is not None:
        page = http.get(url, headers=headers, timeout=5).json()
        seen += [item["track"]["id"] for item in page["items"]]
        url = page["next"]
    assert seen == [f"t{number}" for number in range(50)]


def test_after_gives_what_is_newer(get: Get, alice: str) -> None:
    page = get(RECENT, listener=alice, limit=4).json()
    newer = get(RECENT, listener=alice, limit=50, after=page["cursors"]["before"]).json()
    assert [item["track"]["id"] for item in newer["items"]] == ["t0", "t1", "t2"]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 51},
        {"limit": "x"},
        {"limit": "-1"},
        {"before": "x"},
        {"before": 1, "after": 1},
    ],
)
def test_wrong_questions_about_plays(get: Get, query: dict[str, str]) -> None:
    answer = get(RECENT, **query)
    assert answer.status_code == 400
    assert answer.json()["error"]["status"] == 400


def test_no_plays_at_all(simulator: Simulator, get: Get) -> None:
    simulator.add_listener("bob")
    page = get(RECENT, listener="bob", limit=50).json()
    assert (page["items"], page["next"], page["cursors"]) == ([], None, None)
    assert "total" not in page


def test_raw_items_are_handed_out_as_they_are(simulator: Simulator, get: Get, alice: str) -> None:
    items: list[dict[str, object]] = [
        {"track": None, "played_at": "2026-06-18T15:00:00.000Z"},
        {"odd": ["ø", 1]},
    ]
    simulator.script_items(alice, items)
    assert get(RECENT, listener=alice, limit=50).json()["items"] == items
    simulator.script_items(alice, None)
    assert len(get(RECENT, listener=alice, limit=50).json()["items"]) == 50


def test_the_demo_listener_goes_on_with_the_clock(simulator: Simulator, get: Get) -> None:
    simulator.clock.set(NOW)
    first = get(RECENT, limit=50).json()["items"]
    simulator.clock.advance(timedelta(hours=6))
    second = get(RECENT, limit=50).json()["items"]
    stamps = [item["played_at"] for item in second]
    assert all(one > two for one, two in pairwise(stamps))
    assert stamps[0] > first[0]["played_at"]
    assert first[0] in second


def test_a_fast_answer(simulator: Simulator, get: Get) -> None:
    get(RECENT, limit=50)
    get(RECENT, limit=50)
    call = simulator.calls_to(f"/v1{RECENT}")[-1]
    assert call.ended is not None
    assert call.ended - call.began < 0.2


@pytest.mark.parametrize("kind", ["artists", "tracks"])
def test_top_lists_of_the_demo_listener(get: Get, kind: str) -> None:
    lists = {
        time_range: get(f"/me/top/{kind}", time_range=time_range, limit=50).json()
        for time_range in ("short_term", "medium_term", "long_term")
    }
    for page in lists.values():
        assert set(page) == {"items", "total", "limit", "offset", "href", "next", "previous"}
        assert page["items"]
        assert {item["type"] for item in page["items"]} == {kind[:-1]}
    orders = {tuple(item["id"] for item in page["items"]) for page in lists.values()}
    assert len(orders) == 3


def test_pages_of_a_top_list_join(get: Get) -> None:
    whole = get("/me/top/tracks", limit=10).json()["items"]
    parts = [get("/me/top/tracks", limit=5, offset=offset).json()["items"] for offset in (0, 5)]
    assert [*parts[0], *parts[1]] == whole


def test_a_scripted_top_list(simulator: Simulator, get: Get, alice: str) -> None:
    items = [{"id": "raw", "anything": None}]
    simulator.script_top(alice, "artists", "long_term", items)
    page = get("/me/top/artists", listener=alice, time_range="long_term").json()
    assert (page["items"], page["total"], page["next"]) == (items, 1, None)


def test_a_new_account_has_empty_top_lists(simulator: Simulator, get: Get) -> None:
    simulator.add_listener("bob")
    page = get("/me/top/artists", listener="bob").json()
    assert (page["items"], page["total"]) == ([], 0)


@pytest.mark.parametrize("query", [{"time_range": "week"}, {"limit": 51}, {"limit": 0}, {"offset": "-1"}])
def test_wrong_questions_about_top_lists(get: Get, query: dict[str, str]) -> None:
    answer = get("/me/top/artists", **query)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("Invalid")
