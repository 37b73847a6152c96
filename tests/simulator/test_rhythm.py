from datetime import date, timedelta
from itertools import pairwise

import pytest

from spotistats.simulator.rhythm import (
    DAY_BEGINS,
    DAY_ENDS,
    NIGHT_LIFE,
    OFFICE_LIFE,
    Rhythm,
    Session,
    is_away,
    sessions,
)

YEAR = [date(2026, 1, 1) + timedelta(days=day) for day in range(365)]


def _year(rhythm: Rhythm, seed: int) -> dict[date, tuple[Session, ...]]:
    return {day: sessions(rhythm, seed, "somebody", day) for day in YEAR}


@pytest.mark.parametrize("rhythm", [OFFICE_LIFE, NIGHT_LIFE], ids=["office", "night"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sessions_are_in_order_apart_and_within_the_day(rhythm: Rhythm, seed: int) -> None:
    year = _year(rhythm, seed)
    assert sum(len(day) > 1 for day in year.values()) > 100
    for day in year.values():
        assert all(one.start + one.minutes + 10 < two.start for one, two in pairwise(day))
        assert all(one.start >= DAY_BEGINS and one.start + one.minutes <= DAY_ENDS for one in day)


def test_each_day_can_be_made_on_its_own() -> None:
    year = _year(OFFICE_LIFE, 7)
    assert all(sessions(OFFICE_LIFE, 7, "somebody", day) == year[day] for day in reversed(YEAR))


def test_seed_listener_and_day_each_matter() -> None:
    monday = date(2026, 3, 2)
    made = sessions(OFFICE_LIFE, 7, "somebody", monday)
    assert made != sessions(OFFICE_LIFE, 8, "somebody", monday)
    assert made != sessions(OFFICE_LIFE, 7, "somebody else", monday)
    assert made != sessions(OFFICE_LIFE, 7, "somebody", monday + timedelta(days=7))


def test_some_days_are_quiet_and_most_are_not() -> None:
    quiet = sum(not day for day in _year(OFFICE_LIFE, 7).values())
    assert 4 <= quiet <= 50


def test_office_workers_commute_on_workdays_only() -> None:
    moods = {day: {one.mood for one in made} for day, made in _year(OFFICE_LIFE, 7).items()}
    assert not any("focus" in mood or "morning" in mood for day, mood in moods.items() if day.weekday() >= 5)
    assert sum("morning" in mood for mood in moods.values()) > 150


def test_weekends_go_on_after_midnight() -> None:
    late = [
        day
        for day, made in _year(NIGHT_LIFE, 7).items()
        if any(one.start + one.minutes > 1500 for one in made)
    ]
    assert len(late) > 20
    assert sum(day.weekday() in (4, 5) for day in late) > len(late) / 2


def test_a_feast_day_is_a_sunday() -> None:
    moods = {
        one.mood
        for year in range(2019, 2030)
        for one in sessions(OFFICE_LIFE, 7, "somebody", date(year, 5, 1))
    }
    assert moods <= {"calm", "away"}


def test_trips_are_some_weeks_a_year_and_quieter() -> None:
    away = [day for day in YEAR if is_away(2, 7, "somebody", day)]
    assert 8 <= len(away) <= 32
    moods = {one.mood for day in away for one in sessions(OFFICE_LIFE, 7, "somebody", day)}
    assert moods <= {"away"}
