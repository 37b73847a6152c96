"""Which hosts are served, and the headers on every kind of answer."""

from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from spotistats.simulator import Simulator
from tests.support.apps import MakeApp
from tests.support.listeners import ORIGIN, Browser
from tests.support.pages import checked
from tests.support.weeks import plays_of

PUBLIC = "https://music.example.org"


def directives(answer: TestResponse) -> dict[str, set[str]]:
    parts = [part.split() for part in answer.headers["Content-Security-Policy"].split(";")]
    assert len({part[0] for part in parts}) == len(parts), "a directive given twice is ignored"
    return {part[0]: set(part[1:]) for part in parts}


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "192.168.1.5:8000",
        "0.0.0.0:8000",
        "127.0.0.1@evil.example",
        "evil.example@127.0.0.1",
        "[::2]:8000",
        "[",
        "",
        "a b",
        "127.0.0.1:8000/evil",
    ],
)
def test_another_host_is_refused(app_alone: Flask, host: str) -> None:
    for path in ("/login", "/dashboard", "/static/css/base.css", "/nothing-here", "/healthz"):
        answer = app_alone.test_client().get(path, headers={"Host": host})
        assert answer.status_code == 400, path
        assert "Location" not in answer.headers
        assert "Content-Security-Policy" in answer.headers
    assert app_alone.test_client().post("/sync", headers={"Host": host}).status_code == 400


def test_another_host_is_refused_in_words(app_alone: Flask) -> None:
    answer = app_alone.test_client().get("/login", headers={"Host": "music.example.org"})
    checked(answer.text, "/login")
    assert "PUBLIC_URL" in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "127.0.0.1", "127.0.0.1:9123", "[::1]:8000"])
def test_loopback_addresses_are_served(app_alone: Flask, host: str) -> None:
    answer = app_alone.test_client().get("/login", headers={"Host": host})
    assert answer.status_code == 200
    assert (
        f"http://{host}/auth/callback" in app_alone.test_client().get("/setup", headers={"Host": host}).text
    )


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/login?next=/history?days%3D30%26x%3D1",
        "/top/artists?range=long_term&a=%2Fb&c=%26",
        "/history?next=//localhost:8000/",
        "/nothing/%C3%BC?%C3%BC=1",
    ],
)
@pytest.mark.parametrize("host", ["localhost:8000", "LOCALHOST:8000", "localhost"])
def test_localhost_is_sent_on(app_alone: Flask, host: str, path: str) -> None:
    for method in ("GET", "POST"):
        answer = app_alone.test_client().open(path, method=method, headers={"Host": host})
        assert answer.status_code == 307, "a form that is sent on stays a form"
        expected = f"http://{host.lower().replace('localhost', '127.0.0.1')}{path}"
        assert answer.headers["Location"] == expected


def test_the_public_host_alone_is_served(make_app: MakeApp) -> None:
    client = make_app(PUBLIC_URL=PUBLIC).test_client()
    assert client.get("/login", base_url=PUBLIC).status_code == 200
    assert client.get("/login", headers={"Host": "MUSIC.example.org"}).status_code == 200, "behind a proxy"
    assert client.get("/login", headers={"Host": "music.example.org:443"}).status_code == 200
    for host in ("127.0.0.1:8000", "localhost:8000", "evil.example", "music.example.org:8443", "example.org"):
        assert client.get("/login", headers={"Host": host}).status_code == 400, host
    for host in ("127.0.0.1:8000", "localhost"):
        assert client.get("/healthz", headers={"Host": host}).status_code == 200, "for the watcher beside it"
    assert client.get("/healthz", headers={"Host": "evil.example"}).status_code == 400


def read_whole(answer: TestResponse) -> TestResponse:
    """Read a stream to its end at once: its request goes on until then, and lends its context to the next."""
    answer.get_data()
    return answer


def answers_of_every_kind(app: Flask, simulator: Simulator) -> dict[str, TestResponse]:
    simulator.script_plays("alice", plays_of("alice"))
    alice = Browser(app.test_client(), simulator)
    stranger = Browser(app.test_client(), simulator)
    signed_in = alice.sign_in("alice")
    found = {
        "redirect after the sign-in": signed_in,
        "fragment": alice.sync(**{"HX-Request": "true"}),
        "JSON": alice.sync_json(),
        "redirect after a form": alice.sync(),
        "page": alice.get("/dashboard"),
        "CSV": read_whole(alice.get("/my-data/plays.csv")),
        "sign-in page": stranger.get("/login"),
        "sent to the sign-in": stranger.get("/dashboard"),
        "signed out, htmx": stranger.sync(**{"HX-Request": "true"}),
        "signed out, JSON": stranger.sync_json(),
        "bad request": alice.get("/history?days=x"),
        "no token": alice.client.post("/sync", base_url=ORIGIN),
        "not found": stranger.get("/nothing-here"),
        "wrong method": stranger.get("/sync"),
        "too large": alice.post("/settings", {"timezone": "x" * 70_000}),
        "health": stranger.get("/healthz"),
        "options": stranger.client.options("/login", base_url=ORIGIN),
        "to localhost": stranger.client.get("/login", base_url="http://localhost:8000"),
        "other host": stranger.client.get("/login", base_url="http://evil.example"),
        "static": stranger.get("/static/css/base.css"),
        "static, not found": stranger.get("/static/nothing.css"),
        "static, outside": stranger.get("/static/../config.py"),
    }
    for answer in found.values():
        answer.get_data()
        answer.close()
    return found


def test_the_headers_on_every_kind_of_answer(app: Flask, simulator: Simulator) -> None:
    found = answers_of_every_kind(app, simulator)
    assert found["too large"].status_code == 413
    assert found["static, outside"].status_code == 404
    for kind, answer in found.items():
        policy = directives(answer)
        assert policy["default-src"] == {"'none'"}, kind
        assert policy["script-src"] == {"'self'"}
        assert policy["style-src"] == {"'self'"}
        assert policy["img-src"] == {"'self'", "https://i.scdn.co", "https://*.scdn.co"}
        assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == {"'none'"}
        assert policy["form-action"] == {"'self'", simulator.origin}
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff", kind
        assert answer.headers["Referrer-Policy"] == "same-origin", kind
        assert "Strict-Transport-Security" not in answer.headers, "on plain http it would lock people out"
        if not kind.startswith("static"):
            assert answer.headers["Cache-Control"] == "no-store", kind


def test_headers_behind_https(make_app_alone: MakeApp) -> None:
    answer = make_app_alone(PUBLIC_URL=PUBLIC).test_client().get("/login", base_url=PUBLIC)
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_static_files_stay_with_the_browser_and_have_the_right_kind(
    app_alone: Flask, simulator: Simulator
) -> None:
    browser = Browser(app_alone.test_client(), simulator)
    page = checked(browser.get("/login").text, "/login")
    found = [e.attrib.get("href") or e.attrib["src"] for e in page.iter() if e.tag in {"link", "script"}]
    assert len(found) == 10
    for address in found:
        assert urlsplit(address).query.startswith("v="), "a new version has a new address"
        with browser.get(address) as answer:
            assert answer.status_code == 200
            assert "max-age=31536000" in answer.headers["Cache-Control"]
            assert answer.mimetype in {"text/css", "text/javascript", "image/svg+xml"}
            assert "Set-Cookie" not in answer.headers


def test_the_demo_may_show_the_simulators_pictures(make_app_alone: MakeApp, simulator: Simulator) -> None:
    answer = make_app_alone(DEMO="1").test_client().get("/login", base_url=ORIGIN)
    assert simulator.origin in directives(answer)["img-src"]


def test_pages_travel_compressed(app_alone: Flask, simulator: Simulator) -> None:
    browser = Browser(app_alone.test_client(), simulator)
    for encoding in ("gzip", "br"):
        answer = browser.get("/login", headers={"Accept-Encoding": encoding})
        assert answer.headers["Content-Encoding"] == encoding
        assert "Accept-Encoding" in answer.headers["Vary"]
