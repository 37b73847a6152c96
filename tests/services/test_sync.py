"""What a sync means when Spotify answers."""

from datetime import date, timedelta

import pytest

from spotistats import clock
from spotistats.services.sync import SyncOutcome, SyncState, sync_user
from spotistats.simulator import ScriptedPlay, Simulator
from tests.services.listening import RECENT, like, like_in, liked, play
from tests.services.slow_count import Told, slow_days, slow_plays
from tests.services.tables import (
    at,
    change_connection,
    connected,
    days_of,
    lock_of,
    plays_of,
    runs_of,
    tops_of,
)
from tests.support.apps import MakeApp

pytestmark = pytest.mark.usefixtures("in_app")


def counts(outcome: SyncOutcome) -> tuple[int, int, int, int]:
    assert outcome.state is SyncState.SUCCEEDED, outcome.message
    return outcome.plays_added, outcome.days_aggregated, outcome.artists_saved, outcome.tracks_saved


def test_a_sync_brings_plays_days_and_lists(simulator: Simulator) -> None:
    alice, bob = connected(simulator), connected(simulator, "bob")
    play(simulator, 3)
    like(simulator, "one", "two")
    assert counts(sync_user(alice)) == (3, 1, 6, 6)
    assert plays_of(alice) == {
        (at("10:00:00") + timedelta(minutes=4 * number), f"track{number}"): 180_000 for number in range(3)
    }
    assert days_of(alice) == {date(2026, 2, 25): (9, 540_000, 3, "track0", "artist")}
    assert tops_of(alice) == liked("one", "two")
    assert (plays_of(bob), days_of(bob), tops_of(bob)) == ({}, {}, {})


def test_a_second_sync_with_nothing_new_makes_no_day(simulator: Simulator) -> None:
    alice = connected(simulator)
    play(simulator, 3)
    like(simulator, "one")
    sync_user(alice)
    outcome = sync_user(alice)
    assert counts(outcome) == (0, 0, 3, 3)
    assert outcome.message.startswith("No new plays.")
    assert len(plays_of(alice)) == 3


def test_only_days_that_received_a_play_are_made_anew(simulator: Simulator) -> None:
    alice = connected(simulator)
    simulator.script_plays("alice", [ScriptedPlay(at("10:00:00") - timedelta(days=3), "a")])
    assert counts(sync_user(alice))[:2] == (1, 1)
    simulator.script_plays(
        "alice",
        [ScriptedPlay(at("10:00:00") - timedelta(days=days), "ab"[days == 0]) for days in (3, 2, 0, 0.01)],
    )
    assert counts(sync_user(alice))[:2] == (3, 2)
    assert [day.plays for _date, day in sorted(days_of(alice).items())] == [1, 1, 2]


def test_the_whole_page_is_read_each_time_and_no_further(simulator: Simulator) -> None:
    alice = connected(simulator)
    play(simulator, 60)
    assert counts(sync_user(alice))[0] == 50
    sync_user(alice)
    asked = simulator.calls_to(RECENT)
    assert [call.query for call in asked] == [{"limit": "50"}] * 2
    assert len(simulator.calls) == 14


def test_a_play_that_spotify_tells_late_is_caught(simulator: Simulator) -> None:
    alice = connected(simulator)
    simulator.script_plays("alice", [ScriptedPlay(at("10:00:00"), "a"), ScriptedPlay(at("10:06:00"), "b")])
    sync_user(alice)
    simulator.script_plays(
        "alice",
        [ScriptedPlay(at(f"10:0{minute}:00"), name) for minute, name in ((0, "a"), (2, "late"), (6, "b"))],
    )
    assert counts(sync_user(alice))[0] == 1
    assert plays_of(alice) == {
        (at("10:00:00"), "a"): 180_000,
        (at("10:02:00"), "late"): 120_000,
        (at("10:06:00"), "b"): 180_000,
    }


def test_what_spotify_no_longer_tells_stays(simulator: Simulator) -> None:
    alice = connected(simulator)
    play(simulator, 3)
    sync_user(alice)
    before = plays_of(alice), days_of(alice)
    simulator.script_plays("alice", [])
    assert counts(sync_user(alice))[:2] == (0, 0)
    assert (plays_of(alice), days_of(alice)) == before


def test_more_plays_than_a_page_between_two_syncs_leave_a_gap_that_is_stored(simulator: Simulator) -> None:
    alice = connected(simulator)
    play(simulator, 10)
    sync_user(alice)
    play(simulator, 60)
    sync_user(alice)
    play(simulator, 61)
    sync_user(alice)
    play(simulator, 120)
    sync_user(alice)
    minutes = [
        (run.gap_started_at and (run.gap_started_at - at("10:00:00")) / timedelta(minutes=4),
         run.gap_ended_at and (run.gap_ended_at - at("10:00:00")) / timedelta(minutes=4))
        for run in runs_of(alice)
    ]  # fmt: skip
    assert minutes == [(None, None), (9, 10), (None, None), (60, 70)]
    assert len(plays_of(alice)) == 10 + 50 + 1 + 50


def test_an_empty_list_empties_itself_and_no_other(simulator: Simulator) -> None:
    alice, bob = connected(simulator), connected(simulator, "bob")
    like(simulator, "one", "two")
    like(simulator, "bob's", listener="bob")
    sync_user(alice)
    sync_user(bob)
    like_in(simulator, "tracks", "medium_term")
    assert counts(sync_user(alice)) == (0, 0, 6, 4)
    expected = liked("one", "two")
    del expected["tracks", "medium_term"]
    assert tops_of(alice) == expected
    assert tops_of(bob) == liked("bob's")


def test_lists_are_as_long_as_the_setting_says(make_app: MakeApp, simulator: Simulator) -> None:
    alice = connected(simulator)
    like(simulator, *[f"name {number}" for number in range(60)])
    for limit in ("1", "50"):
        with make_app(TOP_LIMIT=limit, SYNC_COOLDOWN_SECONDS="0").app_context():
            assert counts(sync_user(alice))[2:] == (3 * int(limit), 3 * int(limit))


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/St_Johns"])
def test_days_are_the_listener_s(simulator: Simulator, zone: str) -> None:
    alice = connected(simulator, timezone=zone)
    told = [
        Told(at("00:00:00") + timedelta(hours=2 * number), "ab"[number % 2], 180_000) for number in range(30)
    ]
    simulator.script_items("alice", [play.to_item() for play in reversed(told)])
    sync_user(alice)
    assert plays_of(alice) == slow_plays(told)
    assert days_of(alice) == slow_days(slow_plays(told), clock.zone(zone))


def test_the_calls_are_made_side_by_side(simulator: Simulator) -> None:
    alice = connected(simulator)
    simulator.latency = 0.3
    sync_user(alice)
    calls = simulator.calls
    assert len(calls) == 7
    assert max(call.began for call in calls) < min(call.ended or 0 for call in calls)


def test_a_sync_leaves_its_run_and_no_lock(simulator: Simulator) -> None:
    alice = connected(simulator)
    play(simulator, 2)
    sync_user(alice)
    (run,) = runs_of(alice)
    assert (run.status, run.error, run.plays_added) == ("succeeded", None, 2)
    assert run.finished_at is not None
    assert run.started_at <= run.finished_at <= clock.now()
    assert lock_of(alice) == (None, None)


def test_a_page_of_oddities_is_stored(simulator: Simulator) -> None:
    alice = connected(simulator)
    odd = Told(at("10:00:00"), "a", 180_000).to_item()
    track = odd["track"]
    assert isinstance(track, dict)
    track |= {"name": "N\0UL \ud83d " + "long " * 2000, "id": "i" * 512, "album": None}
    local = Told(at("10:10:00"), "a", 180_000).to_item()
    local["track"] = {**track, "id": None, "uri": "spotify:local:Ada::Song:180"}
    gone = {"played_at": "2026-02-25T10:20:00.000Z", "track": None}
    simulator.script_items("alice", [gone, local, odd])
    assert counts(sync_user(alice))[0] == 2
    assert [track_id for _ended, track_id in sorted(plays_of(alice))] == [
        "i" * 512,
        "spotify:local:Ada::Song:180",
    ]


def test_only_a_full_success_starts_the_cooldown(make_app: MakeApp, simulator: Simulator) -> None:
    app = make_app(SYNC_COOLDOWN_SECONDS="3600")
    with app.app_context():
        alice, bob = connected(simulator), connected(simulator, "bob")
        simulator.faults.add("/v1/me/top", "status", status=403, times=1)
        assert sync_user(alice).state is SyncState.SPOTIFY_FAILED
        assert sync_user(alice).state is SyncState.SUCCEEDED
        simulator.log.clear()
        refused = sync_user(alice)
        assert refused.state is SyncState.COOLING_DOWN
        assert refused.retry_after is not None
        assert 3590 <= refused.retry_after <= 3600
        assert simulator.calls == []
        assert len(runs_of(alice)) == 2
        assert lock_of(alice) == (None, None)
        assert sync_user(bob).state is SyncState.SUCCEEDED
        assert sync_user(alice, force=True).state is SyncState.SUCCEEDED


def test_who_never_connected_is_told_so(simulator: Simulator) -> None:
    alice = connected(simulator)
    change_connection(alice, access_token="spoilt")
    outcome = sync_user(alice)
    assert outcome.state is SyncState.NEEDS_RECONNECT
    assert (simulator.calls, runs_of(alice)) == ([], [])
