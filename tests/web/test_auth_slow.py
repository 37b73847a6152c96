"""A sign-in ends, however slowly Spotify answers, and what Spotify asks for then is remembered."""

import time

import pytest
from flask import Flask

from spotistats.simulator import Simulator
from tests.support.listeners import Browser


@pytest.mark.parametrize("path", ["/api/token", "/v1/me"])
@pytest.mark.parametrize("kind", ["trickle", "hang"])
def test_a_sign_in_does_not_wait_for_ever(
    app_alone: Flask, simulator: Simulator, path: str, kind: str
) -> None:
    browser = Browser(app_alone.test_client(), simulator)
    simulator.faults.add(path, kind, seconds=60)
    began = time.monotonic()
    answer = browser.sign_in("alice")
    assert answer.status_code == 502
    assert "Nothing was changed" in answer.text
    assert time.monotonic() - began < 25
    assert browser.get("/dashboard").status_code == 302


def test_an_answer_that_is_far_too_long_is_not_read(browser: Browser, simulator: Simulator) -> None:
    padded = {**simulator.grant("alice"), "padding": "x" * 9 * 1024 * 1024}
    simulator.faults.add("/api/token", "replace", body=padded)
    assert browser.sign_in("alice").status_code == 502
    assert browser.get("/dashboard").status_code == 302


@pytest.mark.parametrize("path", ["/v1/me", "/api/token"])
def test_a_wait_asked_for_at_the_sign_in_holds_for_syncs(
    browser: Browser, alice: Browser, simulator: Simulator, path: str
) -> None:
    simulator.faults.add(path, "rate_limit", retry_after=900, times=1)
    answer = browser.sign_in("bob")
    assert answer.status_code == 502
    assert "Try again in 15 minutes" in answer.text
    simulator.log.clear()
    answer = alice.sync_json()
    assert answer.status_code == 503
    assert 800 < int(answer.headers["Retry-After"]) <= 900
    assert simulator.calls == []
