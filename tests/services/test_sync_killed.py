"""Killed at any moment, a sync leaves whole data, and the next one works."""

import os
import signal
import sqlite3
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from flask import Flask

from spotistats import clock
from spotistats.services.sync import SyncState, sync_user
from spotistats.simulator import Simulator
from tests.services.listening import TOP_LISTS, like, play, until
from tests.services.processes import environment, workers
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

KILLS = 24
ONE_SYNC_SECONDS = 0.25
STORING_SECONDS = 0.06


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


def test_killed_at_many_moments(in_app: Flask, simulator: Simulator, tmp_path: Path) -> None:
    alice = connected(simulator, timezone="Europe/Berlin")
    simulator.latency = 0.01
    with workers(environment(in_app, simulator), tmp_path, count=1) as (worker,):
        worker.begin(alice)  # The first one has to import and to connect; it may end.
        worker.wait()
        known, killed = 0, 0
        for number in range(1, KILLS + 1):
            play(simulator, 2 * number)
            like(simulator, f"of sync {number}", "and more")
            is_expired = number % 3 == 0
            if is_expired:
                simulator.expire_access_tokens()
            simulator.log.clear()
            process = worker.begin(alice)
            if number % 2:
                time.sleep(ONE_SYNC_SECONDS * number / KILLS)
            else:  # Spotify has answered everything: now it is being stored.
                until(lambda calls=15 if is_expired else 7: answered(simulator) == calls)  # type: ignore[misc]
                time.sleep(STORING_SECONDS * number / KILLS)
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            worker.wait()
            killed += worker.outcome(process) is None

            assert_whole(in_app, alice)
            assert len(plays_of(alice)) >= known, "no play is ever lost"
            known = len(plays_of(alice))
            _holder, expires_at = lock_of(alice)
            if expires_at is not None and expires_at > clock.now():
                assert expires_at - clock.now() <= timedelta(seconds=60)
                assert sync_user(alice).state is SyncState.RUNNING
                # Its time is up; waiting for that would take a minute.
                change_user(alice, sync_lock_expires_at=clock.now())
    assert killed >= KILLS // 4
    assert sync_user(alice).state is SyncState.SUCCEEDED
    assert len(plays_of(alice)) == 2 * KILLS
    assert_whole(in_app, alice)
    assert lock_of(alice) == (None, None)
    assert connection_of(alice).needs_reconnect_since is None
    assert {run.status for run in runs_of(alice)} <= {"succeeded", "failed"}
    assert [run.id for run in runs_of(alice)] == list(range(1, len(runs_of(alice)) + 1))
