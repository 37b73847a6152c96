"""A sync has its answer in time even where the database is kept busy by somebody else."""

import time
from threading import Thread

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from spotistats.services import sync
from spotistats.services.sync import SyncState, sync_user
from spotistats.simulator import Simulator
from spotistats.web import sync as sync_page
from tests.services.listening import until
from tests.services.tables import lock_of, runs_of
from tests.support.listeners import ORIGIN, Browser
from tests.support.locks import rows_locked, table_locked
from tests.support.rows import user_id_of

SECONDS = 5.0


@pytest.fixture(autouse=True)
def _little_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less than a test would take with the usual 21 seconds, of which 15 are Spotify's."""
    for module in (sync, sync_page):
        monkeypatch.setattr(module, "ANSWER_SECONDS", SECONDS)
    monkeypatch.setattr(sync, "_STORING_SECONDS", 3.0)


def test_the_database_is_locked_while_spotify_is_asked(
    app: Flask, alice: Browser, database_url: str, simulator: Simulator
) -> None:
    answers: list[tuple[TestResponse, float]] = []

    def press() -> None:
        began = time.monotonic()
        answers.append((alice.sync_json(), time.monotonic() - began))

    simulator.log.clear()
    simulator.latency = 0.4
    thread = Thread(target=press)
    thread.start()
    until(lambda: len(simulator.calls) == 7)
    with rows_locked(database_url, "users"):
        thread.join()
        answer, seconds = answers[0]
        assert answer.status_code == 503
        assert answer.json is not None
        assert "What is stored is safe" in answer.json["error"]
        assert SECONDS - 1 < seconds < SECONDS + 2

    # Nobody has to wait until the lock runs out: the run is ended once the database can be written to.
    simulator.latency = 0
    with app.app_context():
        user_id = user_id_of("alice")
        until(lambda: lock_of(user_id) == (None, None))
        assert [(run.status, run.error) for run in runs_of(user_id)] == [("failed", "stopped")]
        assert sync_user(user_id).state is SyncState.SUCCEEDED


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
def test_who_asks_is_counted_in(
    alice: Browser, database_url: str, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_page, "ANSWER_SECONDS", 1.0)
    token = alice.csrf_token()
    with table_locked(database_url, "sign_ins"):
        began = time.monotonic()
        answer = alice.client.post("/sync", base_url=ORIGIN, data={"csrf_token": token})
        assert answer.status_code == 503
        assert time.monotonic() - began < 3
    assert alice.sync().status_code == 303
