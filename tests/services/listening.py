"""What a listener of the simulator has played and likes, and waiting for what happens in another thread."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread

from flask import Flask

from spotistats.plays import TIME_RANGES
from spotistats.services.sync import SyncOutcome, sync_user
from spotistats.simulator import ScriptedPlay, Simulator
from tests.services.tables import at

TOP_LISTS = [(kind, time_range) for kind in ("artists", "tracks") for time_range in TIME_RANGES]
RECENT = "/v1/me/player/recently-played"


def play(simulator: Simulator, count: int, name: str = "alice", *, first: int = 0) -> None:
    """Let the listener have played songs of three minutes, one each four minutes, from 10:00 on."""
    simulator.script_plays(
        name,
        [
            ScriptedPlay(
                played_at=at("10:00:00") + timedelta(minutes=4 * number),
                track_id=f"track{number}",
                name=f"Song {number}",
                duration_ms=180_000,
                artists=[("artist", "Somebody")],
            )
            for number in range(first, count)
        ],
    )


def like(simulator: Simulator, *names: str, listener: str = "alice") -> None:
    """Let all six top lists hold these names."""
    for kind, time_range in TOP_LISTS:
        like_in(simulator, kind, time_range, *names, listener=listener)


def like_in(simulator: Simulator, kind: str, time_range: str, *names: str, listener: str = "alice") -> None:
    """Let one top list hold these names."""
    items = [
        {"id": f"id of {name}", "name": name, "images": [], "artists": [{"id": "artist", "name": "Somebody"}]}
        for name in names
    ]
    simulator.script_top(listener, kind, time_range, items)


def liked(*names: str) -> dict[tuple[str, str], list[str]]:
    """Return what the tables then hold."""
    return {key: list(names) for key in TOP_LISTS}


def until(happened: Callable[[], bool], *, seconds: float = 15) -> None:
    """Wait for something that another thread or process does."""
    patience = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < patience, "it did not happen"
        time.sleep(0.005)


@contextmanager
def syncing(app: Flask, user_id: int) -> Iterator[list[SyncOutcome]]:
    """Run a sync beside the block; its outcome is there when the block is left."""
    outcomes: list[SyncOutcome] = []

    def run() -> None:
        with app.app_context():
            outcomes.append(sync_user(user_id))

    thread = Thread(target=run)
    thread.start()
    yield outcomes
    thread.join()
