"""How long a play lasted: decided once, from its end and that of the play before it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spotistats.plays import Play
from spotistats.services.recording import SettledPlay, settle
from tests.services.histories import History, histories
from tests.services.slow_count import Told, slow_plays
from tests.services.tables import at

SECOND = timedelta(seconds=1)


def ordered(told: Iterable[Told]) -> list[Play]:
    return sorted((play.to_play() for play in told), key=lambda play: play.order)


def lengths(*told: Told, before: datetime | None = None) -> list[int]:
    return [play.ms_played for play in settle(ordered(told), known=set(), before=before)]


def test_the_first_play_ever_lasted_as_long_as_its_track() -> None:
    assert lengths(Told(at("20:00:00"), "a", 180_000)) == [180_000]


@pytest.mark.parametrize(
    ("gap_ms", "ms_played"),
    [
        (0, 180_000),
        (1, 180_000),
        (29_999, 180_000),
        (30_000, 30_000),
        (30_001, 30_001),
        (179_999, 179_999),
        (180_000, 180_000),
        (180_001, 180_000),
        (86_400_000, 180_000),
    ],
)
def test_no_longer_than_the_time_since_the_play_before(gap_ms: int, ms_played: int) -> None:
    first = Told(at("20:00:00"), "a", 200_000)
    second = Told(first.ended + timedelta(milliseconds=gap_ms), "b", 180_000)
    assert lengths(first, second) == [200_000, ms_played]
    assert lengths(second, before=first.ended) == [ms_played]


def test_a_track_shorter_than_the_gap_counts_whole() -> None:
    assert lengths(Told(at("20:00:00"), "a", 20_000), before=at("19:59:20")) == [20_000]


def test_on_the_page_the_play_before_counts_not_a_stored_one() -> None:
    page = [Told(at("20:00:00"), "a", 180_000), Told(at("20:01:00"), "b", 180_000)]
    assert lengths(*page, before=at("19:59:00")) == [60_000, 60_000]


def test_a_known_play_is_left_alone_and_still_ends_before_the_next() -> None:
    page = [Told(at("20:00:00"), "a", 180_000), Told(at("20:01:00"), "b", 180_000)]
    assert settle(ordered(page), known={(at("20:00:00"), "a")}, before=None) == [
        SettledPlay(at("20:01:00"), "b", 60_000)
    ]


def test_of_plays_that_end_together_the_smallest_id_comes_first_and_the_others_count_whole() -> None:
    page = [Told(at("20:01:00"), track_id, 180_000) for track_id in ("b", "é", "B", "a")]
    assert settle(ordered(page), known=set(), before=at("20:00:00")) == [
        SettledPlay(at("20:01:00"), "B", 60_000),
        SettledPlay(at("20:01:00"), "a", 180_000),
        SettledPlay(at("20:01:00"), "b", 180_000),
        SettledPlay(at("20:01:00"), "é", 180_000),
    ]


@pytest.mark.parametrize("order", [(0, 180_000), (180_000, 0)])
def test_of_two_plays_of_one_track_that_end_together_the_longer_is_kept(order: tuple[int, int]) -> None:
    twins = [Told(at("20:01:00"), "a", duration) for duration in order]
    assert lengths(*twins) == [180_000]


def test_an_item_that_is_listed_twice_is_one_play_as_long_as_ever() -> None:
    twin = Told(at("20:01:00"), "a", 240_000)
    assert lengths(twin, twin, before=at("20:00:00")) == [60_000]


def test_nothing_told_is_nothing_settled() -> None:
    assert settle([], known=set(), before=at("20:00:00")) == []


@settings(deadline=None, max_examples=200)
@given(history=histories(), data=st.data())
def test_any_page_is_settled_as_counted_slowly(history: History, data: st.DataObject) -> None:
    listed_twice = data.draw(st.lists(st.sampled_from(history.plays), max_size=3)) if history.plays else []
    settled = settle(ordered([*history.plays, *listed_twice]), known=set(), before=None)
    assert {(play.played_at, play.track_id): play.ms_played for play in settled} == slow_plays(history.plays)
    assert all(play.ms_played >= 0 for play in settled)
