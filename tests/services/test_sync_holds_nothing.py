"""While Spotify is being asked no transaction is open: others can write, and nothing is held up."""

import sqlite3
from functools import partial
from threading import Thread

import psycopg
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from spotistats import clock
from spotistats.simulator import Simulator
from tests.services.listening import until
from tests.services.tables import change_connection
from tests.support.listeners import Browser


def assert_nothing_is_held(database_url: str) -> None:
    if database_url.startswith("sqlite"):
        connection = sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=0, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE users SET display_name = display_name")
        connection.execute("COMMIT")
        # A reader that still looks at an older state would keep the log from being emptied.
        (busy, _pages, _moved) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        assert busy == 0
        connection.close()
    else:
        with psycopg.connect(database_url) as looking:
            open_ones = looking.execute(
                "SELECT state, query FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND state <> 'idle'"
            ).fetchall()
            assert open_ones == []
            looking.execute("SELECT id FROM users FOR UPDATE NOWAIT")


def has_begun(simulator: Simulator, calls: int) -> bool:
    return len(simulator.calls) == calls


# The numbers of calls that have begun when a step of the sync is under way.
REFUSED_FIRST = (7, 8, 15)  # Seven calls are refused, then a token is asked for, then they are made again.
RUN_OUT = (1, 8)  # A token is asked for, then the seven calls are made.


@pytest.mark.parametrize("steps", [REFUSED_FIRST, RUN_OUT])
def test_nothing_is_held_while_spotify_is_asked(
    app: Flask, alice: Browser, database_url: str, simulator: Simulator, steps: tuple[int, ...]
) -> None:
    simulator.log.clear()
    simulator.latency = 0.5
    simulator.expire_access_tokens()
    if steps == RUN_OUT:
        with app.app_context():
            change_connection(1, access_token_expires_at=clock.now())
    answers: list[TestResponse] = []
    thread = Thread(target=lambda: answers.append(alice.sync_json()))
    thread.start()
    for calls_begun in steps:
        until(partial(has_begun, simulator, calls_begun))
        assert_nothing_is_held(database_url)
        assert simulator.calls[-1].ended is None, "Spotify was still being asked"
    thread.join()
    assert answers[0].status_code == 200
