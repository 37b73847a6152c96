"""Every page, whoever looks at it: well-formed, titled, labelled, without a dead link."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from markupsafe import escape
from sqlalchemy import update
from werkzeug.routing import Rule

from spotistats.extensions import transaction
from spotistats.models import SpotifyConnection
from spotistats.simulator import Simulator
from spotistats.stats.my_data import TABLES
from spotistats.web.filters import short
from tests.support.apps import MakeApp
from tests.support.listeners import Browser
from tests.support.names import LONG, MARKUP, NASTY, WITH_NUL
from tests.support.pages import Pages, checked
from tests.support.rows import everything
from tests.support.weeks import plays_named, plays_of

# What these answer is no page of ours, or depends on an address that Spotify makes.
NO_PAGES = {
    *("static", "health.show", "auth.callback", "dashboard.sync_facts"),
    *("my_data.download", "my_data.about_you"),
}
VARIANTS = {
    "history.show": ["", "?days=1", "?days=30", "?days=3650"],
    "top.artists": ["", "?range=medium_term", "?range=long_term"],
    "top.tracks": ["", "?range=medium_term", "?range=long_term"],
}


def addresses(app: Flask) -> list[str]:
    """Return the address of every page that a GET route of the application gives."""
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint not in NO_PAGES:
            found += [
                path + variant for path in _paths(rule) for variant in VARIANTS.get(rule.endpoint, [""])
            ]
    assert len(found) > 15
    return found


def _paths(rule: Rule) -> list[str]:
    if not rule.arguments:
        return [rule.rule]
    if rule.endpoint == "history.day":
        today = datetime.now(UTC).date()
        days = [today, today - timedelta(days=1), today + timedelta(days=1), date(1970, 1, 1)]
        return [rule.rule.replace("<text>", f"{day:%Y-%m-%d}") for day in days]
    assert rule.endpoint == "my_data.table", f"tell this test how to fill in {rule.rule}"
    return [rule.rule.replace("<name>", name) for name in TABLES]


def open_all(browser: Browser, app: Flask) -> None:
    pages = Pages(browser)
    for path in addresses(app):
        answer = browser.get(path)
        assert answer.status_code in {200, 302}, f"{path}: {answer.status_code}"
        if answer.status_code == 200:
            pages.check(answer, path)


@pytest.fixture
def pages(alice: Browser) -> Pages:
    return Pages(alice)


def test_signed_out(app: Flask, browser: Browser) -> None:
    open_all(browser, app)
    assert Pages(browser).open("/login").status_code == 200


def test_without_a_spotify_application(make_app: MakeApp, simulator: Simulator) -> None:
    app = make_app(SPOTIFY_CLIENT_ID="", SPOTIFY_CLIENT_SECRET="")
    browser = Browser(app.test_client(), simulator)
    page = Pages(browser).open("/login")
    assert "http://127.0.0.1:8000/auth/callback" in page.text
    assert not list(checked(page.text, "/login").iter("button"))


def test_in_the_demo(make_app: MakeApp, simulator: Simulator) -> None:
    app = make_app(DEMO="1")
    browser = Browser(app.test_client(), simulator)
    for path in addresses(app):
        if (answer := browser.get(path)).status_code == 200:
            Pages(browser).check(answer, path)
            assert 'class="ribbon"' in answer.text
    browser.sign_in("demo")
    assert browser.sync_json().status_code == 200
    open_all(browser, app)
    assert simulator.origin in browser.get("/dashboard").text, "the demo shows the simulator's covers"


def test_an_empty_account(alice: Browser, app: Flask) -> None:
    open_all(alice, app)
    assert "No plays yet. Press Sync." in alice.get("/dashboard").text


def test_a_full_account(alice: Browser, app: Flask, simulator: Simulator) -> None:
    for days in range(3):
        simulator.script_plays("alice", plays_of("alice", 40, hours_ago=24 * days + 5))
        assert alice.sync_json().status_code == 200
    open_all(alice, app)


def test_an_account_that_fails(alice: Browser, app: Flask, simulator: Simulator) -> None:
    simulator.script_plays("alice", plays_of("alice", 50, hours_ago=100))
    assert alice.sync_json().status_code == 200
    simulator.script_plays("alice", plays_of("alice", 50, hours_ago=5))  # A gap: a whole page is new.
    simulator.faults.add("/v1/me/top", "status", status=500)
    assert alice.sync_json().status_code == 502
    simulator.revoke("alice")
    assert alice.sync_json().status_code == 403
    open_all(alice, app)
    dashboard = alice.get("/dashboard").text
    assert "may be missing" in dashboard
    assert "at least" in dashboard
    assert "Connect Spotify again" in dashboard
    assert alice.post("/settings/disconnect").status_code == 303
    open_all(alice, app)


def test_an_account_whose_permission_ends_soon(alice: Browser, app: Flask) -> None:
    with app.app_context(), transaction() as session:
        session.execute(
            update(SpotifyConnection).values(consented_at=datetime.now(UTC) - timedelta(days=170))
        )
    Pages(alice).open("/dashboard")
    assert "permission ends" in alice.get("/dashboard").text


def test_names_that_are_markup_endless_or_worse(app: Flask, simulator: Simulator) -> None:
    simulator.add_listener("alice", account_id="account-alice", display_name=MARKUP)
    simulator.script_plays("alice", plays_named(NASTY))
    alice = Browser(app.test_client(), simulator)
    alice.sign_in("alice")
    assert alice.sync_json().status_code == 200
    open_all(alice, app)
    for path in addresses(app):
        page = alice.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert LONG[:400] not in page, f"{path} shows a name in its whole length"
    stored = everything(app)
    names = {row[1] for row in stored["artists"]} & {row[1] for row in stored["tracks"]}
    assert names == {name.replace("\0", "") for name in NASTY}
    assert WITH_NUL not in names


@pytest.mark.parametrize("name", NASTY)
def test_a_listener_of_that_name_opens_every_page(app: Flask, simulator: Simulator, name: str) -> None:
    simulator.add_listener("alice", account_id="account-alice", display_name=name)
    alice = Browser(app.test_client(), simulator)
    alice.sign_in("alice")
    pages = Pages(alice)
    for path in ("/dashboard", "/settings", "/my-data"):
        assert str(escape(short(name.replace("\0", "")))) in pages.open(path).text, path


def test_pages_ask_spotify_nothing_and_write_nothing(
    alice: Browser, app: Flask, simulator: Simulator
) -> None:
    simulator.script_plays("alice", plays_of("alice"))
    assert alice.sync_json().status_code == 200
    before = everything(app)
    simulator.log.clear()
    open_all(alice, app)
    assert simulator.calls == []
    assert everything(app) == before


def test_error_pages(pages: Pages) -> None:
    for path, status in (
        ("/nothing-here", 404),
        ("/my-data/nothing", 404),
        ("/history?days=abc", 400),
        ("/history/yesterday", 400),
        ("/top/artists?range=x", 400),
        ("/my-data/plays?after=x", 400),
        ("/sync", 405),
    ):
        page = pages.open(path, status=status)
        assert "Traceback" not in page.text
    assert "whole number" in pages.open("/history?days=abc", status=400).text
