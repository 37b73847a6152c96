"""A play that cannot be read: told each time until it is off Spotify's list; all else is kept."""

from flask import Flask

from spotistats.services.sync import SyncState, sync_user
from spotistats.simulator import Simulator
from tests.services.listening import RECENT, play
from tests.services.tables import connected, plays_of, runs_of
from tests.support.kinds import ON_SQLITE


@ON_SQLITE
def test_until_it_is_off_the_list(in_app: Flask, simulator: Simulator) -> None:
    alice = connected(simulator)
    simulator.faults.add(RECENT, "missing_field", field="items.0.track.duration_ms")
    for number in (3, 4):
        play(simulator, number)
        outcome = sync_user(alice)
        assert outcome.state is SyncState.SPOTIFY_FAILED
        assert outcome.plays_added == (2 if number == 3 else 1), "the newest cannot be read"
        assert outcome.message.startswith("1 play on Spotify’s list could not be read. Each sync tries again")
        assert outcome.message.endswith("kept. The top lists were refreshed.")
    assert len(plays_of(alice)) == 3
    simulator.faults.clear()
    assert sync_user(alice).plays_added == 1
    assert [run.status for run in runs_of(alice)] == ["partial", "partial", "succeeded"]
