"""Killed at any moment, a sync leaves whole data, and the next one works."""

import os
import random
import signal
import sqlite3
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from spotistats import clock
from spotistats.services.sync import SyncState, sync_user
from spotistats.simulator import Simulator
from tests.services.listening import TOP_LISTS, like, play, until
from tests.services.processes import Worker, environment, workers
from tests.services.slow_count import slow_days_of
from tests.services.tables import (
    change_user,
    connected,
    connection_of,
    days_of,
    lock_of,
    plays_of,
    runs_of,
    tops_of,
)
from tests.support.locks import rows_locked

KILLS = 16
CALLS = 15  # Seven calls are refused, then a token is asked for, then they are made again.


@dataclass(frozen=True)
class Lengths:
    """For how long a sync runs here and now, in seconds, and for how long it stores after the last answer."""

    whole: float
    storing: float


def answered(simulator: Simulator) -> int:
    return sum(call.ended is not None for call in simulator.calls)


def assert_whole(app: Flask, user_id: int) -> None:
    plays = plays_of(user_id)
    assert set(plays.values()) <= {180_000}
    credited = {track_id: "artist" for _ended, track_id in plays}
    assert days_of(user_id) == slow_days_of(plays, clock.zone("Europe/Berlin"), credited)
    tops = tops_of(user_id)
    assert set(tops) in (set(), set(TOP_LISTS))
    assert len({tuple(names) for names in tops.values()}) <= 1, "all lists are of the same sync"
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.close()


def measured(worker: Worker, simulator: Simulator, user_id: int) -> Lengths:
    """Let syncs run to their end; the longest of them counts."""
    whole, storing = [], []
    for _ in range(3):
        simulator.expire_access_tokens()
        simulator.log.clear()
        began = time.monotonic()
        process = worker.begin(user_id)
        until(lambda: answered(simulator) == CALLS)
        all_answered = time.monotonic()
        worker.wait()
        assert worker.outcome(process) == "SUCCEEDED"
        whole.append(time.monotonic() - began)
        storing.append(time.monotonic() - all_answered)
    return Lengths(max(whole), max(storing))


def at_any_moment(simulator: Simulator, lengths: Lengths) -> None:
    time.sleep(random.uniform(0, lengths.whole))


def while_a_token_is_asked_for(simulator: Simulator, _lengths: Lengths) -> None:
    until(lambda: bool(simulator.calls_to("/api/token")))


def when_a_token_was_given(simulator: Simulator, _lengths: Lengths) -> None:
    until(lambda: any(call.ended for call in simulator.calls_to("/api/token")))


def while_it_is_stored(simulator: Simulator, lengths: Lengths) -> None:
    until(lambda: answered(simulator) == CALLS)
    time.sleep(random.uniform(0, lengths.storing))


MOMENTS = (at_any_moment, while_a_token_is_asked_for, while_it_is_stored, when_a_token_was_given)


@pytest.mark.parametrize("is_rotating", [False, True], ids=["kept", "rotating"])
def test_killed_at_many_moments(
    in_app: Flask, simulator: Simulator, tmp_path: Path, is_rotating: bool
) -> None:
    simulator.rotate_refresh_tokens = is_rotating
    simulator.latency = 0.01
    alice = connected(simulator, timezone="Europe/Berlin")
    killed, nexts = 0, []
    with workers(environment(in_app, simulator), tmp_path, count=1) as (worker,):
        worker.begin(alice)  # The first one has to import and to connect.
        worker.wait()
        lengths = measured(worker, simulator, alice)
        for number in range(1, KILLS + 1):
            play(simulator, 2 * number)
            like(simulator, f"of sync {number}", "and more")
            simulator.expire_access_tokens()
            simulator.log.clear()
            known = len(plays_of(alice))
            process = worker.begin(alice)
            MOMENTS[number % len(MOMENTS)](simulator, lengths)
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            worker.wait()
            killed += worker.outcome(process) is None
            until(lambda: answered(simulator) == len(simulator.calls))

            assert_whole(in_app, alice)
            assert len(plays_of(alice)) >= known, "no play is ever lost"
            assert_its_lock_is_free_within_a_minute(alice)
            nexts.append(sync_user(alice).state)
            if nexts[-1] is SyncState.NEEDS_RECONNECT:  # The only copy of the new pair died with the process.
                assert connected(simulator) == alice
                assert sync_user(alice).state is SyncState.SUCCEEDED
            assert_whole(in_app, alice)
            assert len(plays_of(alice)) == 2 * number
    assert killed >= KILLS // 2
    may_be = {SyncState.SUCCEEDED, SyncState.NEEDS_RECONNECT} if is_rotating else {SyncState.SUCCEEDED}
    assert set(nexts) <= may_be, "a pair is lost only if Spotify rotates, and then the listener is told"
    assert SyncState.SUCCEEDED in nexts
    assert lock_of(alice) == (None, None)
    assert connection_of(alice).needs_reconnect_since is None
    assert {run.status for run in runs_of(alice)} <= {"succeeded", "failed"}
    assert [run.id for run in runs_of(alice)] == list(range(1, len(runs_of(alice)) + 1))


def test_killed_between_a_new_pair_and_its_saving(
    in_app: Flask, database_url: str, simulator: Simulator, tmp_path: Path
) -> None:
    """The only copy of the new pair dies with the process: the listener is told, and signs in again."""
    simulator.rotate_refresh_tokens = True
    alice = connected(simulator)
    play(simulator, 3)
    like(simulator, "one")
    assert sync_user(alice).state is SyncState.SUCCEEDED
    simulator.expire_access_tokens()
    simulator.log.clear()
    simulator.latency = 0.4
    with workers(environment(in_app, simulator), tmp_path, count=1) as (worker,):
        process = worker.begin(alice)
        until(lambda: bool(simulator.calls_to("/api/token")))
        with rows_locked(database_url, "spotify_connections"):  # What it gets, it cannot save yet.
            when_a_token_was_given(simulator, Lengths(0, 0))
            os.kill(process, signal.SIGKILL)
            worker.wait()
    simulator.latency = 0
    assert worker.outcome(process) is None
    assert_its_lock_is_free_within_a_minute(alice)
    assert sync_user(alice).state is SyncState.NEEDS_RECONNECT
    assert connection_of(alice).needs_reconnect_since is not None
    assert connected(simulator) == alice
    assert sync_user(alice).state is SyncState.SUCCEEDED
    assert len(plays_of(alice)) == 3
    assert_whole(in_app, alice)


def assert_its_lock_is_free_within_a_minute(user_id: int) -> None:
    _holder, expires_at = lock_of(user_id)
    if expires_at is not None and expires_at > clock.now():
        assert expires_at - clock.now() <= timedelta(seconds=60)
        assert sync_user(user_id).state is SyncState.RUNNING
        # Its time is up; waiting for that would take a minute.
        change_user(user_id, sync_lock_expires_at=clock.now())
