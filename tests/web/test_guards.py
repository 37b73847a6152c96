"""Nobody sees anything without a sign-in, and nobody sees what is somebody else's."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from werkzeug.routing import Rule

from spotistats.simulator import Simulator
from spotistats.stats.my_data import TABLES
from tests.support.listeners import ORIGIN, Browser
from tests.support.rows import everything
from tests.support.weeks import give_everybody_plays, plays_of

# What may be seen signed out. A new route is guarded unless it is written here as well.
PUBLIC = {"static", "auth.login", "auth.setup", "auth.start", "auth.callback", "health.show"}
TO_LOGIN_ALONE = {"/", "/dashboard"}
HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}


@dataclass(frozen=True)
class Route:
    endpoint: str
    path: str
    method: str


def routes(app: Flask) -> list[Route]:
    """Return every route of the application with an address that fits it."""
    return [
        Route(rule.endpoint, path, method)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})
        for path in _paths(rule)
    ]


def _paths(rule: Rule) -> list[str]:
    if not rule.arguments:
        return [rule.rule]
    if rule.endpoint == "static":
        return ["/static/css/base.css"]
    if rule.endpoint == "history.day":
        return [f"/history/{datetime.now(UTC) - timedelta(hours=3):%Y-%m-%d}"]
    assert rule.arguments == {"name"}, f"tell this test how to fill in {rule.rule}"
    return [rule.rule.replace("<name>", name) for name in TABLES]


def guarded(app: Flask) -> list[Route]:
    found = [route for route in routes(app) if route.endpoint not in PUBLIC]
    assert len(found) > 20
    return found


def test_pages_lead_who_is_signed_out_to_the_sign_in(app: Flask, browser: Browser) -> None:
    for route in guarded(app):
        if route.method == "GET":
            answer = browser.get(route.path)
            after = "" if route.path in TO_LOGIN_ALONE else f"?next={route.path}"
            assert (answer.status_code, answer.headers["Location"]) == (302, f"/login{after}"), route


def test_forms_lead_who_is_signed_out_to_the_sign_in(app: Flask, browser: Browser) -> None:
    token = browser.csrf_token()
    for route in guarded(app):
        if route.method != "GET":
            for data in ({}, {"csrf_token": token}, {"csrf_token": "wrong"}):
                answer = browser.client.open(route.path, method=route.method, base_url=ORIGIN, data=data)
                assert (answer.status_code, answer.headers["Location"]) == (303, "/login"), (route, data)


def test_htmx_is_told_to_leave_for_the_sign_in(app: Flask, browser: Browser) -> None:
    for route in guarded(app):
        answer = browser.client.open(route.path, method=route.method, base_url=ORIGIN, headers=HTMX)
        assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/login"), route
        assert answer.text == ""


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
@pytest.mark.parametrize(
    ("origin", "is_told"),
    [(ORIGIN, True), ("https://evil.example", False), ("http://127.0.0.1:8010", False), ("null", False)],
)
def test_a_page_left_open_says_that_the_cookies_are_gone(
    browser: Browser, headers: dict[str, str], origin: str, *, is_told: bool
) -> None:
    """A form of another site comes without our cookie as well; it must not put another in its place."""
    answer = browser.client.post("/sync", base_url=ORIGIN, headers={**headers, "Origin": origin})
    assert ("Set-Cookie" in answer.headers) == is_told
    assert ("You have been signed out. Please sign in again." in browser.get("/login").text) == is_told


def test_programs_are_told_in_json(app: Flask, browser: Browser) -> None:
    for route in guarded(app):
        answer = browser.client.open(route.path, method=route.method, base_url=ORIGIN, headers=JSON)
        assert answer.status_code == 401, route
        assert answer.json == {"error": "You are signed out. Please sign in."}
        posted = browser.client.open(
            route.path, method=route.method, base_url=ORIGIN, headers=JSON, json={"any": "thing"}
        )
        assert posted.status_code == 401, route


def test_a_route_that_nobody_thought_of_is_guarded(app: Flask, simulator: Simulator) -> None:
    app.add_url_rule("/brand-new", "brand_new", lambda: "secret", methods=["GET", "POST"])
    browser = Browser(app.test_client(), simulator)
    assert browser.get("/brand-new").status_code == 302
    assert browser.client.post("/brand-new", base_url=ORIGIN).status_code == 303


def test_what_is_public_is_known(app: Flask, browser: Browser) -> None:
    seen = {}
    for route in routes(app):
        if route.method == "GET":
            with browser.get(route.path) as answer:
                seen[route.path] = answer.status_code
    assert {path: status for path, status in seen.items() if status != 302} == {
        "/login": 200,
        "/setup": 200,
        "/healthz": 200,
        "/static/css/base.css": 200,
        "/auth/callback": 400,
    }


def test_get_on_a_route_that_takes_forms_alone_is_405(app: Flask, browser: Browser, alice: Browser) -> None:
    takes_get = {route.path for route in routes(app) if route.method == "GET"}
    only_posts = {route.path for route in routes(app)} - takes_get
    assert only_posts >= {"/sync", "/auth/login", "/auth/logout", "/auth/logout-everywhere"}
    for path in only_posts:
        for somebody in (browser, alice):
            answer = somebody.get(path)
            assert answer.status_code == 405
            assert "POST" in answer.headers["Allow"]
            assert somebody.client.head(path, base_url=ORIGIN).status_code == 405


@pytest.fixture
def noise(alice: Browser, simulator: Simulator) -> Browser:
    """Alice's data, and her browser; nothing of hers may ever be Bob's to see."""
    give_everybody_plays(simulator)
    simulator.script_plays("alice", [*plays_of("alice", 20), *plays_of("alice", 3, hours_ago=80)])
    assert alice.sync_json().status_code == 200
    return alice


def test_nothing_of_alice_is_on_any_page_table_or_file_of_bob(
    noise: Browser, bob: Browser, app: Flask, simulator: Simulator
) -> None:
    simulator.script_plays("bob", [*plays_of("bob"), *plays_of("bob", 3, hours_ago=80)])
    assert bob.sync_json().status_code == 200
    ours = 0
    for route in routes(app):
        if route.method == "GET" and route.endpoint != "static":
            for headers in ({}, JSON, HTMX):
                text = bob.get(route.path, headers=headers).text
                assert "alice" not in text.lower(), f"{route} shows something of Alice's"
                ours += "bob’s artist" in text
    assert ours > 10, "the test sees too little to prove anything"
    for headers in ({}, JSON, HTMX):
        assert "alice" not in bob.sync(**headers).text.lower()
    assert "alice’s artist" in noise.get("/dashboard").text


def test_no_form_of_bob_changes_a_row_of_alice(noise: Browser, bob: Browser, app: Flask) -> None:
    def of_alice() -> dict[str, list[object]]:
        rows = everything(app)
        del rows["data_version"]  # It belongs to all.
        alice_id = next(row[0] for row in rows["users"] if row[1] == "alice")
        return {name: [row for row in table if row[0] == alice_id] for name, table in rows.items()}

    before = of_alice()
    assert len(before["plays"]) == 23
    forms = {
        "/settings": {"timezone": "Asia/Tokyo", "user_id": "1", "id": "1"},
        "/settings/disconnect": {"user_id": "1"},
        "/sync": {"user_id": "1"},
        "/auth/logout-everywhere": {"user_id": "1"},
    }
    for path, data in forms.items():
        assert bob.post(path, data).status_code == 303
    bob.sign_in("bob")
    assert bob.post("/settings/delete-account", {"confirmation": "delete everything"}).status_code == 303
    after = of_alice()
    assert after == before
    assert noise.get("/dashboard").status_code == 200


def test_a_cookie_that_nobody_gave_signs_nobody_in(app: Flask, simulator: Simulator, alice: Browser) -> None:
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    for values in (
        {"user_id": 1, "token": "guess"},
        {"user_id": 1},
        {"user_id": "1", "token": ["x"]},
    ):
        browser = Browser(app.test_client(), simulator)
        browser.client.set_cookie("spotistats", serializer.dumps(values), domain="127.0.0.1")
        assert browser.get("/dashboard").status_code == 302, values
    browser.client.set_cookie("spotistats", "garbage", domain="127.0.0.1")
    assert browser.get("/dashboard").status_code == 302
    assert alice.get("/dashboard").status_code == 200
