"""Who and what was played most in a span of days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import delete

from spotistats import clock
from spotistats.extensions import transaction
from spotistats.models import TrackArtist
from spotistats.plays import TIME_RANGES, TopArtist, TopLists
from spotistats.services.recording import save_top_lists
from spotistats.stats.leaders import NOBODY, Leader, Leaders, is_tied, leaders
from tests.support.rows import Heard, store_listener, store_plays

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def day(date: date, zone: str = "UTC") -> clock.Span:
    return clock.span(date, date, ZoneInfo(zone))


THE_DAY = day(NOON.date())


def test_the_artist_and_the_track_with_the_most_plays(tables: Flask) -> None:
    listener, other = store_listener("listener"), store_listener("other")
    heard = ["a1", "a2", "a2", "b1", "b1", "b1", "a3"]
    store_plays(listener, [Heard(NOON + timedelta(minutes=at), track) for at, track in enumerate(heard)])
    store_plays(listener, [Heard(NOON + timedelta(days=days), "b1") for days in (-1, 1)])
    store_plays(other, [Heard(NOON + timedelta(minutes=at), "b1") for at in range(9)])
    artist = Leader("Name of artist-a", None, None, plays=4)
    track = Leader("Name of b1", "Name of artist-b", None, plays=3)
    found = leaders(listener, THE_DAY)
    assert found == Leaders(artist, track)
    assert [found.played(least) for least in (3, 4, 5)] == [(artist, track), (artist,), ()]
    assert leaders(listener, day(date(2026, 3, 9))) == NOBODY


def test_where_no_track_names_an_artist_a_track_leads_alone(tables: Flask) -> None:
    listener = store_listener("listener")
    store_plays(listener, [Heard(NOON)])
    with transaction() as session:
        session.execute(delete(TrackArtist))
    found = leaders(listener, THE_DAY)
    assert found.artist is None
    assert [leader.name for leader in found.played(1)] == ["Name of a1"]


@pytest.mark.parametrize(
    ("plays", "winner"),
    [
        ([("a1", 900_000), ("b1", 1), ("b1", 1)], "b1"),
        ([("a1", 1), ("b1", 2)], "b1"),
        ([("b1", 1), ("a1", 1)], "a1"),
        ([("a1", 1), ("B1", 1)], "B1"),
        ([("é1", 1), ("z1", 1)], "z1"),
        ([("😀1", 1), ("ｚ1", 1)], "ｚ1"),
    ],
)
def test_who_leads_a_tie(tables: Flask, plays: list[tuple[str, int]], winner: str) -> None:
    """Most plays, then most milliseconds, then the smallest id by code point, on every database."""
    listener = store_listener("listener")
    store_plays(
        listener,
        [
            Heard(NOON + timedelta(minutes=at), track_id, ms_played)
            for at, (track_id, ms_played) in enumerate(plays)
        ],
    )
    found = leaders(listener, THE_DAY)
    assert found.track is not None
    assert found.track.name == f"Name of {winner}"


@pytest.mark.parametrize(
    ("heard", "tied"),
    [
        ("a1 a1 b1 b1", [2]),
        ("a1 a2 b1 b2", [1, 2]),
        ("a1 a1 b1", []),
        ("a1 a1 b1 b1 b1", []),
        ("a1 a2 b1", [1]),
        ("", []),
    ],
)
def test_who_else_has_as_many_plays(tables: Flask, heard: str, tied: list[int]) -> None:
    listener, other = store_listener("listener"), store_listener("other")
    plays = [Heard(NOON + timedelta(minutes=at), track) for at, track in enumerate(heard.split())]
    store_plays(listener, [*plays, *(Heard(NOON + timedelta(days=1, minutes=at), "c1") for at in range(2))])
    store_plays(other, [Heard(NOON + timedelta(minutes=at), "d1") for at in range(2)])
    leading = [least for least in (1, 2, 3) if is_tied(listener, THE_DAY, least=least)]
    assert leading == [least for least in (1, 2, 3) if tied and least <= max(tied)]


def test_where_midnight_comes_twice_a_play_counts_on_its_own_date(tables: Flask) -> None:
    """Newfoundland went from one minute past midnight of the seventh back into the sixth."""
    zone = "America/St_Johns"
    listener = store_listener("listener", timezone=zone)
    minutes = (datetime(2010, 11, 7, 2, 30, 30, tzinfo=UTC), datetime(2010, 11, 7, 2, 45, tzinfo=UTC))
    store_plays(listener, [Heard(moment) for moment in minutes], timezone=zone)
    for date_ in (date(2010, 11, 6), date(2010, 11, 7)):
        found = leaders(listener, day(date_, zone))
        assert [leader.plays for leader in found.played(1)] == [1, 1]


def test_the_artist_has_the_picture_of_spotifys_ranking(tables: Flask) -> None:
    listener, other = store_listener("listener"), store_listener("other")
    store_plays(listener, [Heard(NOON)])
    ranked = TopArtist("artist-a", "Name of artist-a", (), "https://i.scdn.co/image/a", None)
    lists = TopLists(artists=dict.fromkeys(TIME_RANGES, (ranked,)), tracks=dict.fromkeys(TIME_RANGES, ()))
    for user_id, picture in ((other, None), (listener, ranked.image_url)):
        with transaction() as session:
            save_top_lists(session, user_id, lists, now=NOON)
        found = leaders(listener, THE_DAY).artist
        assert found is not None
        assert found.image_url == picture
