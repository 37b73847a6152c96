"""The Sync button: each of its answers, to htmx, to a plain form and to a program."""

import re
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from spotistats.extensions import transaction
from spotistats.models import SpotifyConnection, SpotifyWait, User
from spotistats.simulator import Simulator
from tests.support.apps import MakeApp
from tests.support.listeners import Browser
from tests.support.pages import by_id, checked, checked_fragment, text_of
from tests.support.rows import everything
from tests.support.weeks import plays_of

HTMX = {"HX-Request": "true", "HX-Target": "sync-status"}
JSON = {"Accept": "application/json"}


def parts(answer: TestResponse) -> dict[str, Element]:
    """Return the elements of a fragment by their ids; the first is what htmx was told to replace."""
    elements = checked_fragment(answer.text)
    assert elements[0].attrib["id"] == "sync-status"
    assert elements[0].attrib["role"] == "status"
    assert all(element.attrib.get("hx-swap-oob") for element in elements[1:])
    return {element.attrib["id"]: element for element in elements}


def status_of(answer: TestResponse) -> str:
    """Return the message in a fragment; the card must be beside it."""
    found = parts(answer)
    assert "data-minutes" in found["stats-card"].attrib
    return text_of(found["sync-status"])


def after_the_form(browser: Browser) -> str:
    """Press the button without a script; return the message on the page that follows, shown there once."""
    answer = browser.sync()
    assert (answer.status_code, answer.headers["Location"]) == (303, "/dashboard")
    status = by_id(checked(browser.get("/dashboard").text, "/dashboard"), "sync-status")
    assert status.attrib["role"] == "status"
    again = by_id(checked(browser.get("/dashboard").text, "/dashboard"), "sync-status")
    assert text_of(again) == ""
    return text_of(status)


@pytest.fixture
def cooling(make_app: MakeApp, simulator: Simulator) -> Browser:
    """Alice's browser where a successful sync is followed by an hour's pause."""
    browser = Browser(make_app(SYNC_COOLDOWN_SECONDS="3600").test_client(), simulator)
    browser.sign_in("alice")
    return browser


def test_success(alice: Browser, simulator: Simulator) -> None:
    simulator.script_plays("alice", plays_of("alice", 5, hours_ago=50))
    answer = alice.sync_json()
    assert (answer.status_code, answer.json) == (
        200,
        {"success": True, "days_aggregated": 1, "artists_saved": 6, "tracks_saved": 15, "plays_added": 5},
    )
    simulator.script_plays("alice", plays_of("alice", 10, hours_ago=26))
    answer = alice.sync(**HTMX)
    assert answer.status_code == 200
    found = parts(answer)
    card = found["stats-card"].attrib
    assert (card["data-minutes"], card["data-active-days"]) == ("45", "2")
    assert "10 new plays" in text_of(found["sync-status"])
    assert "No new plays." in after_the_form(alice)
    page = by_id(checked(alice.get("/dashboard").text, "/dashboard"), "stats-card").attrib
    assert (page["data-minutes"], page["data-active-days"]) == ("45", "2")


def test_cooling_down(cooling: Browser, app: Flask) -> None:
    assert cooling.sync_json().status_code == 200
    before = everything(app)
    answer = cooling.sync_json()
    assert answer.status_code == 429
    assert answer.json is not None
    assert answer.json.keys() == {"error", "retry_after"}
    assert 3590 <= answer.json["retry_after"] <= 3600
    assert answer.headers["Retry-After"] == str(answer.json["retry_after"])
    answer = cooling.sync(**HTMX)
    assert answer.status_code == 429
    assert 3590 <= int(answer.headers["Retry-After"]) <= 3600
    assert "next sync is possible in 1 hour" in status_of(answer)
    assert "next sync is possible in 1 hour" in after_the_form(cooling)
    assert everything(app) == before, "a refused request leaves no row"


def test_when_the_next_sync_is_possible_is_seen_once(cooling: Browser) -> None:
    """Beside the button, where it counts down; who listens hears it with the answer, too."""
    cooling.sync_json()
    answer = parts(cooling.sync(**HTMX))
    cooling.sync()
    page = checked(cooling.get("/dashboard").text, "/dashboard")
    for status, facts in (
        (answer["sync-status"], answer["sync-facts"]),
        (by_id(page, "sync-status"), by_id(page, "sync-facts")),
    ):
        when = "The next sync is possible in 1 hour."
        assert text_of(status) == f"Spotify was not asked again so soon. {when}"
        assert [text_of(part) for part in status.iter("span") if part.attrib["class"] == "unseen"] == [when]
        assert text_of(facts).endswith(when)


def test_where_nothing_else_tells_it_the_answer_says_for_all_to_see_when_the_next_sync_is_possible(
    alice: Browser, app: Flask, simulator: Simulator
) -> None:
    with app.app_context(), transaction() as session:
        session.execute(update(SpotifyConnection).values(needs_reconnect_since=datetime.now(UTC)))
        until = datetime.now(UTC) + timedelta(minutes=5)
        session.add(SpotifyWait(client_id=simulator.client_id, refused_until=until))
    answer = parts(alice.sync(**HTMX))
    assert "The next sync is possible" not in text_of(answer["sync-facts"])
    assert "The next sync is possible in 5 minutes" in text_of(answer["sync-status"])
    assert "unseen" not in {part.attrib.get("class") for part in answer["sync-status"].iter("span")}


def test_already_running(alice: Browser, app: Flask) -> None:
    with app.app_context(), transaction() as session:
        expires = datetime.now(UTC) + timedelta(seconds=30)
        session.execute(update(User).values(sync_lock_holder="another", sync_lock_expires_at=expires))
    before = everything(app)
    answer = alice.sync_json()
    assert answer.status_code == 429
    assert answer.json is not None
    assert answer.json.keys() == {"error", "retry_after"}
    assert 25 <= int(answer.headers["Retry-After"]) <= 30
    assert re.search(r"running\. It ends within (2[5-9]|30) seconds\.$", answer.json["error"])
    answer = alice.sync(**HTMX)
    assert answer.status_code == 429
    assert 25 <= int(answer.headers["Retry-After"]) <= 30
    assert "already running" in status_of(answer)
    assert "already running" in after_the_form(alice)
    assert everything(app) == before


@pytest.mark.parametrize("kind", ["status", "html", "truncated", "drop"])
def test_spotify_failed(alice: Browser, simulator: Simulator, kind: str) -> None:
    simulator.script_plays("alice", plays_of("alice"))
    simulator.faults.add("/v1/me/top/artists", kind, status=501)
    answer = alice.sync_json()
    assert answer.status_code == 502
    assert "Retry-After" not in answer.headers
    assert answer.json is not None
    assert answer.json.keys() == {"error"}
    assert "5 new plays were kept" in answer.json["error"]
    answer = alice.sync(**HTMX)
    assert answer.status_code == 502
    assert "kept. The top lists are as they were" in status_of(answer)
    assert "kept. The top lists are as they were" in after_the_form(alice)


def test_spotify_says_how_long_to_wait(alice: Browser, simulator: Simulator) -> None:
    simulator.faults.add("/v1/me/top/tracks", "rate_limit", retry_after=120, times=1)
    answers = [alice.sync_json(), alice.sync_json()]
    assert simulator.calls_to("/v1/me/top/tracks"), "the first one asked"
    for answer in answers:  # The second one is refused because of the wait, without a call.
        assert answer.status_code == 503
        assert answer.json is not None
        assert answer.json.keys() == {"error", "retry_after"}
        assert 115 <= answer.json["retry_after"] <= 120
        assert answer.headers["Retry-After"] == str(answer.json["retry_after"])
    simulator.log.clear()
    answer = alice.sync(**HTMX)
    assert answer.status_code == 503
    assert 115 <= int(answer.headers["Retry-After"]) <= 120
    assert "pause" in status_of(answer)
    assert "pause" in after_the_form(alice)
    assert simulator.calls == []


def test_needs_to_reconnect(alice: Browser, simulator: Simulator) -> None:
    simulator.revoke("alice")
    answer = alice.sync_json()
    assert answer.status_code == 403
    assert answer.json is not None
    assert answer.json.keys() == {"error", "reconnect"}
    assert answer.json["reconnect"] is True
    answer = alice.sync(**HTMX)
    assert answer.status_code == 403
    assert "connect Spotify again" in status_of(answer)
    form = next(parts(answer)["sync-status"].iter("form"))
    assert (form.attrib["method"], form.attrib["action"]) == ("post", "/auth/login")
    assert "connect Spotify again" in after_the_form(alice)
    alice.sign_in("alice")
    assert alice.sync_json().status_code == 200


def test_signed_out(browser: Browser, alice: Browser) -> None:
    """A page left open has the token of a session that has ended."""
    old_token = alice.csrf_token()
    alice.post("/auth/logout")
    for somebody in (browser, alice):
        answer = somebody.post("/sync", {"csrf_token": old_token}, headers=HTMX)
        assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/login")
        answer = somebody.sync_json()
        assert answer.status_code == 401
        assert answer.json is not None
        assert answer.json.keys() == {"error"}
        answer = somebody.sync()
        assert (answer.status_code, answer.headers["Location"]) == (303, "/login")


def test_the_form_is_plain_and_improved_by_htmx(alice: Browser) -> None:
    page = checked(alice.get("/dashboard").text, "/dashboard")
    [form] = [element for element in page.iter("form") if element.attrib.get("action") == "/sync"]
    assert (form.attrib["method"], form.attrib["hx-post"]) == ("post", "/sync")
    assert form.attrib["hx-target"] == "#sync-status"
    assert by_id(page, "sync-status").attrib["role"] == "status"


def test_a_browser_that_also_takes_json_gets_the_page(alice: Browser) -> None:
    for accepted in ("text/html,application/json;q=0.9", "*/*", "text/html,application/xhtml+xml,*/*;q=0.8"):
        assert alice.sync(Accept=accepted).status_code == 303
    assert alice.sync(Accept="application/json, text/javascript, */*; q=0.01").json is not None
