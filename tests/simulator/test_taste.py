from collections import Counter
from datetime import date, timedelta

import pytest

from spotistats.simulator.catalog import make_catalog
from spotistats.simulator.randomness import stream
from spotistats.simulator.taste import Taste, week_of

LIKED = {"jazz": 3.0, "metal": 2.0}
MONDAY = date(2025, 3, 3)


@pytest.fixture(scope="module")
def taste() -> Taste:
    return Taste(make_catalog(7), 7, "somebody", LIKED)


def test_weeks_begin_on_monday() -> None:
    assert week_of(date(2025, 3, 9)) == MONDAY
    assert week_of(MONDAY) == MONDAY


def test_liked_styles_are_picked_most(taste: Taste) -> None:
    chance = stream("picks")
    weeks = [MONDAY + timedelta(weeks=week) for week in range(52)]
    picks = Counter(taste.artists(week, "commute").pick(chance).style for week in weeks for _ in range(20))
    assert picks["jazz"] + picks["metal"] > sum(picks.values()) / 2


def test_mood_matters(taste: Taste) -> None:
    chance = stream("picks")
    sport = Counter(taste.artists(MONDAY, "sport").pick(chance).style for _ in range(600))
    calm = Counter(taste.artists(MONDAY, "calm").pick(chance).style for _ in range(600))
    assert sport["metal"] > 2 * calm["metal"]
    assert calm["jazz"] > 2 * sport["jazz"]


def test_favourites_change_over_the_months(taste: Taste) -> None:
    def favourites(week: date) -> set[str]:
        known = taste.artists(week, "commute")
        weights = [after - before for before, after in zip([0.0, *known.sums], known.sums, strict=False)]
        ranked = sorted(zip(weights, known.items, strict=True), key=lambda pair: -pair[0])
        return {artist.id for _, artist in ranked[:10]}

    now = favourites(MONDAY)
    assert len(now & favourites(MONDAY + timedelta(weeks=1))) >= 7
    assert len(now & favourites(MONDAY + timedelta(weeks=60))) <= 8


def test_artists_are_discovered_over_the_years(taste: Taste) -> None:
    known = [len(taste.artists(date(year, 1, 7), "commute").items) for year in range(2019, 2028)]
    assert known == sorted(known)
    assert known[0] < 80
    assert known[-1] > known[0] + 30


def test_nothing_is_heard_before_its_release(taste: Taste) -> None:
    heard = [
        track
        for artist in taste.artists(MONDAY, "commute").items
        for track in taste.tracks(artist.id, MONDAY).items
    ]
    assert len(heard) > 100
    assert all(track.album.released <= MONDAY for track in heard)


def test_the_song_of_the_week_lasts_a_week(taste: Taste) -> None:
    songs = [taste.song_of_the_week(MONDAY + timedelta(weeks=week)).id for week in range(20)]
    assert taste.song_of_the_week(MONDAY).id == songs[0]
    assert len(set(songs)) > 15
