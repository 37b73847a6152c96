"""What is known of a listener's days, against a reckoning moment by moment."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from spotistats.stats.coverage import Coverage, Gap, Known, coverage, gaps_since
from tests.stats.slow_count import ZONES
from tests.support.rows import Heard, store_listener, store_plays, store_sync

UTC_ZONE, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")
QUARTER = timedelta(minutes=15)
STEP = QUARTER / 2  # A gap of a quarter then has a moment within it.
# The clocks of most of the zones change within the weeks that follow one of these.
STARTS = (datetime(2026, 3, 25, tzinfo=UTC), datetime(2026, 10, 20, tzinfo=UTC))
QUARTERS = 14 * 96


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}:00Z")


def november(*days: int) -> frozenset[date]:
    return frozenset(date(2026, 11, day) for day in days)


END = at("11-30T00:00")
WHOLE = Coverage(at("11-02T10:00"), at("11-12T18:00"), ())
TORN = Coverage(at("11-02T10:00"), at("11-12T18:00"), (Gap(at("11-05T20:00"), at("11-08T07:00")),))


@st.composite
def coverages(draw: st.DrawFn) -> Coverage:
    """Make a history that begins, ends and has gaps between plays that are stored."""
    start = draw(st.sampled_from(STARTS))
    places = sorted(draw(st.sets(st.integers(0, QUARTERS), min_size=2, max_size=8)))
    begins, *between, ends = [start + place * QUARTER for place in places]
    pairs = zip(between[::2], between[1::2], strict=False)
    return Coverage(begins, ends, tuple(Gap(*pair) for pair in reversed(list(pairs))))


def seen(covered: Coverage, where: ZoneInfo) -> dict[date, list[bool]]:
    """Return for many moments of each local date whether each is covered; the plays at the edges are."""
    assert covered.begins_at is not None
    assert covered.ends_at is not None
    days: dict[date, list[bool]] = {}
    start = covered.begins_at.replace(hour=0, minute=0) - timedelta(days=3)
    for number in range(2 * (QUARTERS + 6 * 96)):
        moment = start + number * STEP
        inside = covered.begins_at <= moment <= covered.ends_at
        in_gap = any(gap.started_at < moment < gap.ended_at for gap in covered.gaps)
        days.setdefault(moment.astimezone(where).date(), []).append(inside and not in_gap)
    return days


@settings(max_examples=150, deadline=None, derandomize=True)
@given(covered=coverages(), zone=st.sampled_from(ZONES), data=st.data())
def test_any_history_in_any_zone(covered: Coverage, zone: str, data: st.DataObject) -> None:
    where = ZoneInfo(zone)
    days = seen(covered, where)
    dates = sorted(days)[1:-1]
    unknown = {day for day in dates if not any(days[day])}
    assert covered.unknown_days(dates[0], dates[-1], where) == unknown
    assert {day for day in dates if covered.unknown_days(day, day, where)} == unknown

    first, last = sorted(data.draw(st.tuples(st.sampled_from(dates), st.sampled_from(dates))))
    before = [is_covered for day in dates if first <= day < last for is_covered in days[day]]
    later = last + timedelta(days=data.draw(st.integers(1, 400)))
    assert covered.is_whole(first, last, where, today=later) == all(before + days[last])
    assert covered.ends_at is not None
    so_far = days[last]
    if covered.ends_at.astimezone(where).date() == last:  # What comes after the sync has not been missed.
        so_far = so_far[: len(so_far) - so_far[::-1].index(True)]
    assert covered.is_whole(first, last, where, today=last) == all(before + so_far)


def test_a_history_without_gaps() -> None:
    assert WHOLE.unknown_days(date(2026, 11, 1), date(2026, 11, 13), UTC_ZONE) == november(1, 13)
    assert WHOLE.is_whole(date(2026, 11, 3), date(2026, 11, 12), UTC_ZONE, today=date(2026, 11, 12))
    assert not WHOLE.is_whole(date(2026, 11, 2), date(2026, 11, 12), UTC_ZONE, today=date(2026, 11, 12)), (
        "its first day began unseen"
    )
    assert not WHOLE.is_whole(date(2026, 11, 3), date(2026, 11, 13), UTC_ZONE, today=date(2026, 11, 13)), (
        "nobody has looked today"
    )


def test_a_gap_hides_the_days_between_its_ends() -> None:
    assert TORN.unknown_days(date(2026, 11, 1), date(2026, 11, 14), UTC_ZONE) == november(1, 6, 7, 13, 14)
    assert TORN.is_whole(date(2026, 11, 9), date(2026, 11, 12), UTC_ZONE, today=date(2026, 11, 12))
    assert not TORN.is_whole(date(2026, 11, 8), date(2026, 11, 12), UTC_ZONE, today=date(2026, 11, 12))
    assert not TORN.is_whole(date(2026, 11, 3), date(2026, 11, 12), UTC_ZONE, today=date(2026, 11, 12))


def test_days_are_the_listeners_own() -> None:
    late = Coverage(at("11-02T23:30"), at("11-12T22:59"), ())
    assert late.unknown_days(date(2026, 11, 2), date(2026, 11, 13), UTC_ZONE) == november(13)
    assert late.unknown_days(date(2026, 11, 2), date(2026, 11, 13), BERLIN) == november(2, 13)
    assert late.is_whole(date(2026, 11, 3), date(2026, 11, 12), UTC_ZONE, today=date(2026, 11, 12))
    assert not late.is_whole(date(2026, 11, 3), date(2026, 11, 12), BERLIN, today=date(2026, 11, 12)), (
        "begins half an hour late"
    )
    assert late.is_whole(date(2026, 11, 4), date(2026, 11, 12), BERLIN, today=date(2026, 11, 12))


@pytest.mark.parametrize(("begins", "is_whole"), [("10-24T22:00", True), ("10-24T22:01", False)])
def test_a_day_of_25_hours_begins_in_summer(begins: str, is_whole: bool) -> None:
    covered = Coverage(at(begins), at("10-25T22:59"), ())
    assert (
        covered.is_whole(date(2026, 10, 25), date(2026, 10, 25), BERLIN, today=date(2026, 10, 25)) is is_whole
    )


def test_nothing_is_known_without_plays() -> None:
    nothing = Coverage(None, at("11-12T18:00"), ())
    assert nothing.unknown_days(date(2026, 11, 12), date(2026, 11, 12), UTC_ZONE)
    assert nothing.unknown_days(date(2026, 11, 1), date(2026, 11, 2), UTC_ZONE) == november(1, 2)
    assert not nothing.is_whole(date(2026, 11, 12), date(2026, 11, 12), UTC_ZONE, today=date(2026, 11, 12))


def test_what_is_known_of_a_span() -> None:
    first, today = date(2026, 11, 1), date(2026, 11, 13)
    assert TORN.of_span(first, today, UTC_ZONE, today=today, heard=[date(2026, 11, 7)]) == Known(
        is_whole=False,
        unknown=november(1, 6, 13),
        begins=date(2026, 11, 2),
        ends=date(2026, 11, 12),
        breaks_off_at=None,
        gaps=TORN.gaps,
    )
    first, last = date(2026, 11, 6), date(2026, 11, 12)
    for today, is_whole, breaks_off_at in ((last, True, None), (date(2026, 11, 13), False, WHOLE.ends_at)):
        assert WHOLE.of_span(first, last, UTC_ZONE, today=today) == Known(
            is_whole=is_whole,
            unknown=frozenset(),
            begins=None,
            ends=None,
            breaks_off_at=breaks_off_at,
            gaps=(),
        )


def test_what_is_stored_of_it(tables: Flask) -> None:
    listener, other = store_listener("listener"), store_listener("other")
    start = at("11-02T10:00")
    assert coverage(listener, start, END) == Coverage(None, None, ())
    store_plays(listener, [Heard(start + timedelta(hours=hour), "a1") for hour in (0, 3, 40)])
    store_plays(other, [Heard(start - timedelta(days=9), "b1")])
    store_sync(other, 1, ended=at("11-20T10:00"))
    assert coverage(listener, start, END) == Coverage(start, start + timedelta(hours=40), ()), "never synced"
    early = start + timedelta(hours=4)
    assert coverage(listener, start, early).ends_at == start + timedelta(hours=3), "a clock was ahead"

    gap = Gap(start + timedelta(hours=3), start + timedelta(hours=40))
    store_sync(listener, 1, ended=at("11-05T10:00"), gap_started_at=gap.started_at, gap_ended_at=gap.ended_at)
    store_sync(listener, 2, ended=at("11-06T10:00"), status="partial", plays_added=None)
    store_sync(listener, 3, ended=at("11-06T11:00"), status="failed")
    assert coverage(listener, start, END) == Coverage(start, at("11-05T10:00"), (gap,))
    store_sync(listener, 4, ended=at("11-07T10:00"), status="partial", plays_added=0)
    assert coverage(listener, gap.ended_at, END) == Coverage(start, at("11-07T10:00"), ())
    for number, status in ((5, "succeeded"), (6, "partial")):
        store_sync(listener, number, ended=END + timedelta(days=30), status=status)
    assert coverage(listener, start, END).ends_at == at("11-07T10:00"), "a clock was ahead"


def test_gaps_that_reach_into_the_span_newest_first(tables: Flask) -> None:
    noon = at("11-10T12:00")
    listener, other = store_listener("listener"), store_listener("other")
    for number, (start, end) in enumerate([(9, 8), (6, 5), (3, 1)], start=1):
        gap = {"gap_started_at": noon - timedelta(hours=start), "gap_ended_at": noon - timedelta(hours=end)}
        store_sync(listener, number, ended=noon, **gap)
        store_sync(other, number, ended=noon, **gap)
    store_sync(listener, 4, ended=noon)
    assert gaps_since(listener, noon - timedelta(hours=5.5)) == (
        Gap(noon - timedelta(hours=3), noon - timedelta(hours=1)),
        Gap(noon - timedelta(hours=6), noon - timedelta(hours=5)),
    )
    assert gaps_since(listener, noon) == ()


def test_a_gap_that_two_syncs_saw_is_told_once_as_long_as_it_is(tables: Flask) -> None:
    noon = at("11-10T12:00")
    listener = store_listener("listener")
    for number, end in enumerate([noon - timedelta(hours=2), noon - timedelta(hours=1)], start=1):
        store_sync(listener, number, ended=noon, gap_started_at=noon - timedelta(hours=9), gap_ended_at=end)
    assert gaps_since(listener, noon - timedelta(days=1)) == (
        Gap(noon - timedelta(hours=9), noon - timedelta(hours=1)),
    )
