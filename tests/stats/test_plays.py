"""Plays one by one: the latest, newest first, and those of a day, in the order in which they were heard."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import update

from spotistats import clock
from spotistats.extensions import transaction
from spotistats.models import Track
from spotistats.stats.day import day
from spotistats.stats.plays import PAGE_SIZE, ShownPlay, plays_of, recent_plays
from tests.support.rows import Heard, store_listener, store_plays

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TONIGHT = NOON + timedelta(hours=12)
THE_DAY = clock.span(NOON.date(), NOON.date(), ZoneInfo("UTC"))


def tracks(plays: Iterable[ShownPlay]) -> list[str]:
    return [play.track.removeprefix("Name of ") for play in plays]


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
    assert tracks(recent_plays(listener, 10, TONIGHT)) == ["😀1", "ｚ1", "b1", "a1", "B1"]
    assert len(recent_plays(listener, 2, TONIGHT)) == 2


def test_the_plays_of_a_day_oldest_first(tables: Flask) -> None:
    listener, other = store_listener("listener"), store_listener("other")
    store_plays(listener, [Heard(NOON + timedelta(minutes=number), "a1") for number in (2, 1)])
    store_plays(listener, [Heard(NOON + timedelta(days=days), "b1") for days in (-1, 0, 1)])
    store_plays(other, [Heard(NOON, "z1")])
    assert tracks(plays_of(listener, THE_DAY).plays) == ["b1", "a1", "a1"]
    assert plays_of(store_listener("silent"), THE_DAY).plays == ()


def test_a_track_that_names_nobody(tables: Flask) -> None:
    listener = store_listener("listener")
    store_plays(listener, [Heard(NOON)])
    with transaction() as session:
        session.execute(update(Track).values(artist_name=""))
    [play] = plays_of(listener, THE_DAY).plays
    assert play.artist_name == ""


@pytest.mark.parametrize(
    ("zone", "the_day"),
    [
        ("UTC", date(2026, 3, 1)),
        ("Pacific/Kiritimati", date(2026, 3, 1)),
        ("Asia/Kathmandu", date(2026, 3, 1)),
        ("America/St_Johns", date(2010, 11, 6)),  # Its last hour came twice, the second time after midnight.
        ("America/St_Johns", date(2010, 11, 7)),
        ("America/Havana", date(2026, 3, 8)),  # Has no midnight.
        ("America/Havana", date(2026, 11, 1)),  # Has two.
        ("Pacific/Apia", date(2011, 12, 29)),  # Was followed by the 31st.
        ("Europe/Berlin", date(2026, 10, 25)),
    ],
)
def test_every_play_of_the_local_day_and_no_other(tables: Flask, zone: str, the_day: date) -> None:
    where = ZoneInfo(zone)
    noon = datetime(the_day.year, the_day.month, the_day.day, 12, tzinfo=UTC)
    quarters = [noon + timedelta(minutes=15 * number) for number in range(-200, 200)]
    moments = sorted(
        {moment for quarter in quarters for moment in (quarter, quarter - timedelta.resolution * 1000)}
    )
    listener = store_listener("listener", timezone=zone)
    store_plays(listener, [Heard(moment, "a1", 1) for moment in moments], timezone=zone)
    shown: list[ShownPlay] = []
    for page in (1, 2, 3, 4):
        found = plays_of(listener, clock.span(the_day, the_day, where), page=page)
        shown += found.plays
        if found.is_last:
            break
    expected = [moment for moment in moments if moment.astimezone(where).date() == the_day]
    assert [play.played_at for play in shown] == expected
    assert day(listener, the_day).plays == len(expected)


def test_a_day_of_ten_thousand_plays_comes_in_pages(tables: Flask) -> None:
    listener = store_listener("listener")
    start = datetime(2026, 3, 1, tzinfo=UTC)
    heard = [
        Heard(start + timedelta(seconds=8 * (number // 2)), f"a{number % 2}") for number in range(10_000)
    ]
    store_plays(listener, heard)
    first, last = plays_of(listener, THE_DAY), plays_of(listener, THE_DAY, page=100)
    assert (len(first.plays), first.is_last) == (PAGE_SIZE, False)
    assert (len(last.plays), last.is_last) == (PAGE_SIZE, True)
    assert tracks(first.plays)[:4] == ["a0", "a1", "a0", "a1"], "two that ended together, by id"
    assert last.plays[-1].played_at == heard[-1].played_at
    beyond = plays_of(listener, THE_DAY, page=101)
    assert (beyond.plays, beyond.is_last) == ((), True)
