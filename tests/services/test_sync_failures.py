"""What is kept when Spotify answers only in part, or not at all."""

import pytest

from spotistats.services.sync import SyncState, sync_user
from spotistats.simulator import Simulator
from tests.services.listening import RECENT, like, liked, play
from tests.services.slow_count import Told
from tests.services.tables import (
    at,
    connected,
    connection_of,
    plays_of,
    runs_of,
    tops_of,
)

pytestmark = pytest.mark.usefixtures("in_app")


@pytest.mark.parametrize("path", ["/v1/me/top/tracks", RECENT, "/v1/me"])
def test_what_came_is_kept_on_each_database(simulator: Simulator, path: str) -> None:
    alice = connected(simulator)
    play(simulator, 2)
    like(simulator, "old")
    sync_user(alice)
    play(simulator, 3)
    like(simulator, "new")
    simulator.faults.add(path, "truncated")
    assert sync_user(alice).state is SyncState.SPOTIFY_FAILED
    assert len(plays_of(alice)) == (3 if path == "/v1/me/top/tracks" else 2)
    assert tops_of(alice) == liked("new" if path == RECENT else "old")
    assert runs_of(alice)[-1].status == ("failed" if path == "/v1/me" else "partial")


def test_spotify_is_away(simulator: Simulator) -> None:
    alice = connected(simulator)
    simulator.stop()
    assert sync_user(alice).state is SyncState.SPOTIFY_FAILED
    simulator.start()
    assert sync_user(alice).state is SyncState.SUCCEEDED


def test_a_short_trouble_is_not_seen(simulator: Simulator) -> None:
    alice = connected(simulator)
    play(simulator, 1)
    simulator.faults.add("/v1/me", "rate_limit", retry_after=1, times=4)
    simulator.faults.add("/v1/me", "status", status=502, times=2)
    simulator.faults.add("/v1/me", "drop", times=1)
    assert sync_user(alice).state is SyncState.SUCCEEDED
    assert len(simulator.calls) == 14


def test_a_short_trouble_of_one_call_is_waited_out_once(simulator: Simulator) -> None:
    alice = connected(simulator)
    simulator.faults.add(RECENT, "rate_limit", retry_after=1)
    assert sync_user(alice).state is SyncState.SPOTIFY_FAILED
    assert len(simulator.calls_to(RECENT)) == 2


def test_an_odd_play_keeps_no_other_from_being_kept(simulator: Simulator) -> None:
    alice = connected(simulator)
    like(simulator, "new")
    good = [Told(at("10:00:00"), "a", 180_000), Told(at("10:10:00"), "b", 180_000)]
    simulator.script_items(
        "alice", [good[1].to_item(), {"played_at": "yesterday", "track": {}}, good[0].to_item()]
    )
    outcome = sync_user(alice)
    assert outcome.state is SyncState.SPOTIFY_FAILED
    assert outcome.plays_added == 2
    assert len(plays_of(alice)) == 2
    assert tops_of(alice) == liked("new")
    assert runs_of(alice)[-1].status == "partial"


def test_a_next_page_elsewhere_is_not_asked_for(simulator: Simulator) -> None:
    alice = connected(simulator)
    play(simulator, 50)
    simulator.faults.add("/v1/me", "foreign_next")
    assert sync_user(alice).state is SyncState.SUCCEEDED
    assert len(simulator.calls) == 7


def test_who_may_not_use_the_application_is_told_so(simulator: Simulator) -> None:
    alice = connected(simulator)
    for answer in ("text", "json"):
        simulator.block("alice", answer=answer)
        outcome = sync_user(alice)
        assert outcome.state is SyncState.SPOTIFY_FAILED
        assert outcome.message.startswith("Spotify refused")
    assert connection_of(alice).needs_reconnect_since is None
    simulator.unblock("alice")
    assert sync_user(alice).state is SyncState.SUCCEEDED


def test_no_name_and_no_token_is_logged(simulator: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    alice = connected(simulator)
    play(simulator, 3)
    tokens = simulator.grant("alice")
    simulator.faults.add("/v1/me/top", "truncated")
    sync_user(alice)
    simulator.stop()
    sync_user(alice)
    simulator.start()
    ours = [record.name for record in caplog.records if record.name != "alembic.runtime.migration"]
    assert ours == ["spotistats.services.sync"] * 2, "one line for each sync"
    simulator.expire_access_tokens()
    simulator.faults.add("/api/token", "drop")
    sync_user(alice)
    assert f"user {alice}: sync" in caplog.text
    for secret in ("Song", "Somebody", "alice", "Alice", str(tokens["access_token"]), "Bearer"):
        assert secret not in caplog.text
