"""The latest plays, newest first."""

from datetime import UTC, datetime, timedelta

from flask import Flask

from spotistats.stats.recent import recent_plays
from tests.support.rows import Heard, store_listener, store_plays

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TONIGHT = NOON + timedelta(hours=12)


def test_newest_first_and_no_more_than_asked_for(tables: Flask) -> None:
    listener, other = store_listener("listener"), store_listener("other")
    store_plays(listener, [Heard(NOON - timedelta(minutes=number), f"a{number}") for number in range(30)])
    store_plays(listener, [Heard(NOON + timedelta(days=9), "a99")])  # A clock was ahead.
    store_plays(other, [Heard(NOON + timedelta(minutes=number), "z1") for number in range(30)])
    plays = recent_plays(listener, 10, NOON + timedelta(seconds=1))
    assert [play.track for play in plays] == [f"Name of a{number}" for number in range(10)]
    assert [play.played_at for play in plays] == [NOON - timedelta(minutes=number) for number in range(10)]
    assert {play.artist_name for play in plays} == {"Name of artist-a"}


def test_plays_that_end_together_keep_their_order(tables: Flask) -> None:
    listener = store_listener("listener")
    store_plays(listener, [Heard(NOON, track_id) for track_id in ("b1", "a1", "😀1", "ｚ1", "B1")])
    names = [play.track.removeprefix("Name of ") for play in recent_plays(listener, 10, TONIGHT)]
    assert names == ["😀1", "ｚ1", "b1", "a1", "B1"]
    assert len(recent_plays(listener, 2, TONIGHT)) == 2
