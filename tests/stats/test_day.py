"""One local day: its totals, its plays in order, and the nearest days with plays."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import update

from spotistats.extensions import transaction
from spotistats.models import Track
from spotistats.stats.day import PAGE_SIZE, DayPlay, Leader, day, plays_of
from tests.support.rows import Heard, store_listener, store_plays

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
THE_DAY = date(2026, 3, 1)
IN_UTC = ZoneInfo("UTC")


def tracks(plays: Iterable[DayPlay]) -> list[str]:
    return [play.track.removeprefix("Name of ") for play in plays]


def test_a_day_with_its_leaders_and_neighbours(tables: Flask) -> None:
    listener, other = store_listener("listener"), store_listener("other")
    days_ago = (400, 3, 0, -9, -10)
    store_plays(listener, [Heard(NOON - timedelta(days=days), "b1", 60_000) for days in days_ago])
    store_plays(listener, [Heard(NOON + timedelta(minutes=number), "a1", 45_000) for number in (1, 2)])
    store_plays(other, [Heard(NOON - timedelta(days=days), "z1") for days in (-1, 0, 1)])
    found = day(listener, THE_DAY)
    assert (found.minutes, found.plays) == (3, 3), "2.5 minutes, rounded half up"
    assert found.top_track == Leader("Name of a1", "Name of artist-a", None)
    assert found.top_artist == Leader("Name of artist-a", None, None)
    assert (found.previous, found.following) == (date(2026, 2, 26), date(2026, 3, 10))
    assert tracks(plays_of(listener, THE_DAY, IN_UTC).plays) == ["b1", "a1", "a1"]


def test_a_day_without_plays_still_has_neighbours(tables: Flask) -> None:
    listener = store_listener("listener")
    store_plays(listener, [Heard(NOON - timedelta(days=1)), Heard(NOON + timedelta(days=1))])
    found = day(listener, THE_DAY)
    assert (found.minutes, found.plays, found.top_artist, found.top_track) == (0, 0, None, None)
    assert (found.previous, found.following) == (date(2026, 2, 28), date(2026, 3, 2))
    assert plays_of(listener, THE_DAY, IN_UTC).plays == ()


def test_a_listener_without_plays_has_no_neighbours(tables: Flask) -> None:
    other = store_listener("other")
    store_plays(other, [Heard(NOON)])
    found = day(store_listener("listener"), THE_DAY)
    assert (found.plays, found.previous, found.following) == (0, None, None)


def test_a_track_that_names_nobody(tables: Flask) -> None:
    listener = store_listener("listener")
    store_plays(listener, [Heard(NOON)])
    with transaction() as session:
        session.execute(update(Track).values(artist_name=""))
    [play] = plays_of(listener, THE_DAY, IN_UTC).plays
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
    shown: list[DayPlay] = []
    for page in (1, 2, 3, 4):
        found = plays_of(listener, the_day, where, page=page)
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
    assert day(listener, THE_DAY).plays == 10_000
    first, last = plays_of(listener, THE_DAY, IN_UTC), plays_of(listener, THE_DAY, IN_UTC, page=100)
    assert (len(first.plays), first.is_last) == (PAGE_SIZE, False)
    assert (len(last.plays), last.is_last) == (PAGE_SIZE, True)
    assert tracks(first.plays)[:4] == ["a0", "a1", "a0", "a1"], "two that ended together, by id"
    assert last.plays[-1].played_at == heard[-1].played_at
    beyond = plays_of(listener, THE_DAY, IN_UTC, page=101)
    assert (beyond.plays, beyond.is_last) == ((), True)
