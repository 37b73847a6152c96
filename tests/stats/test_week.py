"""The last seven days against an independent count."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from spotistats.stats.week import Week, week
from tests.stats.slow_count import (
    ZONES,
    day_of,
    few_examples,
    leader,
    listening,
    slow_days,
    week_before,
    week_until,
)
from tests.support.rows import Heard, empty_tables, store_listener, store_plays

# The clocks of Berlin, Beirut, Havana and Lord Howe change within these weeks, Santiago's a little later.
START = datetime(2026, 3, 20, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 20, tzinfo=UTC)
NOISE = [Heard(START + timedelta(hours=5 * number), "z1", 600_000) for number in range(100)]


def stored_week(heard: list[Heard], zone: str, today: date) -> Week:
    """Return the week of a listener who heard that, among others who heard something else."""
    empty_tables()
    before = store_listener("before", timezone=zone)
    listener = store_listener("listener", timezone=zone)
    store_plays(before, NOISE, timezone=zone)
    store_plays(listener, heard, timezone=zone)
    store_plays(store_listener("after"), [Heard(play.played_at, "a1", 1) for play in heard[:5]])
    return week(listener, today, ZoneInfo(zone))


def told(found: Week) -> tuple[object, ...]:
    """Return what the week tells, as `counted` does."""
    days = [(day.date, day.minutes, day.plays) for day in found.days]
    top = [(top.name, top.plays) if top else None for top in (found.leaders.track, found.leaders.artist)]
    return days, found.minutes, found.minutes_before, found.active_days, top


def counted(heard: list[Heard], zone: str, today: date) -> tuple[object, ...]:
    """Return what a week has to tell, counted slowly."""
    slow = slow_days(heard, zone)
    week_days, before = week_until(today), week_before(today)
    days = [(day, slow[day].minutes, slow[day].plays) if day in slow else (day, 0, 0) for day in week_days]
    inside = [play for play in heard if day_of(play, zone) in week_days]
    leaders = [leader(inside, kind) if inside else None for kind in ("track_id", "artist_id")]
    return (
        days,
        sum(minutes for _day, minutes, _plays in days),
        sum(slow[day].minutes for day in before if day in slow),
        len(slow.keys() & set(week_days)),
        [(f"Name of {top[0]}", top[1]) if top else None for top in leaders],
    )


@few_examples
@given(data=st.data())
def test_any_listening_in_any_zone(tables: Flask, data: st.DataObject) -> None:
    start = data.draw(st.sampled_from([START, AUTUMN]))
    heard = data.draw(listening(start, days=18))
    zone = data.draw(st.sampled_from(ZONES))
    today = start.date() + timedelta(days=data.draw(st.integers(6, 16)))
    assert told(stored_week(heard, zone, today)) == counted(heard, zone, today)


@pytest.mark.parametrize(
    ("zone", "today", "instant"),
    [
        ("Europe/Berlin", date(2026, 3, 29), "2026-03-28T23:00:00Z"),  # A day of 23 hours begins …
        ("Europe/Berlin", date(2026, 3, 29), "2026-03-29T21:59:59.999Z"),  # … and ends.
        ("Europe/Berlin", date(2026, 10, 25), "2026-10-25T22:59:59.999Z"),  # A day of 25 hours ends.
        ("America/Santiago", date(2026, 9, 6), "2026-09-06T04:00:00Z"),  # Midnight does not exist.
        ("America/Santiago", date(2026, 4, 4), "2026-04-05T03:59:59.999Z"),  # Saturday's last hour, again.
        ("America/Havana", date(2026, 11, 1), "2026-11-01T04:00:00Z"),  # The first of two midnights.
        ("Pacific/Kiritimati", date(2026, 3, 2), "2026-03-01T10:00:00Z"),
        ("Pacific/Pago_Pago", date(2026, 3, 1), "2026-03-02T10:59:59.999Z"),
    ],
)
def test_a_play_at_the_edge_of_a_day(tables: Flask, zone: str, today: date, instant: str) -> None:
    play = Heard(datetime.fromisoformat(instant), "a1", 60_000)
    found = stored_week([play], zone, today)
    assert [day.minutes for day in found.days] == [0, 0, 0, 0, 0, 0, 1]
    assert found.leaders.track is not None
    assert found.leaders.artist is not None
    outside = stored_week([play], zone, today - timedelta(days=1))
    assert (outside.minutes, outside.active_days, outside.leaders.track) == (0, 0, None)
    a_week_later = stored_week([play], zone, today + timedelta(days=7))
    assert (a_week_later.minutes, a_week_later.minutes_before) == (0, 1)


@pytest.mark.parametrize(
    ("before", "now", "percent"),
    [
        (0, 10, None),
        (0, 0, None),
        (10, 15, 50),
        (10, 5, -50),
        (10, 0, -100),
        (10, 10, 0),
        (1, 10_000, 999_900),
    ],
)
def test_the_change_against_the_week_before(
    tables: Flask, before: int, now: int, percent: int | None
) -> None:
    today = date(2026, 3, 14)
    noon = datetime(2026, 3, 14, 12, tzinfo=UTC)
    heard = [Heard(noon - timedelta(days=7), "a1", before * 60_000), Heard(noon, "a1", now * 60_000)]
    assert stored_week(heard, "UTC", today).change_percent == percent
