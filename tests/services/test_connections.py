"""Tokens: refreshed when they must be, once, saved at once, and never thrown away."""

from datetime import timedelta

import pytest
from flask import Flask

from spotistats import clock
from spotistats.extensions import settings
from spotistats.services import connections, vault
from spotistats.services.sync import SyncState, sync_user
from spotistats.simulator import Simulator
from tests.services.listening import RECENT, play, syncing, until
from tests.services.tables import change_connection, connected, connection_of, plays_of, runs_of
from tests.support.apps import MakeApp

pytestmark = pytest.mark.usefixtures("in_app")


def tokens_of(user_id: int) -> tuple[str, str]:
    row = connection_of(user_id)
    return vault.unseal(row.access_token, settings()), vault.unseal(row.refresh_token, settings())


def refreshes(simulator: Simulator) -> int:
    return len(simulator.calls_to("/api/token"))


@pytest.mark.parametrize(("seconds_left", "refreshed"), [(90, 0), (59, 1), (0, 1), (-86_400, 1)])
def test_a_token_with_less_than_a_minute_left_is_refreshed_first(
    simulator: Simulator, seconds_left: int, refreshed: int
) -> None:
    alice = connected(simulator)
    change_connection(alice, access_token_expires_at=clock.now() + timedelta(seconds=seconds_left))
    assert sync_user(alice).state is SyncState.SUCCEEDED
    assert refreshes(simulator) == refreshed
    assert {call.status for call in simulator.calls} == {200}
    assert sync_user(alice).state is SyncState.SUCCEEDED
    assert refreshes(simulator) == refreshed


def test_seven_refused_calls_make_one_refresh_and_are_asked_once_more(simulator: Simulator) -> None:
    alice = connected(simulator)
    play(simulator, 3)
    simulator.rotate_refresh_tokens = True
    simulator.expire_access_tokens()
    assert sync_user(alice).plays_added == 3
    statuses = [call.status for call in simulator.calls]
    assert (statuses.count(401), statuses.count(200), refreshes(simulator)) == (7, 8, 1)


def test_only_the_refused_calls_are_asked_again(simulator: Simulator) -> None:
    alice = connected(simulator)
    simulator.faults.add("/v1/me/top/artists", "status", status=401, times=1)
    assert sync_user(alice).state is SyncState.SUCCEEDED
    assert (len(simulator.calls_to("/v1")), refreshes(simulator)) == (8, 1)


def test_a_fresh_token_that_is_refused_too_is_not_refreshed_again(simulator: Simulator) -> None:
    alice = connected(simulator)
    simulator.faults.add("/v1", "status", status=401)
    before = tokens_of(alice)
    assert sync_user(alice).state is SyncState.NEEDS_RECONNECT
    assert (len(simulator.calls_to("/v1")), refreshes(simulator)) == (14, 1)
    assert connection_of(alice).needs_reconnect_since is not None
    assert tokens_of(alice)[1] == before[1]

    simulator.faults.clear()
    assert sync_user(alice).state is SyncState.SUCCEEDED
    assert connection_of(alice).needs_reconnect_since is None


@pytest.mark.parametrize("rotates", [True, False])
def test_what_a_refresh_brings_is_stored(simulator: Simulator, *, rotates: bool) -> None:
    alice = connected(simulator)
    first, version = tokens_of(alice), connection_of(alice).version
    consented_at = connection_of(alice).consented_at
    simulator.rotate_refresh_tokens = rotates
    for _sync in range(3):
        before = tokens_of(alice)
        simulator.expire_access_tokens()
        assert sync_user(alice).state is SyncState.SUCCEEDED
        after = tokens_of(alice)
        assert after[0] != before[0]
        assert (after[1] != before[1]) is rotates
    assert connection_of(alice).version != version
    assert connection_of(alice).consented_at == consented_at
    assert (tokens_of(alice)[1] == first[1]) is not rotates


@pytest.mark.parametrize("kind", ["drop", "status"])
def test_a_new_pair_is_saved_even_when_everything_after_it_fails(simulator: Simulator, kind: str) -> None:
    alice = connected(simulator)
    play(simulator, 3)
    simulator.rotate_refresh_tokens = True
    change_connection(alice, access_token_expires_at=clock.now())
    simulator.faults.add("/v1", kind, status=404)
    before = tokens_of(alice)
    assert sync_user(alice).state is SyncState.SPOTIFY_FAILED
    assert tokens_of(alice) != before
    simulator.faults.clear()
    assert sync_user(alice).plays_added == 3
    assert refreshes(simulator) == 1


def test_a_new_pair_is_in_the_table_before_anything_else_is_asked(
    in_app: Flask, simulator: Simulator
) -> None:
    alice = connected(simulator)
    simulator.rotate_refresh_tokens = True
    change_connection(alice, access_token_expires_at=clock.now())
    before = tokens_of(alice)
    simulator.latency = 0.4
    with syncing(in_app, alice):
        until(lambda: bool(simulator.calls_to("/v1")))
        assert tokens_of(alice) != before
        assert runs_of(alice)[-1].status == "running"


def test_a_revoked_consent_keeps_the_tokens_and_asks_to_reconnect(simulator: Simulator) -> None:
    alice = connected(simulator)
    before = connection_of(alice)
    simulator.revoke("alice")
    outcome = sync_user(alice)
    assert outcome.state is SyncState.NEEDS_RECONNECT
    assert outcome.message.startswith("Please connect Spotify again")
    after = connection_of(alice)
    assert after.needs_reconnect_since is not None
    assert after[:4] == before[:4]
    assert runs_of(alice)[-1].status == "failed"
    assert sync_user(alice).state is SyncState.NEEDS_RECONNECT

    assert connected(simulator) == alice
    assert connection_of(alice).needs_reconnect_since is None
    assert sync_user(alice).state is SyncState.SUCCEEDED


def test_too_narrow_a_permission_asks_to_reconnect(simulator: Simulator) -> None:
    alice = connected(simulator)
    play(simulator, 3)
    narrow = simulator.grant("alice", "user-read-recently-played")
    change_connection(alice, access_token=vault.seal(str(narrow["access_token"]), settings()))
    outcome = sync_user(alice)
    assert (outcome.state, outcome.plays_added) == (SyncState.NEEDS_RECONNECT, 3)
    assert connection_of(alice).needs_reconnect_since is not None


@pytest.mark.parametrize("kind", ["html", "drop", "truncated", "rate_limit", "status"])
def test_trouble_while_refreshing_ends_no_permission(simulator: Simulator, kind: str) -> None:
    alice = connected(simulator)
    before = connection_of(alice)
    simulator.expire_access_tokens()
    simulator.faults.add("/api/token", kind, status=404, retry_after=60)
    assert sync_user(alice).state is SyncState.SPOTIFY_FAILED
    assert connection_of(alice) == before
    assert refreshes(simulator) == 1


def test_plays_that_came_are_kept_when_a_refresh_for_other_calls_fails(simulator: Simulator) -> None:
    alice = connected(simulator)
    play(simulator, 3)
    simulator.faults.add("/v1/me/top", "status", status=401)
    for kind, state in (("html", SyncState.SPOTIFY_FAILED), ("status", SyncState.NEEDS_RECONNECT)):
        fault = simulator.faults.add("/api/token", kind, status=400, body={"error": "invalid_grant"})
        fault.body = None if kind == "html" else fault.body
        outcome = sync_user(alice)
        assert outcome.state is state
        assert len(plays_of(alice)) == 3
        assert runs_of(alice)[-1].status == "partial"
        simulator.faults.remove(fault)


@pytest.mark.parametrize("refused", [True, False])
def test_a_newer_pair_of_a_sign_in_meanwhile_survives(
    in_app: Flask, simulator: Simulator, *, refused: bool
) -> None:
    alice = connected(simulator)
    simulator.expire_access_tokens()
    if refused:
        simulator.revoke("alice")
    simulator.latency = 0.4
    with syncing(in_app, alice) as outcomes:
        until(lambda: refreshes(simulator) == 1)
        assert connected(simulator) == alice
        signed_in_with = connection_of(alice)
    assert outcomes[0].state is SyncState.SUCCEEDED
    assert connection_of(alice) == signed_in_with


def test_who_disconnects_meanwhile_stays_disconnected(in_app: Flask, simulator: Simulator) -> None:
    alice = connected(simulator)
    simulator.expire_access_tokens()
    simulator.latency = 0.4
    with syncing(in_app, alice) as outcomes:
        until(lambda: refreshes(simulator) == 1)
        connections.disconnect(alice)
    assert outcomes[0].state is SyncState.NEEDS_RECONNECT
    assert connection_of(alice) is None


def test_one_listener_s_trouble_stays_theirs(simulator: Simulator) -> None:
    alice, bob = connected(simulator), connected(simulator, "bob")
    simulator.revoke("alice")
    assert sync_user(alice).state is SyncState.NEEDS_RECONNECT
    assert sync_user(bob).state is SyncState.SUCCEEDED
    assert connection_of(bob).needs_reconnect_since is None


def test_without_a_connection_nothing_is_asked(simulator: Simulator) -> None:
    alice = connected(simulator)
    connections.disconnect(alice)
    assert sync_user(alice).state is SyncState.NEEDS_RECONNECT
    assert (simulator.calls, runs_of(alice)) == ([], [])


def test_without_an_application_a_token_is_not_refreshed(make_app: MakeApp, simulator: Simulator) -> None:
    alice = connected(simulator)
    change_connection(alice, access_token_expires_at=clock.now())
    with make_app(SPOTIFY_CLIENT_ID="", SPOTIFY_CLIENT_SECRET="").app_context():
        outcome = sync_user(alice)
    assert outcome.state is SyncState.SPOTIFY_FAILED
    assert "no Spotify application" in outcome.message
    assert simulator.calls_to(RECENT) == []
