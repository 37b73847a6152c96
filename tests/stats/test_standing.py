"""How things stand with Spotify, as the dashboard tells it."""

from datetime import UTC, datetime, timedelta

from flask import Flask

from spotistats.extensions import transaction
from spotistats.models import SpotifyConnection, SpotifyWait, SyncRun, User
from spotistats.stats.standing import sync_standing
from tests.support.rows import store_listener

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def connect(user_id: int, *, days_ago: int, broken: bool = False) -> None:
    with transaction() as session:
        session.add(
            SpotifyConnection(
                user_id=user_id,
                access_token="x",
                refresh_token="x",
                access_token_expires_at=NOW,
                consented_at=NOW - timedelta(days=days_ago),
                needs_reconnect_since=NOW if broken else None,
            )
        )


def run(user_id: int, number: int, status: str, *, ended: datetime, **values: object) -> None:
    with transaction() as session:
        session.add(
            SyncRun(user_id=user_id, id=number, started_at=ended, finished_at=ended, status=status, **values)
        )


def test_before_the_first_sync(tables: Flask) -> None:
    listener, other = store_listener("listener"), store_listener("other")
    connect(other, days_ago=1)
    run(other, 1, "succeeded", ended=NOW, plays_added=3)
    standing = sync_standing(listener, NOW)
    assert standing.last_success_at is None
    assert standing.next_sync_at is None
    assert not standing.is_connected
    assert standing.needs_reconnect
    assert not standing.is_running
    assert not standing.ends_soon(NOW)


def test_only_a_success_counts_as_the_last_sync(tables: Flask) -> None:
    listener = store_listener("listener")
    connect(listener, days_ago=1)
    run(listener, 1, "succeeded", ended=NOW - hours(3), plays_added=1)
    run(listener, 2, "succeeded", ended=NOW - hours(0.5), plays_added=7)
    run(listener, 3, "failed", ended=NOW - hours(0.2))
    run(listener, 4, "partial", ended=NOW - hours(0.1), plays_added=9)
    standing = sync_standing(listener, NOW)
    assert (standing.last_success_at, standing.plays_added) == (NOW - hours(0.5), 7)
    assert standing.next_sync_at == NOW + hours(0.5)
    assert sync_standing(listener, NOW + hours(0.5)).next_sync_at is None
    assert not standing.needs_reconnect


def test_a_sync_from_the_future_is_not_the_last_one(tables: Flask) -> None:
    listener = store_listener("listener")
    run(listener, 1, "succeeded", ended=NOW + timedelta(days=30), plays_added=50)
    standing = sync_standing(listener, NOW)
    assert (standing.last_success_at, standing.next_sync_at) == (None, None)
    run(listener, 2, "succeeded", ended=NOW - hours(0.5), plays_added=7)
    standing = sync_standing(listener, NOW)
    assert (standing.last_success_at, standing.plays_added) == (NOW - hours(0.5), 7)
    assert standing.next_sync_at == NOW + hours(0.5)
    just_now = NOW + timedelta(seconds=20)
    run(listener, 3, "succeeded", ended=just_now, plays_added=2)
    assert sync_standing(listener, NOW).last_success_at == just_now, "by a clock that differs a little"


def test_the_longer_of_two_waits(tables: Flask) -> None:
    listener = store_listener("listener")
    run(listener, 1, "succeeded", ended=NOW - hours(0.5), plays_added=0)
    with transaction() as session:
        session.add(SpotifyWait(client_id="simulator-client", refused_until=NOW + hours(20)))
        session.add(SpotifyWait(client_id="another", refused_until=NOW + hours(90)))
    assert sync_standing(listener, NOW).next_sync_at == NOW + hours(20)


def test_a_lock_that_has_run_out_is_no_running_sync(tables: Flask) -> None:
    listener = store_listener("listener")
    with transaction() as session:
        session.get_one(User, listener).sync_lock_expires_at = NOW + hours(0.01)
    assert sync_standing(listener, NOW).is_running
    assert not sync_standing(listener, NOW + hours(0.01)).is_running


def test_the_reminder_comes_three_weeks_before_the_permission_ends(tables: Flask) -> None:
    for days_ago, is_soon in ((1, False), (160, False), (162, True), (181, True), (200, True)):
        listener = store_listener(f"listener {days_ago}")
        connect(listener, days_ago=days_ago)
        assert sync_standing(listener, NOW).ends_soon(NOW) is is_soon, days_ago
    broken = store_listener("broken")
    connect(broken, days_ago=1, broken=True)
    assert sync_standing(broken, NOW).needs_reconnect
