"""When somebody listens: the sessions of a day, made from (seed, listener, date) alone."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from random import Random

from .randomness import stream

# A listening day runs from half past five in the morning to four on the next, local time, so that a long
# Saturday night belongs to Saturday. The hour and a half between two days keeps them apart even where one of
# them is an hour short because the clocks change.
DAY_BEGINS = 5 * 60 + 30
DAY_ENDS = 28 * 60

WORKDAY = frozenset({0, 1, 2, 3, 4})
NOT_FRIDAY = frozenset({0, 1, 2, 3})
FRIDAY = frozenset({4})
SATURDAY = frozenset({5})
SUNDAY = frozenset({6})
WEEKEND = SATURDAY | SUNDAY
EVERY_DAY = WORKDAY | WEEKEND
FEASTS = frozenset({(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)})


@dataclass(frozen=True)
class Habit:
    """Something that is done to music on some weekdays. Times are minutes after local midnight."""

    mood: str
    weekdays: frozenset[int]
    start: int
    spread: int
    shortest: int
    longest: int
    chance: float


@dataclass(frozen=True)
class Session:
    """A stretch of listening: minutes after the local midnight of its day, with fractions."""

    mood: str
    start: float
    minutes: float


@dataclass(frozen=True)
class Rhythm:
    """The habits of a listener, the share of days without any music, and how many trips a year are made."""

    habits: tuple[Habit, ...]
    quiet: float
    trips: int


OFFICE_LIFE = Rhythm(
    habits=(
        Habit("morning", WORKDAY, 7 * 60 + 35, 14, 24, 42, 0.82),
        Habit("focus", WORKDAY, 9 * 60 + 40, 30, 25, 105, 0.6),
        Habit("focus", WORKDAY, 13 * 60 + 50, 40, 25, 110, 0.5),
        Habit("commute", WORKDAY, 17 * 60 + 30, 25, 24, 46, 0.76),
        Habit("calm", NOT_FRIDAY, 20 * 60 + 20, 45, 25, 110, 0.5),
        Habit("lively", FRIDAY, 20 * 60 + 10, 40, 60, 300, 0.7),
        Habit("calm", WEEKEND, 10 * 60 + 10, 50, 35, 130, 0.72),
        Habit("commute", SATURDAY, 14 * 60 + 30, 60, 30, 120, 0.5),
        Habit("lively", SATURDAY, 20 * 60 + 30, 50, 70, 380, 0.72),
        Habit("calm", SUNDAY, 16 * 60, 80, 30, 120, 0.45),
        Habit("calm", SUNDAY, 20 * 60 + 30, 40, 25, 80, 0.4),
    ),
    quiet=0.03,
    trips=2,
)
NIGHT_LIFE = Rhythm(
    habits=(
        Habit("calm", EVERY_DAY, 10 * 60 + 20, 55, 15, 60, 0.6),
        Habit("commute", WORKDAY, 12 * 60 + 40, 30, 15, 40, 0.55),
        Habit("focus", WORKDAY, 15 * 60 + 10, 60, 30, 150, 0.5),
        Habit("sport", NOT_FRIDAY, 18 * 60 + 30, 40, 35, 70, 0.42),
        Habit("lively", EVERY_DAY, 21 * 60 + 30, 50, 40, 160, 0.5),
        Habit("lively", FRIDAY | SATURDAY, 24 * 60 + 40, 40, 60, 220, 0.62),
    ),
    quiet=0.07,
    trips=3,
)
TRIP = Rhythm(
    habits=(
        Habit("away", EVERY_DAY, 11 * 60, 90, 15, 60, 0.3),
        Habit("away", EVERY_DAY, 19 * 60, 90, 20, 90, 0.35),
    ),
    quiet=0.3,
    trips=0,
)


def sessions(rhythm: Rhythm, seed: int, listener_id: str, day: date) -> tuple[Session, ...]:
    """Return the sessions of a listening day in order, without overlap, within its bounds."""
    chance = stream(seed, listener_id, "day", day.isoformat())
    followed = TRIP if is_away(rhythm.trips, seed, listener_id, day) else rhythm
    if chance.random() < followed.quiet:
        return ()
    weekday = 6 if (day.month, day.day) in FEASTS else day.weekday()
    habits = [habit for habit in followed.habits if weekday in habit.weekdays]
    # A day is without music only where it is meant to be, not because every habit happens to be left out.
    kept = [habit for habit in habits if chance.random() < habit.chance] or habits[:1]
    return tuple(_one_after_the_other([_session(habit, chance) for habit in kept]))


def _session(habit: Habit, chance: Random) -> Session:
    start = habit.start + max(-2.2, min(2.2, chance.gauss(0, 1))) * habit.spread
    # Squared, because short sessions are more usual than long ones.
    minutes = habit.shortest + (habit.longest - habit.shortest) * chance.random() ** 2
    return Session(habit.mood, max(start, DAY_BEGINS), minutes)


def _one_after_the_other(planned: list[Session]) -> list[Session]:
    """Push a session that would begin within another one behind it; cut what passes the end of the day."""
    settled: list[Session] = []
    free_from = float(DAY_BEGINS)
    for session in sorted(planned, key=lambda one: one.start):
        start = max(session.start, free_from)
        minutes = min(session.minutes, DAY_ENDS - start)
        if minutes > 5:
            settled.append(Session(session.mood, start, minutes))
            free_from = start + minutes + 12
    return settled


def is_away(trips: int, seed: int, listener_id: str, day: date) -> bool:
    """Tell whether the listener is on a trip that day. Trips begin and end within one calendar year."""
    return any(first <= day <= last for first, last in _trips(trips, seed, listener_id, day.year))


@lru_cache(maxsize=512)
def _trips(trips: int, seed: int, listener_id: str, year: int) -> tuple[tuple[date, date], ...]:
    chance = stream(seed, listener_id, "trips", year)
    seasons = (chance.randint(190, 235), chance.randint(50, 110), chance.randint(270, 320))
    starts = [date(year, 1, 1) + timedelta(days=day) for day in seasons[:trips]]
    return tuple((start, start + timedelta(days=chance.randint(4, 14))) for start in starts)
