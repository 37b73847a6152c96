"""What a day adds up to."""

from datetime import UTC, datetime

import pytest

from spotistats.services.days import DayTotals, HeardPlay, total

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
