"""One local day: its totals, and the nearest days with plays."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask

from spotistats.stats.day import day
from tests.support.rows import Heard, store_listener, store_plays

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
THE_DAY = date(2026, 3, 1)
IN_UTC = ZoneInfo("UTC")


def test_a_day_with_its_totals_and_neighbours(tables: Flask) -> None:
    listener, other = store_listener("listener"), store_listener("other")
    days_ago = (400, 3, 0, -9, -10)
    store_plays(listener, [Heard(NOON - timedelta(days=days), "b1", 60_000) for days in days_ago])
    store_plays(listener, [Heard(NOON + timedelta(minutes=number), "a1", 45_000) for number in (1, 2)])
    store_plays(other, [Heard(NOON - timedelta(days=days), "z1") for days in (-1, 0, 1)])
    found = day(listener, THE_DAY)
    assert (found.minutes, found.plays) == (3, 3), "2.5 minutes, rounded half up"
    assert (found.previous, found.following) == (date(2026, 2, 26), date(2026, 3, 10))


def test_a_day_without_plays_still_has_neighbours(tables: Flask) -> None:
    listener = store_listener("listener")
    store_plays(listener, [Heard(NOON - timedelta(days=1)), Heard(NOON + timedelta(days=1))])
    found = day(listener, THE_DAY)
    assert (found.minutes, found.plays) == (0, 0)
    assert (found.previous, found.following) == (date(2026, 2, 28), date(2026, 3, 2))


def test_a_listener_without_plays_has_no_neighbours(tables: Flask) -> None:
    other = store_listener("other")
    store_plays(other, [Heard(NOON)])
    found = day(store_listener("listener"), THE_DAY)
    assert (found.plays, found.previous, found.following) == (0, None, None)
