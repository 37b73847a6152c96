import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest

from spotistats.simulator.covers import cover
from spotistats.simulator.life import FIRST_DAY, JONAS, MARA, Life, Person, life_of
from spotistats.simulator.top import top_lists

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 6, 18, 15, 20, tzinfo=UTC)
# In March and in October the clocks change.
DAYS = [date(2026, 1, 1) + timedelta(days=day) for day in range(330)]


@pytest.fixture(scope="module", params=[MARA, JONAS], ids=lambda person: person.id)
def life(request: pytest.FixtureRequest) -> Life:
    person: Person = request.param
    return life_of(person, 7)


def test_plays_end_strictly_in_order_without_overlap(life: Life) -> None:
    plays = [play for day in DAYS for play in life.day(day)]
    assert len(plays) > 5000
    for one, two in pairwise(plays):
        assert one.started_at < one.ended_at <= two.started_at
    assert all(play.ended_at.tzinfo is UTC for play in plays)


def test_no_play_is_longer_than_its_track_and_most_are_whole(life: Life) -> None:
    plays = [play for day in DAYS for play in life.day(day)]
    shares = [
        (play.ended_at - play.started_at) / timedelta(milliseconds=play.track.duration_ms) for play in plays
    ]
    assert max(shares) == 1
    assert 0.85 < sum(share == 1 for share in shares) / len(shares) < 0.99
    assert min(play.ended_at - play.started_at for play in plays) >= timedelta(seconds=30)


def test_ends_are_given_to_the_millisecond(life: Life) -> None:
    ends = [play.ended_at for play in life.day(date(2026, 3, 13)) + life.day(date(2026, 3, 14))]
    assert all(end.microsecond % 1000 == 0 for end in ends)
    assert len({end.microsecond for end in ends}) > len(ends) / 2


def test_each_day_can_be_made_without_those_before(life: Life) -> None:
    fresh = Life(life.person, 7)
    for day in (date(2026, 8, 9), date(2021, 2, 3), date(2024, 2, 29)):
        assert fresh.day(day) == life.day(day)


def test_another_seed_is_another_life() -> None:
    day = date(2026, 3, 4)
    assert life_of(MARA, 1).day(day) != life_of(MARA, 2).day(day)


def test_several_years_and_nothing_before_the_first_day(life: Life) -> None:
    assert life.day(FIRST_DAY - timedelta(days=1)) == ()
    for year in range(2019, 2031):
        assert any(life.day(date(year, 5, day)) for day in range(1, 8))
    assert life.recent(datetime(2018, 1, 1, tzinfo=UTC), 50) == []


def test_people_sleep() -> None:
    hours = [
        play.started_at.astimezone(BERLIN).hour + play.started_at.astimezone(BERLIN).minute / 60
        for day in DAYS
        for play in life_of(MARA, 7).day(day)
    ]
    assert sum(4.5 < hour < 5.4 for hour in hours) == 0
    assert sum(2 < hour < 6 for hour in hours) < len(hours) / 50


def test_recent_is_newest_first_and_grows_as_plays_end(life: Life) -> None:
    recent = life.recent(NOW, 50)
    assert len(recent) == 50
    assert all(one.ended_at > two.ended_at for one, two in pairwise(recent))
    assert recent[0].ended_at <= NOW
    newest = recent[0]
    before, at = (life.recent(newest.ended_at - timedelta(milliseconds=back), 1)[0] for back in (1, 0))
    assert before != newest
    assert at == newest


def test_a_day_later_there_are_new_plays_and_the_old_ones_stand(life: Life) -> None:
    today, later = life.recent(NOW, 50), life.recent(NOW + timedelta(days=2), 200)
    assert later[0] not in today
    assert set(today) <= set(later)


def test_between_takes_ends_after_the_first_and_up_to_the_last(life: Life) -> None:
    plays = life.recent(NOW, 10)
    found = list(life.between(plays[4].ended_at, plays[1].ended_at))
    assert found == plays[1:4]


def test_people_listen_about_as_much_as_people_do(life: Life) -> None:
    plays = list(life.between(NOW - timedelta(days=365), NOW))
    minutes = sum((play.ended_at - play.started_at).total_seconds() for play in plays) / 60 / 365
    assert 45 < minutes < 240
    assert len({play.track.id for play in plays}) > 800
    assert 5 < sum(not life.day(NOW.date() - timedelta(days=day)) for day in range(365)) < 90


def test_contexts_are_albums_artists_playlists_and_none(life: Life) -> None:
    kinds = {play.context and play.context[0] for play in life.recent(NOW, 1000)}
    assert kinds == {"album", "artist", "playlist", None}


def test_the_two_have_different_tastes() -> None:
    def styles(person: Person) -> set[str]:
        plays = life_of(person, 7).recent(NOW, 2000)
        ranked = sorted(plays, key=lambda play: play.track.artists[0].style)
        counts = {play.track.artists[0].style: 0 for play in ranked}
        for play in plays:
            counts[play.track.artists[0].style] += 1
        return set(sorted(counts, key=counts.__getitem__, reverse=True)[:3])

    assert "metal" in styles(JONAS)
    assert "metal" not in styles(MARA)


def test_the_last_plays_come_quickly_once_warm(life: Life) -> None:
    life.recent(NOW, 50)
    began = perf_counter()
    for _ in range(10):
        life.recent(NOW, 50)
    assert (perf_counter() - began) / 10 < 0.02


def described(person: Person) -> list[str]:
    """Tell in text what somebody played, what they like, and what they look like."""
    plays = life_of(person, 7).recent(NOW, 300)
    lines = [
        f"{play.ended_at.isoformat()} {play.track.id} {play.track.isrc} {play.track.name!a} {play.context}"
        for play in plays
    ]
    return [*lines, str([artist.id for artist in top_lists(plays, NOW, 28)[0]]), cover(person.id)]


PROGRAM = """
import runpy, sys
here = runpy.run_path(sys.argv[1])
for person in (here["MARA"], here["JONAS"]):
    print(*here["described"](person), sep="\\n")
"""


def test_another_process_makes_the_same_life() -> None:
    made = subprocess.run(
        [sys.executable, "-c", PROGRAM, __file__],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert made.stdout.splitlines() == described(MARA) + described(JONAS)
