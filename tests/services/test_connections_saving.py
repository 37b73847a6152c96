"""A new token pair is saved even where the database takes no writing just when it comes."""

import time

import pytest
from flask import Flask

from spotistats import clock
from spotistats.extensions import settings
from spotistats.services import sync, vault
from spotistats.services.sync import SyncOutcome, SyncState, sync_user
from spotistats.simulator import Simulator
from tests.services.listening import syncing, until
from tests.services.tables import change_connection, connected, connection_of, lock_of, runs_of
from tests.support.locks import rows_locked


def refresh_token_of(user_id: int) -> str:
    return vault.unseal(connection_of(user_id).refresh_token, settings())


def sync_while_locked(
    app: Flask, database_url: str, simulator: Simulator, user_id: int, *, seconds: float
) -> SyncOutcome:
    """Sync with a token that has run out, whose row is locked until so long after Spotify's answer."""
    change_connection(user_id, access_token_expires_at=clock.now())
    simulator.rotate_refresh_tokens = True
    simulator.latency = 0.4
    with syncing(app, user_id) as outcomes:
        until(lambda: bool(simulator.calls_to("/api/token")))
        with rows_locked(database_url, "spotify_connections"):
            until(lambda: simulator.calls_to("/api/token")[0].ended is not None)
            time.sleep(seconds)
    return outcomes[0]


def test_a_lock_that_outlasts_the_usual_wait(in_app: Flask, database_url: str, simulator: Simulator) -> None:
    alice = connected(simulator)
    before = refresh_token_of(alice)
    outcome = sync_while_locked(in_app, database_url, simulator, alice, seconds=6)
    assert outcome.state is SyncState.SUCCEEDED
    assert refresh_token_of(alice) != before
    simulator.expire_access_tokens()
    assert sync_user(alice).state is SyncState.SUCCEEDED, "the new pair is the one that Spotify knows"


def test_a_lock_that_outlasts_the_sync(
    in_app: Flask, database_url: str, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "ANSWER_SECONDS", 9.0)  # Three seconds for Spotify.
    alice = connected(simulator)
    before = refresh_token_of(alice)
    outcome = sync_while_locked(in_app, database_url, simulator, alice, seconds=5)
    assert outcome.state is SyncState.SPOTIFY_FAILED
    until(lambda: refresh_token_of(alice) != before)
    assert connection_of(alice).needs_reconnect_since is None
    until(lambda: lock_of(alice) == (None, None))
    assert sync_user(alice).state is SyncState.SUCCEEDED
    assert len(simulator.calls_to("/api/token")) == 1


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
def test_who_syncs_before_the_pair_is_saved_is_told_that_a_sync_runs(
    in_app: Flask, database_url: str, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stored token is spent, and another sync would take its refusal for the end of the permission."""
    monkeypatch.setattr(sync, "ANSWER_SECONDS", 8.0)  # Two seconds for Spotify.
    alice = connected(simulator)
    change_connection(alice, access_token_expires_at=clock.now())
    simulator.rotate_refresh_tokens = True
    with rows_locked(database_url, "spotify_connections"):
        assert sync_user(alice).state is SyncState.SPOTIFY_FAILED
        assert [run.status for run in runs_of(alice)] == ["failed"]
        for force in (False, True):
            outcome = sync_user(alice, force=force)
            assert outcome.state is SyncState.RUNNING
            assert 0 < (outcome.retry_after or 0) <= 60
    until(lambda: lock_of(alice) == (None, None))
    assert sync_user(alice).state is SyncState.SUCCEEDED
    assert len(simulator.calls_to("/api/token")) == 1
