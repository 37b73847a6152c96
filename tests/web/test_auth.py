"""Signing in with Spotify, and out."""

import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from spotistats.simulator import Simulator
from tests.support.apps import MakeApp
from tests.support.listeners import ORIGIN, Browser
from tests.support.rows import everything
from tests.support.weeks import plays_of

OWN_PATHS = (
    "/history?days=30",
    "/top/tracks?range=long_term&x=%2F%2Fevil",
    "/%2f%2fevil.example",
    "/a@b",
    "/ü",
)
EVIL_PATHS = (
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/ /evil.example",
    "https://evil.example/",
    "HTTPS:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "//user:password@127.0.0.1:8000@evil.example/",
    "http://127.0.0.1:8000@evil.example/",
    "evil.example",
    "dashboard",
    "/\0",
    "/" + "ü" * 900,
    "/" + "x" * 5000,
)


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def cookie_of(browser: Browser) -> str:
    cookie = browser.client.get_cookie("spotistats", domain="127.0.0.1")
    assert cookie is not None
    return cookie.value


def test_the_authorize_address(browser: Browser, simulator: Simulator) -> None:
    answers = [browser.post("/auth/login") for _ in range(2)]
    first, second = (answer.headers["Location"] for answer in answers)
    assert first.startswith(f"{simulator.accounts_url}/authorize?")
    query = query_of(first)
    assert query["response_type"] == "code"
    assert query["client_id"] == "simulator-client"
    assert query["redirect_uri"] == "http://127.0.0.1:8000/auth/callback"
    assert set(query["scope"].split()) == {"user-read-recently-played", "user-top-read"}
    assert query["code_challenge_method"] == "S256"
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", query["code_challenge"])
    assert len(query["state"]) >= 20
    again = query_of(second)
    assert again["state"] != query["state"]
    assert again["code_challenge"] != query["code_challenge"]
    assert "simulator-secret" not in first


def test_the_redirect_uri_follows_the_public_address(make_app: MakeApp, simulator: Simulator) -> None:
    simulator.redirect_uris = frozenset({"https://music.example.org/auth/callback"})
    client = make_app(PUBLIC_URL="https://Music.Example.org:443/").test_client()
    base_url = "https://music.example.org"
    page = client.get("/login", base_url=base_url)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    start = client.post("/auth/login", base_url=base_url, data={"csrf_token": token[1]})
    assert query_of(start.headers["Location"])["redirect_uri"] == "https://music.example.org/auth/callback"
    back = urlsplit(simulator.decide(start.headers["Location"], "alice"))
    answer = client.get(f"{back.path}?{back.query}", base_url=base_url)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/dashboard")


def test_the_tokens_are_stored_encrypted_with_the_moment_of_consent(alice: Browser, app: Flask) -> None:
    [row] = everything(app)["spotify_connections"]
    access_token, refresh_token, consented_at = row[1], row[2], row[4]
    assert access_token.startswith("gAAAA")
    assert refresh_token.startswith("gAAAA")
    assert abs((datetime.now(UTC) - consented_at).total_seconds()) < 30
    cookie = app.session_interface.get_signing_serializer(app).loads(cookie_of(alice))  # type: ignore[attr-defined]
    [(_user_id, token_hash, _created_at)] = everything(app)["sign_ins"]
    assert cookie["token"] != token_hash, "who reads the table cannot sign in with it"


def test_cookie_flags(make_app: MakeApp, simulator: Simulator, browser: Browser) -> None:
    cookie = browser.get("/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    behind_https = make_app(PUBLIC_URL="https://music.example.org").test_client()
    cookie = behind_https.get("/login", base_url="https://music.example.org").headers["Set-Cookie"]
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize("path", OWN_PATHS)
def test_the_page_first_asked_for_comes_after_the_sign_in(browser: Browser, path: str) -> None:
    login = browser.get("/login", query_string={"next": path})
    found = re.search(r'name="next" value="([^"]*)"', login.text)
    assert found is not None
    assert found[1].replace("&amp;", "&") == path
    answer = browser.sign_in("alice", next_path=path)
    assert answer.headers["Location"] == path.replace("ü", "%C3%BC")


def test_the_guard_remembers_the_page(browser: Browser) -> None:
    answer = browser.get("/history?days=30&x=a%26b")
    assert answer.headers["Location"] == "/login?next=/history?days%3D30%26x%3Da%2526b"
    assert 'value="/history?days=30&amp;x=a%26b"' in browser.get(answer.headers["Location"]).text


def test_no_other_site_comes_after_the_sign_in(browser: Browser, alice: Browser) -> None:
    for path in EVIL_PATHS:
        login = browser.get("/login", query_string={"next": path})
        assert 'name="next" value=""' in login.text, path
        assert browser.sign_in("bob", next_path=path).headers["Location"] == "/dashboard", path
        browser.post("/auth/logout")
        already = alice.get("/login", query_string={"next": path})
        assert already.headers["Location"] == "/dashboard", path


def test_a_new_session_on_sign_in(app: Flask, browser: Browser, simulator: Simulator) -> None:
    """Who slipped somebody a cookie before the sign-in has nothing from it after."""
    browser.get("/login")
    slipped, token = cookie_of(browser), browser.csrf_token()
    browser.sign_in("alice")
    assert cookie_of(browser) != slipped
    attacker = Browser(app.test_client(), simulator)
    attacker.client.set_cookie("spotistats", slipped, domain="127.0.0.1")
    assert attacker.get("/dashboard").status_code == 302
    assert browser.post("/sync", {"csrf_token": token}).status_code == 400


def test_switching_to_another_listener_leaves_nothing_of_the_first(
    app: Flask, browser: Browser, simulator: Simulator
) -> None:
    simulator.script_plays("alice", plays_of("alice"))
    browser.sign_in("alice", timezone="Asia/Tokyo")
    browser.sync()  # Its message waits to be shown.
    copied = cookie_of(browser)
    browser.sign_in("bob")
    page = browser.get("/dashboard").text
    assert "Bob" in page
    assert "alice" not in page.lower()
    assert "new play" not in page
    assert [row[0] for row in everything(app)["sign_ins"]] == [2]
    thief = Browser(app.test_client(), simulator)
    thief.client.set_cookie("spotistats", copied, domain="127.0.0.1")
    assert thief.get("/dashboard").status_code == 302


def test_signing_out_ends_copied_cookies(app: Flask, alice: Browser, simulator: Simulator) -> None:
    copy, elsewhere = (Browser(app.test_client(), simulator) for _ in range(2))
    copy.client.set_cookie("spotistats", cookie_of(alice), domain="127.0.0.1")
    elsewhere.sign_in("alice")
    assert copy.get("/dashboard").status_code == 200
    answer = alice.post("/auth/logout")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    assert "signed out" in alice.get("/login").text
    assert copy.get("/dashboard").status_code == 302
    assert elsewhere.get("/dashboard").status_code == 200, "another browser stays signed in"


def test_signing_out_everywhere(app: Flask, alice: Browser, bob: Browser, simulator: Simulator) -> None:
    copy, elsewhere = (Browser(app.test_client(), simulator) for _ in range(2))
    copy.client.set_cookie("spotistats", cookie_of(alice), domain="127.0.0.1")
    elsewhere.sign_in("alice")
    assert alice.post("/auth/logout-everywhere").status_code == 303
    for browser in (alice, copy, elsewhere):
        assert browser.get("/dashboard").status_code == 302
    assert bob.get("/dashboard").status_code == 200
    alice.sign_in("alice")
    assert alice.get("/dashboard").status_code == 200


def test_who_was_signed_out_elsewhere_is_told_so_once(
    app: Flask, alice: Browser, simulator: Simulator
) -> None:
    words = "You have been signed out"
    elsewhere, open_page = (Browser(app.test_client(), simulator) for _ in range(2))
    for browser in (elsewhere, open_page):
        browser.sign_in("alice")
    token = open_page.csrf_token()
    alice.post("/auth/logout-everywhere")
    assert words not in alice.get("/login").text, "who did it knows"
    assert elsewhere.get("/history").headers["Location"] == "/login?next=/history"
    assert words in elsewhere.get("/login?next=/history").text
    elsewhere.get("/history")
    assert words not in elsewhere.get("/login").text
    answer = open_page.client.post(
        "/sync", base_url=ORIGIN, headers={"HX-Request": "true"}, data={"csrf_token": token}
    )
    assert answer.headers["HX-Redirect"] == "/login"
    assert words in open_page.get("/login").text
    stranger = Browser(app.test_client(), simulator)
    stranger.get("/history")
    assert words not in stranger.get("/login").text


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_page_left_open_says_that_another_tab_signed_out(alice: Browser, headers: dict[str, str]) -> None:
    token = alice.csrf_token()
    alice.post("/auth/logout")
    assert "You are signed out." in alice.get("/login").text, "the tab that did it"
    alice.client.post("/sync", base_url=ORIGIN, headers=headers, data={"csrf_token": token})
    assert "You have been signed out. Please sign in again." in alice.get("/login").text


def test_the_time_zone_of_the_browser_is_taken_over_once(app: Flask, browser: Browser) -> None:
    def zones() -> list[str]:
        return [row[4] for row in everything(app)["users"]]

    browser.sign_in("alice", timezone="Australia/Lord_Howe")
    assert zones() == ["Australia/Lord_Howe"]
    browser.sign_in("alice", timezone="Europe/Paris")
    assert zones() == ["Australia/Lord_Howe"]


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "UTC\0", "Factory", "x" * 10_000])
def test_a_zone_that_does_not_exist_is_utc(app: Flask, browser: Browser, zone: str) -> None:
    browser.sign_in("alice", timezone=zone)
    assert [row[4] for row in everything(app)["users"]] == ["UTC"]


def test_without_a_spotify_application_the_sign_in_explains_itself(
    make_app: MakeApp, simulator: Simulator
) -> None:
    app = make_app(SPOTIFY_CLIENT_ID="", SPOTIFY_CLIENT_SECRET="", PUBLIC_URL="https://music.example.org")
    page = app.test_client().get("/login", base_url="https://music.example.org")
    assert page.status_code == 200
    assert "https://music.example.org/auth/callback" in page.text
    assert ORIGIN not in page.text
    answer = app.test_client().get("/auth/callback?code=x&state=y", base_url="https://music.example.org")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login")
