"""What a day adds up to."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from spotistats.services.days import DayTotals, HeardPlay, each_total, total

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def day(*heard: tuple[str, str | None, int]) -> DayTotals:
    totals = total(HeardPlay(NOON, track, artist, ms) for track, artist, ms in heard)
    assert totals is not None
    return totals


def test_a_day_without_plays_is_no_day() -> None:
    assert total([]) is None


@pytest.mark.parametrize(
    ("ms_played", "minutes"),
    [(0, 0), (29_999, 0), (30_000, 1), (89_999, 1), (90_000, 2), (150_000, 3), (86_400_000, 1440)],
)
def test_minutes_are_rounded_half_up(ms_played: int, minutes: int) -> None:
    assert day(("a", "x", ms_played)).minutes == minutes


def test_rounding_is_of_the_sum() -> None:
    assert day(("a", "x", 20_000), ("b", "x", 20_000), ("c", "x", 20_000)).minutes == 1


def test_the_top_has_the_most_plays() -> None:
    totals = day(("long", "x", 500_000), ("short", "y", 1), ("short", "y", 1))
    assert (totals.top_track_id, totals.top_artist_id, totals.plays) == ("short", "y", 3)


def test_among_equals_the_most_milliseconds() -> None:
    totals = day(("a", "x", 1_000), ("b", "y", 2_000))
    assert (totals.top_track_id, totals.top_artist_id) == ("b", "y")


def test_among_equals_still_the_smallest_id_by_code_point() -> None:
    totals = day(*[(name, name, 1_000) for name in ("b", "a", "é", "Z", "😀")])
    assert (totals.top_track_id, totals.top_artist_id) == ("Z", "Z")


def test_an_artist_s_plays_are_those_of_all_its_tracks() -> None:
    totals = day(("a", "x", 1_000), ("b", "x", 1_000), ("c", "y", 9_000))
    assert (totals.top_track_id, totals.top_artist_id) == ("c", "x")


def test_a_day_of_tracks_that_name_nobody_has_no_top_artist() -> None:
    assert day(("a", None, 1_000)).top_artist_id is None
    assert day(("a", None, 1_000), ("a", None, 1_000), ("b", "x", 1)).top_artist_id == "x"


def every_ten_minutes(first: datetime, days: int) -> Iterator[HeardPlay]:
    for number in range(days * 144):
        yield HeardPlay(first + timedelta(minutes=10 * number), "a", "x", 1_000)


@pytest.mark.parametrize(
    ("zone", "first", "unusual"),
    [
        # A minute after midnight it was 23:01 again: the play of midnight is the next day's.
        (
            "America/St_Johns",
            datetime(2010, 11, 5, tzinfo=UTC),
            {date(2010, 11, 6): 149, date(2010, 11, 7): 145},
        ),
        ("America/St_Johns", datetime(2010, 3, 12, tzinfo=UTC), {date(2010, 3, 14): 23 * 6}),
        ("Europe/Berlin", datetime(2026, 10, 23, tzinfo=UTC), {date(2026, 10, 25): 25 * 6}),
        ("Europe/Berlin", datetime(2026, 3, 27, tzinfo=UTC), {date(2026, 3, 29): 23 * 6}),
        ("Pacific/Apia", datetime(2011, 12, 28, tzinfo=UTC), {date(2011, 12, 30): 0}),
        ("Asia/Kathmandu", datetime(2026, 3, 27, tzinfo=UTC), {}),
    ],
)
def test_each_day_is_counted_once_whatever_the_clocks_do(
    zone: str, first: datetime, unusual: dict[date, int]
) -> None:
    where = ZoneInfo(zone)
    heard = list(every_ten_minutes(first, 5))
    found = list(each_total(heard, where))
    counts = Counter(play.played_at.astimezone(where).date() for play in heard)
    assert [day for day, _totals in found] == sorted(counts)
    assert {day: totals.plays for day, totals in found} == counts
    assert {day: counts[day] for day in unusual} == unusual


def test_days_are_told_while_the_plays_still_come() -> None:
    """So that a million plays need no more memory than a few days of them."""
    plays = every_ten_minutes(NOON, 1_000)
    found = each_total(plays, ZoneInfo("America/St_Johns"))
    assert next(found)[0] == date(2026, 1, 1)
    assert next(plays).played_at <= NOON + timedelta(days=3)
    assert sum(1 for _ in found) == 1_000
