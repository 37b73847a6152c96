"""The promise of counting: any plays, zone and split into consecutive syncs give the same numbers."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spotistats import clock
from spotistats.extensions import transaction
from spotistats.services import recording
from tests.services.histories import CHANGES, History, histories
from tests.services.slow_count import Told, slow_days, slow_plays
from tests.services.tables import Day, days_of, plays_of, somebody, stamps_of
from tests.support.listeners import moment

shared_database = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FIRST = datetime(2026, 11, 1, tzinfo=UTC)


def sync(user_id: int, told: list[Told], zone: str, *, now: datetime) -> tuple[int, int]:
    """Store a page as a sync does, newest first; return the plays added and the days made anew."""
    where = clock.zone(zone)
    page = [play.to_play() for play in reversed(told)]
    with transaction() as session:
        recorded = recording.record_plays(session, user_id, page, where, full_since=None, now=clock.now())
        days = recording.rebuild_days(session, user_id, recorded.dates, where, now=now)
    return recorded.plays_added, days


Plays = dict[tuple[datetime, str], int]


def counted(history: History) -> tuple[Plays, dict[date, Day]]:
    """Return the plays and the days that a history comes to, counted slowly."""
    lengths = slow_plays(history.plays)
    return lengths, slow_days(lengths, clock.zone(history.zone))


def stored(history: History) -> tuple[Plays, dict[date, Day]]:
    """Store it page by page, then whole, and count it anew; return what is stored at the end.

    What each page changes is looked at on the way, and that nothing changes after the last one.
    """
    where = clock.zone(history.zone)
    lengths = slow_plays(history.plays)
    days = slow_days(lengths, where)
    user_id = somebody(history.zone)
    changed_at: dict[date, tuple[datetime, datetime]] = {}
    known = 0
    for number, page in enumerate(history.pages):
        now = FIRST + timedelta(hours=number)
        added, rebuilt = sync(user_id, history.plays[page], history.zone, now=now)
        new = {key: lengths[key] for key in list(lengths)[known : page.stop]}
        known = page.stop
        assert (added, rebuilt) == (len(new), len(slow_days(new, where)))
        for day in slow_days(new, where):
            changed_at[day] = (changed_at.get(day, (now, now))[0], now)
    assert (plays_of(user_id), days_of(user_id)) == (lengths, days)
    assert stamps_of(user_id) == changed_at

    assert sync(user_id, history.plays, history.zone, now=clock.now()) == (0, 0)
    with transaction() as session:
        recording.rebuild_days(session, user_id, days, where, now=clock.now())
    assert days_of(user_id) == days
    with transaction() as session:
        assert recording.rebuild_all_days(session, user_id, where, now=clock.now()) == len(days)
    return plays_of(user_id), days_of(user_id)


@settings(shared_database, max_examples=150)
@given(history=histories())
def test_any_history_on_sqlite(in_sqlite_app: Flask, history: History) -> None:
    assert stored(history) == counted(history)


@settings(shared_database, max_examples=25)
@given(history=histories(longest=12))
def test_any_history_on_each_database(in_app: Flask, history: History) -> None:
    assert stored(history) == counted(history)


@pytest.mark.parametrize(("zone", "start"), CHANGES)
def test_a_play_each_seven_minutes_over_each_change(in_sqlite_app: Flask, zone: str, start: str) -> None:
    plays = [
        Told(moment(start) + number * timedelta(minutes=7), "ab"[number % 3 > 0], 400_000)
        for number in range(400)
    ]
    pages = [slice(max(0, end - 50), end) for end in range(40, 401, 40)]
    history = History(zone, plays, pages)
    assert stored(history) == counted(history)


@settings(shared_database, max_examples=60)
@given(history=histories(longest=12), zones=st.lists(st.sampled_from(clock.zone_names()), max_size=3))
def test_a_listener_who_travels(in_sqlite_app: Flask, history: History, zones: list[str]) -> None:
    user_id = somebody(history.zone)
    sync(user_id, history.plays, history.zone, now=FIRST)
    lengths = slow_plays(history.plays)
    for number, zone in enumerate(zones):
        with transaction() as session:
            recording.rebuild_all_days(
                session, user_id, clock.zone(zone), now=FIRST + timedelta(hours=number)
            )
        assert days_of(user_id) == slow_days(lengths, clock.zone(zone))
    assert plays_of(user_id) == lengths
