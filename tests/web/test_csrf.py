"""A form that another site sends on a listener's behalf changes nothing."""

from typing import Any

from flask import Flask

from spotistats.simulator import Simulator
from tests.support.listeners import ORIGIN, Browser
from tests.support.pages import checked
from tests.support.rows import everything
from tests.support.weeks import plays_of
from tests.web.test_guards import HTMX, JSON, routes

FIELDS = {"timezone": "Asia/Tokyo", "confirmation": "delete everything", "next": "/history"}


def forms(app: Flask) -> list[str]:
    found = [route.path for route in routes(app) if route.method not in {"GET"}]
    assert len(found) >= 7
    return found


def test_without_the_right_token_nothing_changes(
    app: Flask, alice: Browser, bob: Browser, simulator: Simulator
) -> None:
    simulator.script_plays("alice", plays_of("alice"))
    alice.sync_json()
    simulator.script_plays("alice", plays_of("alice", 5, hours_ago=1))
    simulator.log.clear()
    before = everything(app)
    own = alice.csrf_token()
    wrong = ["", "wrong", bob.csrf_token(), own[:-1], own + "x", own.swapcase(), "\0", "é", own.split(".")[0]]
    for path in forms(app):
        for headers in ({}, HTMX, JSON):
            bodies = [FIELDS, *({**FIELDS, "csrf_token": token} for token in wrong)]
            for data in bodies:
                answer = alice.client.post(path, base_url=ORIGIN, data=data, headers=headers)
                assert answer.status_code == 400, (path, data)
            with_header = {**headers, "X-CSRFToken": bob.csrf_token()}
            assert (
                alice.client.post(path, base_url=ORIGIN, data=FIELDS, headers=with_header).status_code == 400
            )
            assert alice.client.post(f"{path}?csrf_token={own}", base_url=ORIGIN).status_code == 400
    assert everything(app) == before
    assert simulator.calls == []
    assert alice.get("/dashboard").status_code == 200, "still signed in"


def test_the_refusal_is_in_words_and_in_the_form_that_was_asked_for(alice: Browser) -> None:
    page = alice.client.post("/sync", base_url=ORIGIN)
    checked(page.text, "/sync")
    assert "Nothing was changed" in page.text
    fragment = alice.client.post("/sync", base_url=ORIGIN, headers=HTMX)
    assert fragment.headers["HX-Retarget"] == "#notice"
    assert "<html" not in fragment.text
    program = alice.client.post("/sync", base_url=ORIGIN, headers=JSON)
    assert program.json is not None
    assert "Nothing was changed" in program.json["error"]


def test_the_token_may_come_as_a_header(alice: Browser, app: Flask) -> None:
    token = alice.csrf_token()
    bodies: tuple[dict[str, Any], ...] = ({"data": {}}, {"json": {"any": "thing"}})
    for body in bodies:
        answer = alice.client.post("/sync", base_url=ORIGIN, headers={"X-CSRFToken": token, **JSON}, **body)
        assert answer.status_code == 200
    answer = alice.client.post(
        "/settings", base_url=ORIGIN, headers={"X-CSRFToken": token}, data={"timezone": "Asia/Tokyo"}
    )
    assert answer.status_code == 303
    assert everything(app)["users"][0][4] == "Asia/Tokyo"


def test_the_token_holds_for_as_long_as_the_session(alice: Browser) -> None:
    token = alice.csrf_token()
    assert alice.post("/sync", {"csrf_token": token}).status_code == 303
    assert alice.post("/sync", {"csrf_token": token}).status_code == 303, "two tabs are open"
    alice.sign_in("alice")
    assert alice.post("/sync", {"csrf_token": token}).status_code == 400


def test_a_sign_in_cannot_be_begun_from_another_site(browser: Browser) -> None:
    answer = browser.client.post("/auth/login", base_url=ORIGIN, data={"next": "/history"})
    assert answer.status_code == 400
    assert "Location" not in answer.headers


def test_a_form_of_another_site_signs_nobody_out(app: Flask) -> None:
    """Browsers send no cookie with it, and take what the answer sets in the place of the one they have."""
    for path in ("/sync", "/settings", "/auth/logout", "/auth/login", "/nowhere"):
        answer = app.test_client().post(path, base_url=ORIGIN, headers={"Origin": "https://evil.example"})
        assert "Set-Cookie" not in answer.headers, path
