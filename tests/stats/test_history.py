"""Daily listening against an independent count."""

from datetime import UTC, date, datetime, timedelta

from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from spotistats.stats.history import HistoryDay, history
from tests.stats.slow_count import ZONES, few_examples, listening, slow_days
from tests.support.rows import Heard, empty_tables, store_listener, store_plays

START = datetime(2026, 2, 20, tzinfo=UTC)


@few_examples
@given(data=st.data())
def test_any_listening_in_any_zone(tables: Flask, data: st.DataObject) -> None:
    heard = data.draw(listening(START, days=60))
    zone = data.draw(st.sampled_from(ZONES))
    first = START.date() + timedelta(days=data.draw(st.integers(-5, 30)))
    last = first + timedelta(days=data.draw(st.integers(0, 40)))
    empty_tables()
    listener = store_listener("listener", timezone=zone)
    store_plays(store_listener("noise"), [Heard(START + timedelta(hours=h), "z1") for h in range(0, 900, 7)])
    store_plays(listener, heard, timezone=zone)

    found = history(listener, first, last)

    slow = {day: total for day, total in slow_days(heard, zone).items() if first <= day <= last}
    assert [day.date for day in found.days] == sorted(slow, reverse=True)
    for day in found.days:
        expected = slow[day.date]
        assert day == HistoryDay(
            expected.date, expected.minutes, expected.plays, expected.top_artist, expected.top_track
        )
    assert found.minutes == sum(day.minutes for day in slow.values())
    months = sorted({day.replace(day=1) for day in slow}, reverse=True)
    assert [month.first for month in found.months] == months
    for month in found.months:
        own = [total for day, total in slow.items() if day.replace(day=1) == month.first]
        assert month.minutes == sum(day.minutes for day in own)
        assert month.plays == sum(day.plays for day in own)
    if slow:
        assert found.busiest is not None
        most = max(day.minutes for day in slow.values())
        assert found.busiest.date == max(day for day, total in slow.items() if total.minutes == most)
    else:
        assert found.busiest is None


def test_months_of_several_years_do_not_mix(tables: Flask) -> None:
    listener = store_listener("listener")
    store_plays(
        listener, [Heard(datetime(year, 3, 1, 12, tzinfo=UTC), "a1", 60_000) for year in (2024, 2025, 2026)]
    )
    found = history(listener, date(2024, 1, 1), date(2026, 12, 31))
    assert [month.first.year for month in found.months] == [2026, 2025, 2024]
    assert [month.minutes for month in found.months] == [1, 1, 1]
