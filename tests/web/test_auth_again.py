"""Signing in again: who connects, renews or comes back as somebody else is told what happened."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import update

from spotistats import clock
from spotistats.extensions import transaction
from spotistats.models import SpotifyConnection
from spotistats.simulator import Simulator
from tests.support.listeners import Browser
from tests.support.pages import by_id, checked, text_of


def notice(browser: Browser) -> str:
    return text_of(by_id(checked(browser.get("/settings").text, "/settings"), "notice"))


def in_six_months() -> str:
    end = clock.months_after(datetime.now(UTC), 6)
    return f"{end.day} {end:%B} {end.year}"


def test_a_first_sign_in_needs_no_words(browser: Browser) -> None:
    browser.sign_in("alice")
    assert notice(browser) == ""
    browser.post("/auth/logout")
    browser.sign_in("alice", next_path="/settings")
    assert notice(browser) == "", "what is still connected needs no words, either"


def test_a_permission_that_was_renewed(alice: Browser) -> None:
    assert alice.sign_in("alice", next_path="/settings").headers["Location"] == "/settings"
    assert notice(alice) == f"Permission renewed until {in_six_months()}."
    assert notice(alice) == ""


@pytest.mark.parametrize("is_signed_out", [False, True])
@pytest.mark.parametrize("how", ["disconnected", "withdrawn"])
def test_connecting_again(alice: Browser, app: Flask, how: str, *, is_signed_out: bool) -> None:
    """Signing in is what connects Spotify, also for who comes back much later."""
    if how == "disconnected":
        alice.post("/settings/disconnect")
        alice.get("/settings")
    else:
        with app.app_context(), transaction() as session:
            session.execute(update(SpotifyConnection).values(needs_reconnect_since=datetime.now(UTC)))
    if is_signed_out:
        alice.post("/auth/logout")
    alice.sign_in("alice", next_path="/settings")
    assert (
        notice(alice) == f"Spotify is connected again until {in_six_months()}. Sync brings new plays again."
    )
    assert notice(alice) == ""


def test_who_deleted_the_account_comes_back_as_somebody_new(alice: Browser) -> None:
    alice.post("/settings/delete-account", {"confirmation": "delete everything"})
    alice.sign_in("alice", next_path="/settings")
    assert notice(alice) == ""


@pytest.mark.parametrize("is_connected", [True, False])
def test_who_chose_another_account_at_spotify_is_told_so(alice: Browser, *, is_connected: bool) -> None:
    if not is_connected:
        alice.post("/settings/disconnect")
        alice.get("/settings")
    alice.sign_in("bob", next_path="/settings")
    said = notice(alice)
    assert said.startswith("You are now signed in as Bob: that is the account you chose at Spotify.")
    assert ("is still not connected" in said) == (not is_connected)
    assert "alice" not in said.lower(), "nothing of the first listener stays"


def test_a_new_account_without_a_zone_is_told_of_utc_once(browser: Browser) -> None:
    browser.sign_in("alice", timezone="")
    assert notice(browser).startswith("Your days begin and end at midnight in UTC")
    assert notice(browser) == ""
    browser.post("/auth/logout")
    browser.sign_in("alice", timezone="")
    assert "UTC" not in notice(browser)
    browser.sign_in("bob", timezone="Mars/Olympus")
    assert "UTC" in notice(browser)


def test_every_form_that_leads_to_spotify_tells_the_zone(
    alice: Browser, browser: Browser, simulator: Simulator
) -> None:
    """A script fills the field in: any of them may end in a new account."""
    simulator.revoke("alice")
    alice.post("/sync", headers={"HX-Request": "true"})
    pages = [(browser, "/login"), (alice, "/settings"), (alice, "/dashboard")]
    for who, path in pages:
        root = checked(who.get(path).text, path)
        forms = [form for form in root.iter("form") if form.attrib["action"] == "/auth/login"]
        assert forms, path
        for form in forms:
            assert [field.attrib.get("class") for field in form.iter("input")].count("zone-of-browser") == 1


def test_an_error_leads_back_to_where_one_is(app: Flask, alice: Browser, simulator: Simulator) -> None:
    """Into the application who is signed in, to the sign-in who is not, whatever went wrong."""
    stranger = Browser(app.test_client(), simulator)
    for browser, head, way, standing in (
        (alice, "Alice Settings", ("To the settings", "/settings"), "You are signed in as before."),
        (stranger, "Spotistats", ("Back to the sign-in", "/login"), "You are not signed in by it."),
    ):
        mistaken = browser.get("/auth/callback?code=x&state=y")
        assert standing in mistaken.text
        start = browser.post("/auth/login")
        back = urlsplit(simulator.decide(start.headers["Location"], "bob"))
        simulator.faults.add("/v1/me", "status", status=500)
        for answer, status in ((mistaken, 400), (browser.get(f"{back.path}?{back.query}"), 502)):
            assert answer.status_code == status
            page = checked(answer.text, "/auth/callback")
            buttons = [link for link in page.iter("a") if link.attrib.get("class") == "button"]
            assert [(text_of(link), link.attrib["href"]) for link in buttons] == [way]
            header = text_of(next(page.iter("header")))
            assert header.endswith(head)
            assert ("Dashboard" in header) == (browser is alice)
        simulator.faults.clear()
