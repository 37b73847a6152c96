"""Sign-ins that go wrong: each has its answer in words, and nobody is signed in by it."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from spotistats.simulator import Simulator
from tests.support.listeners import Browser
from tests.support.pages import checked
from tests.support.rows import everything

JSON = {"Accept": "application/json"}


def come_back(browser: Browser, simulator: Simulator, name: str = "alice") -> str:
    """Go to Spotify and agree; return the path to which Spotify sends the browser back."""
    start = browser.post("/auth/login")
    back = urlsplit(simulator.decide(start.headers["Location"], name))
    return f"{back.path}?{back.query}"


@pytest.fixture
def stranger(app: Flask, browser: Browser) -> Iterator[Browser]:
    """A browser that is to be signed out after the test as before, and no row made."""
    before = everything(app)
    yield browser
    assert everything(app) == before
    assert browser.get("/dashboard").status_code == 302


def refused(answer: TestResponse, status: int, words: str) -> None:
    assert answer.status_code == status
    checked(answer.text, "/auth/callback")
    assert words in answer.text
    assert "Traceback" not in answer.text


def test_denied(stranger: Browser) -> None:
    answer = stranger.sign_in("alice", agree=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login")
    assert '<p class="notice remark">You chose not to connect Spotify' in stranger.get("/login").text
    assert "You chose not to connect Spotify" not in stranger.get("/login").text


def test_a_denial_counts_once(stranger: Browser, simulator: Simulator) -> None:
    start = stranger.post("/auth/login")
    denied = urlsplit(simulator.decide(start.headers["Location"], "alice", agree=False))
    path = f"{denied.path}?{denied.query}"
    assert stranger.get(path).headers["Location"] == "/login"
    assert "You chose not to connect Spotify" in stranger.get("/login").text
    assert stranger.get(path).headers["Location"] == "/login"
    assert "You chose not to connect Spotify" not in (page := stranger.get("/login").text)
    assert "That sign-in was not finished. Nothing was changed." in page


@pytest.mark.parametrize("query", ["&state=guessed", "&state=", "", "&state=%00", "&code=x&state=guessed"])
def test_a_denial_that_nobody_asked_for(stranger: Browser, query: str) -> None:
    """Any site can send people here: without an attempt of this browser, nobody chose anything."""
    for _begun in range(2):
        answer = stranger.get(f"/auth/callback?error=access_denied{query}")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/login")
        assert "You chose not to connect Spotify" not in (page := stranger.get("/login").text)
        assert "That sign-in was not finished. Nothing was changed." in page
        stranger.post("/auth/login")


def test_a_denial_from_elsewhere_ends_no_sign_in_under_way(browser: Browser, simulator: Simulator) -> None:
    back = come_back(browser, simulator)
    assert browser.get("/auth/callback?error=access_denied&state=guessed").headers["Location"] == "/login"
    assert browser.get(back).headers["Location"] == "/dashboard"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?code=",
        "?state=x",
        "?code=made-up",
        "?code=made-up&state=",
        "?code=made-up&state=made-up",
        "?code=made-up&state=%00",
        "?error=server_error&state=x",
        "?error=&code=x",
    ],
)
def test_a_callback_that_is_not_spotifys(stranger: Browser, simulator: Simulator, query: str) -> None:
    stranger.post("/auth/login")
    refused(stranger.get(f"/auth/callback{query}"), 400, "That sign-in did not work")
    assert simulator.calls_to("/api/token") == []


def test_windows_side_by_side_each_have_their_own_sign_in(browser: Browser, simulator: Simulator) -> None:
    pages = ("/history", "/settings", "/my-data")
    starts = [browser.post("/auth/login", {"next": page}) for page in pages]
    for page, start in zip(pages[:2], starts, strict=False):
        denied = urlsplit(simulator.decide(start.headers["Location"], "alice", agree=False))
        answer = browser.get(f"{denied.path}?{denied.query}")
        assert answer.headers["Location"] == f"/login?next={page}"
        refused(
            browser.get(f"{denied.path}?{denied.query}&code=x".replace("error=", "e=")), 400, "used before"
        )
    back = urlsplit(simulator.decide(starts[2].headers["Location"], "alice"))
    assert browser.get(f"{back.path}?{back.query}").headers["Location"] == "/my-data"


def test_a_callback_of_another_site_ends_no_sign_in_under_way(browser: Browser, simulator: Simulator) -> None:
    path = come_back(browser, simulator)
    for query in ("code=x&state=y", "error=server_error", "code=x"):
        assert browser.get(f"/auth/callback?{query}").status_code == 400
    assert browser.get(path).headers["Location"] == "/dashboard"


def test_a_forged_state(stranger: Browser, simulator: Simulator) -> None:
    path = come_back(stranger, simulator)
    refused(stranger.get(path[:-1] + ("a" if path[-1] != "a" else "b")), 400, "That sign-in did not work")
    assert simulator.calls_to("/api/token") == []


def test_the_code_and_state_of_another_browser(app: Flask, stranger: Browser, simulator: Simulator) -> None:
    """An attacker's link must not sign the victim in as the attacker."""
    attacker = Browser(app.test_client(), simulator)
    path = come_back(attacker, simulator, "bob")
    refused(stranger.get(path), 400, "begun in another browser")
    stranger.post("/auth/login")
    refused(stranger.get(path), 400, "begun in another browser")
    assert simulator.calls_to("/api/token") == []


def test_a_code_of_another_browser_under_an_own_state(
    app: Flask, stranger: Browser, simulator: Simulator
) -> None:
    """PKCE binds the code to the browser that began."""
    attacker = Browser(app.test_client(), simulator)
    stolen = come_back(attacker, simulator, "bob").partition("code=")[2].partition("&")[0]
    own = come_back(stranger, simulator)
    code = own.partition("code=")[2].partition("&")[0]
    refused(stranger.get(own.replace(code, stolen)), 400, "That sign-in did not work")
    assert simulator.calls_to("/v1/me") == [], "Spotify gave no tokens for it"


def test_a_replayed_callback(app: Flask, browser: Browser, simulator: Simulator) -> None:
    path = come_back(browser, simulator)
    assert browser.get(path).status_code == 302
    before = everything(app)
    refused(browser.get(path), 400, "was used before")
    assert everything(app) == before
    assert browser.get("/dashboard").status_code == 200, "the sign-in itself stays"


def test_a_code_that_is_too_old(stranger: Browser, simulator: Simulator) -> None:
    path = come_back(stranger, simulator)
    simulator.tokens._codes.clear()
    refused(stranger.get(path), 400, "too old")
    assert len(simulator.calls_to("/api/token")) == 1


def test_spotify_is_down(stranger: Browser, simulator: Simulator) -> None:
    path = come_back(stranger, simulator)
    simulator.stop()
    refused(stranger.get(path), 502, "Spotify is not answering")
    simulator.start()
    assert stranger.sign_in("alice", agree=False).status_code == 302


def test_the_token_endpoint_is_in_trouble(stranger: Browser, simulator: Simulator) -> None:
    faults: list[dict[str, object]] = [
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 503, "body": "<html>upstream</html>"},
        {"kind": "status", "status": 400, "body": "<html>no</html>"},
        {"kind": "html"},
        {"kind": "truncated"},
        {"kind": "drop"},
        {"kind": "rate_limit"},
        {"kind": "replace", "body": {}},
        {"kind": "replace", "body": []},
        {"kind": "replace", "body": None},
        {"kind": "replace", "body": 7},
        {"kind": "replace", "body": "text"},
        {"kind": "replace", "body": {"access_token": None, "refresh_token": "x"}},
        {"kind": "replace", "body": {"access_token": "x", "token_type": "Bearer"}},
        {"kind": "missing_field", "field": "access_token"},
        {"kind": "missing_field", "field": "refresh_token"},
    ]
    for fault in faults:
        back = come_back(stranger, simulator)
        simulator.faults.clear()
        simulator.faults.add("/api/token", **fault)  # type: ignore[arg-type]
        answer = stranger.get(back)
        assert answer.status_code == 502, fault
        refused(answer, 502, "Spotify is not answering")


def test_the_profile_cannot_be_read(stranger: Browser, simulator: Simulator) -> None:
    faults: list[dict[str, object]] = [
        {"kind": "status", "status": 500},
        {"kind": "html"},
        {"kind": "truncated"},
        {"kind": "drop"},
        {"kind": "status", "status": 401},
        {"kind": "replace", "body": []},
        {"kind": "missing_field", "field": "id"},
    ]
    for fault in faults:
        back = come_back(stranger, simulator)
        simulator.faults.clear()
        simulator.faults.add("/v1/me", **fault)  # type: ignore[arg-type]
        answer = stranger.get(back)
        assert answer.status_code == 502, fault
        refused(answer, 502, "Spotify is not answering")


@pytest.mark.parametrize("kind", ["text", "json"])
def test_not_on_the_user_list(stranger: Browser, simulator: Simulator, kind: str) -> None:
    simulator.block("alice", answer=kind)
    path = come_back(stranger, simulator)
    refused(stranger.get(path), 403, "User Management")
    assert len(simulator.calls_to("/v1/me")) == 1


def test_rate_limited_at_the_profile(browser: Browser, simulator: Simulator) -> None:
    simulator.faults.add("/v1/me", "rate_limit", retry_after=600)
    path = come_back(browser, simulator)
    refused(browser.get(path), 502, "Try again in 10 minutes")
    assert browser.get("/dashboard").status_code == 302


def test_a_wrong_secret_is_named(make_app: Callable[..., Flask], simulator: Simulator) -> None:
    browser = Browser(make_app(SPOTIFY_CLIENT_SECRET="wrong").test_client(), simulator)
    refused(browser.sign_in("alice"), 502, "SPOTIFY_CLIENT_SECRET")
    assert simulator.calls_to("/v1/me") == []


def test_a_failed_sign_in_leaves_who_is_signed_in(app: Flask, alice: Browser, simulator: Simulator) -> None:
    before = everything(app)
    path = come_back(alice, simulator, "bob")
    simulator.faults.add("/v1/me", "status", status=500)
    assert alice.get(path).status_code == 502
    assert alice.get("/auth/callback?code=x&state=y").status_code == 400
    assert alice.sign_in("bob", agree=False).status_code == 302
    assert everything(app) == before
    assert "Alice" in alice.get("/dashboard").text


def test_programs_get_json(browser: Browser) -> None:
    answer = browser.get("/auth/callback?code=x&state=y", headers=JSON)
    assert answer.status_code == 400
    assert answer.json is not None
    assert "start again" in answer.json["error"]
