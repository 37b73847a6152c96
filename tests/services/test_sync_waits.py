"""A wait that Spotify asks for counts for the whole application, and ends by itself."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from spotistats import clock
from spotistats.extensions import db, end_reading, transaction
from spotistats.models import SpotifyWait
from spotistats.services import connections
from spotistats.services.sync import SyncState, sync_user
from spotistats.simulator import Simulator
from spotistats.stats.standing import sync_standing
from tests.services.listening import RECENT
from tests.services.tables import connected, lock_of, runs_of
from tests.support.apps import MakeApp
from tests.support.listeners import Browser

pytestmark = pytest.mark.usefixtures("in_app")


def seconds_left() -> int:
    end_reading()
    return connections.wait_seconds(clock.now())


def end_the_wait() -> None:
    with transaction() as session:
        session.execute(update(SpotifyWait).values(refused_until=clock.now()))


@pytest.mark.parametrize(
    ("path", "kind", "options", "seconds"),
    [
        (RECENT, "rate_limit", {"retry_after": 6}, 6),
        (RECENT, "quota", {"retry_after": 40_000}, 40_000),
        ("/v1/me/top/tracks", "quota", {"retry_after": None}, 3600),
        ("/v1/me", "rate_limit", {"retry_after": 600}, 600),
        ("/v1/me/top/artists", "status", {"status": 503, "headers": {"Retry-After": "90"}}, 90),
        ("/api/token", "rate_limit", {"retry_after": 600}, 600),
    ],
)
def test_a_long_wait_stops_every_listener_s_sync_and_no_sign_in(
    make_app: MakeApp,
    simulator: Simulator,
    path: str,
    kind: str,
    options: dict[str, object],
    seconds: int,
) -> None:
    alice, bob = connected(simulator), connected(simulator, "bob")
    if path == "/api/token":
        simulator.expire_access_tokens()
    simulator.faults.add(path, kind, **options)
    outcome = sync_user(alice)
    assert (outcome.state, outcome.retry_after) == (SyncState.SPOTIFY_FAILED, seconds)
    assert seconds - 5 <= seconds_left() <= seconds
    simulator.faults.clear()
    simulator.log.clear()

    other_app = make_app(SYNC_COOLDOWN_SECONDS="0")
    with other_app.app_context():
        for user_id in (alice, bob):
            refused = sync_user(user_id, force=True)
            assert refused.state is SyncState.SPOTIFY_FAILED
            assert refused.retry_after is not None
            assert seconds - 5 <= refused.retry_after <= seconds
            assert lock_of(user_id) == (None, None)
    assert simulator.calls == []
    assert (len(runs_of(alice)), len(runs_of(bob))) == (1, 0)
    assert Browser(other_app.test_client(), simulator).sign_in("charlie").status_code == 302

    end_the_wait()
    assert sync_user(bob).state is SyncState.SUCCEEDED


def test_a_short_wait_is_not_remembered_once_it_is_over(simulator: Simulator) -> None:
    alice = connected(simulator)
    simulator.faults.add(RECENT, "rate_limit", retry_after=1, times=1)
    assert sync_user(alice).state is SyncState.SUCCEEDED
    assert seconds_left() == 0


def test_a_wait_without_a_time_is_not_remembered(simulator: Simulator) -> None:
    alice = connected(simulator)
    simulator.faults.add(RECENT, "rate_limit", retry_after=None)
    outcome = sync_user(alice)
    assert (outcome.state, outcome.retry_after) == (SyncState.SPOTIFY_FAILED, None)
    assert seconds_left() == 0
    simulator.faults.clear()
    assert sync_user(alice).state is SyncState.SUCCEEDED


def test_of_two_waits_the_longer_is_kept(simulator: Simulator) -> None:
    alice = connected(simulator)
    simulator.faults.add("/v1/me/top/artists", "rate_limit", retry_after=600)
    simulator.faults.add("/v1/me", "rate_limit", retry_after=60)
    assert sync_user(alice).retry_after == 600
    now = clock.now()
    for seconds in (30, 600, 90):
        with transaction() as session:
            connections.remember_wait(session, seconds, now=now)
    assert seconds_left() > 590


def test_a_clock_that_was_ahead_keeps_nobody_waiting(simulator: Simulator) -> None:
    alice = connected(simulator)
    now = clock.now()
    with transaction() as session:
        connections.remember_wait(session, 60, now=now + timedelta(days=150))
    assert seconds_left() == 0
    assert sync_standing(alice, now).next_sync_at is None
    with transaction() as session:
        connections.remember_wait(session, 60, now=now)
    assert 50 < seconds_left() <= 60, "a real wait takes its place"
    assert sync_standing(alice, now).next_sync_at is not None


def test_another_application_does_not_wait(make_app: MakeApp, simulator: Simulator) -> None:
    with transaction() as session:
        connections.remember_wait(session, 600, now=clock.now())
    assert seconds_left() > 590
    with make_app(SPOTIFY_CLIENT_ID="another").app_context():
        assert seconds_left() == 0


def test_two_syncs_that_are_told_to_wait_at_the_same_moment(in_app: Flask) -> None:
    told: list[int] = []
    starting = Barrier(2, timeout=10)

    def remember(seconds: int) -> None:
        with in_app.app_context():
            starting.wait()
            with transaction() as session:
                connections.remember_wait(session, seconds, now=clock.now())
            told.append(seconds)

    for _round in range(5):
        with transaction() as session:
            session.execute(delete(SpotifyWait))
        threads = [Thread(target=remember, args=(seconds,)) for seconds in (60, 600)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert seconds_left() > 590
    assert len(told) == 10


def test_a_wait_is_over_to_the_second(simulator: Simulator) -> None:
    alice = connected(simulator)
    now = clock.now()
    with transaction() as session:
        connections.remember_wait(session, 60, now=now)
    end_reading()
    until = db.session.scalar(select(SpotifyWait.refused_until))
    assert until == now + timedelta(seconds=60)
    assert connections.wait_seconds(now + timedelta(seconds=59.5)) == 1
    assert connections.wait_seconds(now + timedelta(seconds=60)) == 0
    assert sync_user(alice).state is SyncState.SPOTIFY_FAILED


def test_no_call_follows_once_spotify_has_asked_for_a_wait(simulator: Simulator) -> None:
    """Even where other calls were told that their token is old: refreshing it would be a call, too."""
    alice = connected(simulator)
    simulator.faults.add(RECENT, "rate_limit", retry_after=600)
    simulator.faults.add("/v1/me/top", "status", status=401)
    outcome = sync_user(alice)
    assert (outcome.state, outcome.retry_after) == (SyncState.SPOTIFY_FAILED, 600)
    assert len(simulator.calls) == 7
    assert simulator.calls_to("/api/token") == []
