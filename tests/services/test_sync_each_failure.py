"""Each kind of fault on each of a sync's calls; on SQLite alone, since they are many."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete

from spotistats.extensions import transaction
from spotistats.models import SpotifyWait
from spotistats.services.sync import SyncState, sync_user
from spotistats.simulator import Simulator
from tests.services.listening import RECENT, TOP_LISTS, like, liked, play
from tests.services.tables import (
    connected,
    connection_of,
    days_of,
    lock_of,
    plays_of,
    runs_of,
    tops_of,
)
from tests.support.databases import SqliteDatabases

pytestmark = pytest.mark.usefixtures("in_app")


@pytest.fixture
def database_url(sqlite_databases: SqliteDatabases) -> Iterator[str]:
    with sqlite_databases.fresh() as url:
        yield url


FAULTS: dict[str, dict[str, Any]] = {
    "rate_limit": {"retry_after": 60},
    "quota": {"retry_after": 40_000},
    "status": {"status": 500},
    "html": {},
    "truncated": {},
    "drop": {},
    "missing_field": {"field": "items"},
    "replace": {"body": {"items": [None]}},
}
REFUSALS: dict[str, dict[str, Any]] = {
    "forbidden": {"status": 403, "body": "User not registered in the Developer Dashboard"},
    "gone": {"status": 404},
    "redirect": {"status": 302, "headers": {"Location": "http://127.0.0.2:9/steal"}},
    "maintenance": {"status": 503, "headers": {"Retry-After": "600"}},
    "odd": {"status": 418, "body": ""},
}


def fail(simulator: Simulator, path: str, kind: str, **query: str) -> None:
    if kind in FAULTS:
        simulator.faults.add(path, kind, query=query, **FAULTS[kind])
    else:
        simulator.faults.add(path, "status", query=query, **REFUSALS[kind])


def recover(simulator: Simulator) -> None:
    simulator.faults.clear()
    with transaction() as session:
        session.execute(delete(SpotifyWait))


@pytest.mark.parametrize("kind", [*FAULTS, *REFUSALS])
def test_plays_are_kept_when_a_list_fails_and_no_list_changes(simulator: Simulator, kind: str) -> None:
    alice = connected(simulator)
    like(simulator, "old")
    play(simulator, 1)
    assert sync_user(alice).state is SyncState.SUCCEEDED
    like(simulator, "new")
    for number, (list_kind, time_range) in enumerate(TOP_LISTS, start=2):
        play(simulator, number)
        fail(simulator, f"/v1/me/top/{list_kind}", kind, time_range=time_range)
        outcome = sync_user(alice)
        assert outcome.state is SyncState.SPOTIFY_FAILED
        assert (outcome.plays_added, outcome.days_aggregated) == (1, 1)
        assert (outcome.artists_saved, outcome.tracks_saved) == (0, 0)
        assert "1 new play was kept" in outcome.message
        assert "top lists are as they were" in outcome.message
        assert len(plays_of(alice)) == number
        assert next(iter(days_of(alice).values())).plays == number
        assert tops_of(alice) == liked("old")
        assert runs_of(alice)[-1].status == "partial"
        assert lock_of(alice) == (None, None)
        recover(simulator)
    assert sync_user(alice).state is SyncState.SUCCEEDED
    assert tops_of(alice) == liked("new")
    assert connection_of(alice).needs_reconnect_since is None


@pytest.mark.parametrize("kind", ["quota", "html", "drop", "missing_field", "maintenance"])
def test_lists_are_replaced_when_the_plays_fail(simulator: Simulator, kind: str) -> None:
    alice = connected(simulator)
    play(simulator, 2)
    like(simulator, "old")
    sync_user(alice)
    before = plays_of(alice), days_of(alice)
    play(simulator, 3)
    like(simulator, "new")
    fail(simulator, RECENT, kind)
    outcome = sync_user(alice)
    assert outcome.state is SyncState.SPOTIFY_FAILED
    assert (outcome.plays_added, outcome.days_aggregated, outcome.artists_saved) == (0, 0, 3)
    assert (plays_of(alice), days_of(alice)) == before
    assert tops_of(alice) == liked("new")
    assert runs_of(alice)[-1].status == "partial"


@pytest.mark.parametrize("kind", ["quota", "status", "html", "truncated", "missing_field", "forbidden"])
def test_when_everything_fails_nothing_changes(simulator: Simulator, kind: str) -> None:
    alice = connected(simulator)
    play(simulator, 2)
    like(simulator, "old")
    sync_user(alice)
    before = plays_of(alice), days_of(alice), tops_of(alice), connection_of(alice)
    play(simulator, 3)
    like(simulator, "new")
    fail(simulator, "/v1/me", kind)
    outcome = sync_user(alice)
    assert outcome.state is SyncState.SPOTIFY_FAILED
    assert "Nothing was changed" in outcome.message
    assert (plays_of(alice), days_of(alice), tops_of(alice), connection_of(alice)) == before
    (_first, run) = runs_of(alice)
    assert (run.status, run.error) == ("failed", outcome.message)
    assert lock_of(alice) == (None, None)
