"""Whatever Spotify does, a sync has an answer within 25 seconds."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from threading import Thread
from threading import enumerate as enumerate_threads

import pytest

from spotistats import create_app
from spotistats.services.sync import SyncOutcome, SyncState, sync_user
from spotistats.simulator import Simulator
from tests.services.listening import RECENT, until
from tests.services.tables import connected
from tests.support.databases import SqliteDatabases, dispose
from tests.support.settings import app_settings


def trickling(simulator: Simulator) -> None:
    simulator.expire_access_tokens()
    simulator.faults.add("/", "trickle", seconds=60, method="GET")
    simulator.faults.add("/api/token", "trickle", seconds=8)


def trickling_token(simulator: Simulator) -> None:
    simulator.expire_access_tokens()
    simulator.faults.add("/api/token", "trickle", seconds=60)


def hanging(simulator: Simulator) -> None:
    simulator.faults.add("/v1", "hang", seconds=60)


def hanging_after_a_refresh(simulator: Simulator) -> None:
    simulator.expire_access_tokens()
    simulator.faults.add(RECENT, "hang", seconds=5, times=1)
    simulator.faults.add("/api/token", "hang", seconds=5, times=1)
    simulator.faults.add("/v1/me", "status", status=401, times=6)
    simulator.faults.add("/v1", "hang", seconds=60)


def hanging_token(simulator: Simulator) -> None:
    simulator.expire_access_tokens()
    simulator.faults.add("/api/token", "hang", seconds=60)


def dropping(simulator: Simulator) -> None:
    simulator.faults.add("/v1", "drop")


def waiting_then_hanging(simulator: Simulator) -> None:
    simulator.faults.add("/v1", "rate_limit", retry_after=5, times=7)
    simulator.faults.add("/v1", "hang", seconds=60)


def slow_trouble(simulator: Simulator) -> None:
    simulator.latency = 5.0
    simulator.faults.add("/", "status", status=503)


TROUBLES = [
    trickling,
    trickling_token,
    hanging,
    hanging_after_a_refresh,
    hanging_token,
    dropping,
    waiting_then_hanging,
    slow_trouble,
]


@pytest.fixture
def simulators() -> Iterator[list[Simulator]]:
    with ExitStack() as running:
        yield [running.enter_context(Simulator()) for _trouble in TROUBLES]


def test_every_sync_ends_in_time(sqlite_databases: SqliteDatabases, simulators: list[Simulator]) -> None:
    """All kinds of trouble at once, each with a Spotify of its own, since each takes its time."""
    answers: dict[str, tuple[SyncOutcome, float]] = {}

    def run(trouble: Callable[[Simulator], None], simulator: Simulator, url: str) -> None:
        app = create_app(
            app_settings(url, SPOTIFY_ACCOUNTS_URL=simulator.accounts_url, SPOTIFY_API_URL=simulator.api_url)
        )
        with app.app_context():
            name = trouble.__name__
            simulator.add_listener(name, account_id=name)
            user_id = connected(simulator, name)
            trouble(simulator)
            began = time.monotonic()
            answers[name] = (sync_user(user_id), time.monotonic() - began)
            dispose(app)

    with sqlite_databases.fresh() as url:
        threads = [
            Thread(target=run, args=(trouble, simulator, url))
            for trouble, simulator in zip(TROUBLES, simulators, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert {name: outcome.state for name, (outcome, _seconds) in answers.items()} == {
        trouble.__name__: SyncState.SPOTIFY_FAILED for trouble in TROUBLES
    }
    assert max(seconds for _outcome, seconds in answers.values()) < 25, answers
    # Nor may a call be left behind that keeps a command from ending.
    until(lambda: not any(thread.name.startswith("spotify") for thread in enumerate_threads()), seconds=8)
