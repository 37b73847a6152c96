"""Two processes at once: one sync of a listener, and both where they are of two listeners."""

import re
from pathlib import Path

from flask import Flask

from spotistats.extensions import settings
from spotistats.services import vault
from spotistats.simulator import Simulator
from tests.services.listening import play
from tests.services.processes import command, environment, workers
from tests.services.tables import connected, connection_of, days_of, lock_of, plays_of, runs_of


def test_two_commands_at_once(in_app: Flask, simulator: Simulator) -> None:
    alice, bob = connected(simulator), connected(simulator, "bob")
    play(simulator, 3)
    play(simulator, 2, "bob")
    simulator.rotate_refresh_tokens = True
    simulator.expire_access_tokens()
    simulator.latency = 1.5
    variables = environment(in_app, simulator)
    started = [command(variables, "sync-user", name) for name in ("alice", "account-alice", "bob")]
    said = [process.communicate(timeout=60) for process in started]
    codes = [process.returncode for process in started]
    assert (sorted(codes[:2]), codes[2]) == ([0, 75], 0), said
    refused = said[codes.index(75)]
    assert refused[0] == ""
    assert re.fullmatch(r"A sync is already running\. It ends within (4\d|50) seconds\.\n", refused[1])
    assert said[codes.index(0)][0].startswith("3 plays added, 1 day aggregated")
    assert (len(plays_of(alice)), len(plays_of(bob))) == (3, 2)
    assert [run.status for run in runs_of(alice)] == ["succeeded"]
    assert lock_of(alice) == lock_of(bob) == (None, None)


def test_processes_that_begin_together_never_spend_a_refresh_token_twice(
    in_app: Flask, simulator: Simulator, tmp_path: Path
) -> None:
    alice, bob = connected(simulator), connected(simulator, "bob")
    simulator.rotate_refresh_tokens = True
    simulator.latency = 0.1
    with workers(environment(in_app, simulator), tmp_path, count=3) as (one, two, three):
        for number in range(1, 5):
            play(simulator, number)
            simulator.expire_access_tokens()
            simulator.log.clear()
            begun = [
                (worker, worker.begin(user)) for worker, user in ((one, alice), (two, alice), (three, bob))
            ]
            for worker, _process in begun:
                worker.wait()
            outcomes = [worker.outcome(process) for worker, process in begun]
            assert sorted(outcomes[:2], key=str) == ["RUNNING", "SUCCEEDED"]
            assert outcomes[2] == "SUCCEEDED"
            assert [call.status for call in simulator.calls_to("/api/token")] == [200, 200]
            assert len(plays_of(alice)) == number
    assert [day.plays for day in days_of(alice).values()] == [4]
    row = connection_of(alice)
    assert row.needs_reconnect_since is None
    assert vault.unseal(row.refresh_token, settings())
