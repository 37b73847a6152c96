"""How often a day's leaders were played on it, and on no other day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask

from spotistats.stats.leaders import LeaderPlays, leader_plays
from tests.support.rows import Heard, store_listener, store_plays

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
THE_DAY = date(2026, 3, 1)


def test_the_plays_of_the_day_s_artist_and_track(tables: Flask) -> None:
    listener, other = store_listener("listener"), store_listener("other")
    heard = ["a1", "a2", "a2", "b1", "b1", "b1", "a3"]
    store_plays(listener, [Heard(NOON + timedelta(minutes=at), track) for at, track in enumerate(heard)])
    store_plays(listener, [Heard(NOON + timedelta(days=day), "b1") for day in (-1, 1)])
    store_plays(other, [Heard(NOON + timedelta(minutes=at), "b1") for at in range(9)])
    assert leader_plays(listener, THE_DAY, ZoneInfo("UTC")) == LeaderPlays(artist=4, track=3)
    assert leader_plays(listener, date(2026, 3, 9), ZoneInfo("UTC")) == LeaderPlays(artist=0, track=0)


def test_where_midnight_comes_twice_a_play_counts_on_its_own_date(tables: Flask) -> None:
    """Newfoundland went from one minute past midnight of the seventh back into the sixth."""
    zone = "America/St_Johns"
    listener = store_listener("listener", timezone=zone)
    minutes = (datetime(2010, 11, 7, 2, 30, 30, tzinfo=UTC), datetime(2010, 11, 7, 2, 45, tzinfo=UTC))
    store_plays(listener, [Heard(moment) for moment in minutes], timezone=zone)
    for day in (date(2010, 11, 6), date(2010, 11, 7)):
        assert leader_plays(listener, day, ZoneInfo(zone)) == LeaderPlays(artist=1, track=1)
