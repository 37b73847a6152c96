"""Sign-ins under way: each in a cookie of its own, good once, in one browser, for ten minutes."""

from datetime import timedelta
from http.cookies import Morsel, SimpleCookie
from random import Random
from urllib.parse import urlsplit

import pytest
from flask import Flask
from itsdangerous import URLSafeSerializer
from werkzeug.test import TestResponse

from spotistats import clock
from spotistats.simulator import Simulator
from spotistats.web import attempts
from tests.support.apps import MakeApp
from tests.support.listeners import ORIGIN, Browser

PUBLIC = "https://music.example.org"
PREFIX = "spotistats_sign_in_"


def cookies_of(answer: TestResponse) -> dict[str, Morsel[str]]:
    """Return the cookies that an answer sets or ends, by their names."""
    return dict(SimpleCookie("\r\n".join(answer.headers.getlist("Set-Cookie"))))


def attempt_of(answer: TestResponse) -> Morsel[str]:
    [found] = [
        morsel for morsel in cookies_of(answer).values() if morsel.key.startswith(PREFIX) and morsel.value
    ]
    return found


def tell(browser: Browser, answer: TestResponse) -> None:
    """Let a browser have the cookies of an answer that reaches it only now."""
    for morsel in cookies_of(answer).values():
        path = morsel["path"]
        if morsel["max-age"] == "0":
            browser.client.delete_cookie(morsel.key, domain="127.0.0.1", path=path)
        else:
            browser.client.set_cookie(morsel.key, morsel.value, domain="127.0.0.1", path=path)


def another_window(app: Flask, browser: Browser, *started: TestResponse) -> Browser:
    """Return a window of the same browser, with the cookies that it has now."""
    window = Browser(app.test_client(), browser.simulator)
    session = browser.client.get_cookie("spotistats", domain="127.0.0.1")
    assert session is not None
    window.client.set_cookie("spotistats", session.value, domain="127.0.0.1")
    for answer in started:
        tell(window, answer)
    return window


def agreed(simulator: Simulator, start: TestResponse, name: str = "alice") -> str:
    """Agree at Spotify; return the path to which it sends the browser back."""
    back = urlsplit(simulator.decide(start.headers["Location"], name))
    return f"{back.path}?{back.query}"


def test_a_late_answer_to_a_plain_form_loses_no_sign_in_of_another_window(
    app: Flask, alice: Browser, simulator: Simulator
) -> None:
    syncing = another_window(app, alice)
    start = alice.post("/auth/login", {"next": "/history"})
    answer = syncing.sync()  # Sent with the cookies from before, and answered after.
    assert "spotistats" in cookies_of(answer), "its message replaces the session's cookie"
    tell(alice, answer)
    assert alice.get(agreed(simulator, start)).headers["Location"] == "/history"


def test_a_sign_in_that_takes_its_time_loses_no_other(
    app: Flask, browser: Browser, simulator: Simulator
) -> None:
    first = browser.post("/auth/login")
    slow = another_window(app, browser, first)
    second = browser.post("/auth/login", {"next": "/history"})
    tell(browser, slow.get(agreed(simulator, first)))
    assert browser.get("/dashboard").status_code == 200
    assert browser.get(agreed(simulator, second)).headers["Location"] == "/history"


def test_the_session_knows_nothing_of_it(app: Flask, browser: Browser) -> None:
    browser.get("/login")
    before = browser.client.get_cookie("spotistats", domain="127.0.0.1")
    start = browser.post("/auth/login", {"next": "/history"})
    assert list(cookies_of(start)) == [attempt_of(start).key]
    assert browser.client.get_cookie("spotistats", domain="127.0.0.1") == before


@pytest.mark.parametrize("neighbour", [{"PORT": "8010"}, {"DEMO": "1"}])
def test_another_server_on_this_host_leaves_the_sign_in_alone(
    make_app: MakeApp, browser: Browser, simulator: Simulator, neighbour: dict[str, str]
) -> None:
    """Browsers send cookies to every port of a host."""
    begun = browser.post("/auth/login")
    client = make_app(**neighbour).test_client()
    client._cookies = browser.client._cookies  # One browser.
    elsewhere = Browser(client, simulator)
    elsewhere.sign_in("bob")
    browser.get(agreed(simulator, begun))
    assert "Alice" in browser.get("/dashboard").text
    assert "Bob" in elsewhere.get("/dashboard").text
    elsewhere.post("/auth/logout")
    assert browser.get("/dashboard").status_code == 200


@pytest.mark.parametrize(("public_url", "is_secure"), [("", False), (PUBLIC, True)])
def test_the_flags_of_its_cookie(
    make_app_alone: MakeApp, simulator: Simulator, public_url: str, *, is_secure: bool
) -> None:
    app = make_app_alone(PUBLIC_URL=public_url)
    app.config["WTF_CSRF_ENABLED"] = False
    start = app.test_client().post("/auth/login", base_url=public_url or ORIGIN)
    cookie = attempt_of(start)
    assert cookie["path"] == "/auth"
    assert cookie["max-age"] == "600"
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert bool(cookie["secure"]) == is_secure


@pytest.mark.parametrize("ending", ["agreed", "denied", "failed", "too old"])
def test_it_is_forgotten_once_it_has_been_used_or_is_too_old(
    browser: Browser, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    start = browser.post("/auth/login")
    if ending == "denied":
        denied = urlsplit(simulator.decide(start.headers["Location"], "alice", agree=False))
        answer = browser.get(f"{denied.path}?{denied.query}")
    else:
        path = agreed(simulator, start)
        if ending == "failed":
            simulator.faults.add("/api/token", "status", status=500)
        with monkeypatch.context() as patched:
            if ending == "too old":
                later = clock.now() + timedelta(minutes=10)
                patched.setattr(clock, "now", lambda: later)
            answer = browser.get(path)
    statuses = {"agreed": 302, "denied": 302, "failed": 502, "too old": 400}
    assert answer.status_code == statuses[ending]
    name = attempt_of(start).key
    assert cookies_of(answer)[name]["max-age"] == "0"
    assert browser.client.get_cookie(name, domain="127.0.0.1", path="/auth") is None
    assert ("too old" in answer.text) == (ending == "too old")
    assert bool(simulator.calls_to("/api/token")) == (ending in {"agreed", "failed"})


def test_only_the_newest_attempts_are_remembered(browser: Browser, simulator: Simulator) -> None:
    starts = [browser.post("/auth/login") for _ in range(6)]
    assert browser.get(agreed(simulator, starts[0])).status_code == 400
    assert simulator.calls_to("/api/token") == []
    assert browser.get(agreed(simulator, starts[1])).status_code == 302


def test_abandoned_attempts_are_never_more_than_a_server_takes(
    browser: Browser, simulator: Simulator
) -> None:
    random = Random(7)
    for _ in range(12):
        worst = "".join(chr(random.randrange(0x4E00, 0x9FFF)) for _ in range(333))
        start = browser.post("/auth/login", {"next": f"/{worst}", "timezone": worst})
        assert max(map(len, start.headers.getlist("Set-Cookie"))) < 4000
    sent = browser.get("/auth/callback").request.headers["Cookie"]
    assert PREFIX in sent
    assert len(sent) < 4000
    assert browser.sign_in("alice").status_code == 302


def test_an_attempt_outlasts_a_change_of_the_key(make_app: MakeApp, simulator: Simulator) -> None:
    before = Browser(make_app(SECRET_KEY="old").test_client(), simulator)
    start = before.post("/auth/login", {"next": "/history"})
    path = agreed(simulator, start)
    for fallbacks, status in (("", 400), ("older, old", 302)):
        after = Browser(make_app(SECRET_KEY="new", SECRET_KEY_FALLBACKS=fallbacks).test_client(), simulator)
        tell(after, start)
        assert after.get(path).status_code == status


@pytest.mark.parametrize("forgery", ["nothing", "unsigned", "another key", "another use", "another name"])
def test_a_cookie_that_nobody_gave_begins_no_sign_in(
    app: Flask, browser: Browser, simulator: Simulator, forgery: str
) -> None:
    other = Browser(app.test_client(), simulator)
    start = other.post("/auth/login")
    path = agreed(simulator, start, "bob")
    cookie, key = attempt_of(start), app.config["SECRET_KEY"]
    mine = attempt_of(browser.post("/auth/login"))
    content = {"state": cookie.key.removeprefix(PREFIX), "verifier": "x" * 48}
    forged = {
        "nothing": "",
        "unsigned": cookie.value.rpartition(".")[0],
        "another key": URLSafeSerializer("guessed", salt="a sign-in under way").dumps(content),
        "another use": URLSafeSerializer(key, salt="cookie-session").dumps(content),
        "another name": mine.value,
    }
    browser.client.set_cookie(cookie.key, forged[forgery], domain="127.0.0.1", path="/auth")
    assert browser.get(path).status_code == 400
    assert simulator.calls_to("/api/token") == []
    assert browser.get("/dashboard").status_code == 302


@pytest.mark.parametrize("change", ["one more", "one less", "no fields"])
def test_an_attempt_of_another_release_is_none(
    app: Flask, browser: Browser, simulator: Simulator, change: str
) -> None:
    start = browser.post("/auth/login")
    path, cookie = agreed(simulator, start), attempt_of(start)
    with app.app_context():
        signer = attempts._signer()
    fields = signer.loads(cookie.value)
    fewer = {name: value for name, value in fields.items() if name != "zone"}
    others = {"one more": {**fields, "extra": 1}, "one less": fewer, "no fields": list(fields)}
    value = str(signer.dumps(others[change]))
    browser.client.set_cookie(cookie.key, value, domain="127.0.0.1", path="/auth")
    answer = browser.get(path)
    assert answer.status_code == 400
    assert "Please start again." in answer.text
    assert simulator.calls_to("/api/token") == []
    assert browser.post("/auth/login").status_code == 303, "it is in nobody's way"
