"""Numbers → coordinates. Nothing here knows HTML; templates draw what comes out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

LEVELS = 4
_A_QUARTER, _A_YEAR = timedelta(days=92), timedelta(days=366)
# From the first of a month it leads into the last but one before it.
_MOST_OF_TWO_MONTHS = timedelta(days=45)
# Bars, in percents of the drawing; what reaches below the ground is cut off, and its round corners with it.
_GAP = 3.8
_LINE = 2.5
_BELOW = 20.0
# A calendar, in units of its own: a day's square, the way to the next, the dot of a day that is not known.
_SQUARE, _STEP, _CORNER, _DOT = 11, 14, 2.5, 4


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar in percents of the drawing; one of nothing, or not known, is a line on the ground."""

    x: float
    y: float
    width: float
    is_highest: bool
    is_empty: bool
    is_unknown: bool

    @property
    def right(self) -> float:
        return round(self.x + self.width, 2)

    @property
    def height(self) -> float:
        """How far it reaches down, below the ground, where it is cut off."""
        return round(100 - self.y + _BELOW, 2)


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars side by side; `highest` is the place of the highest one, None where all are empty or unknown.

    `rules` are the heights of its lines, `ground` that of a line on the ground.
    """

    bars: tuple[Bar, ...]
    highest: int | None
    rules: tuple[float, ...] = (0.4, 50.0)
    ground: float = 100 - _LINE / 2


def bars(values: Sequence[int | None]) -> BarChart:
    """Return one bar a value, None is not known. The highest, the last of several, takes the whole height."""
    top = max((value or 0 for value in values), default=0)
    highest = max((place for place, value in enumerate(values) if value == top > 0), default=None)
    step = (100 + _GAP) / max(len(values), 1)
    drawn = tuple(
        Bar(
            x=round(place * step, 2),
            y=round(100 - _length(value or 0, top), 2),
            width=round(step - _GAP, 2),
            is_highest=place == highest,
            is_empty=value == 0,
            is_unknown=value is None,
        )
        for place, value in enumerate(values)
    )
    return BarChart(drawn, highest)


def _length(value: int, top: int) -> float:
    return max(100 * value / top, _LINE) if top else _LINE


@dataclass(frozen=True, slots=True)
class Cell:
    """A day in a calendar; `level` goes from 0 (nothing, or not known) to LEVELS."""

    date: date
    value: int
    x: int
    y: int
    level: int
    is_unknown: bool

    @property
    def dot(self) -> tuple[float, float]:
        """Where the dot of a day that is not known begins."""
        return self.x + (_SQUARE - _DOT) / 2, self.y + (_SQUARE - _DOT) / 2


@dataclass(frozen=True, slots=True)
class CalendarMonth:
    """A month as a calendar on a wall shows it: seven columns from Monday to Sunday, one row a week."""

    first: date
    cells: tuple[Cell, ...]

    @property
    def value(self) -> int:
        return sum(cell.value for cell in self.cells)

    @property
    def is_unknown(self) -> bool:
        """Tell whether no day is known."""
        return all(cell.is_unknown for cell in self.cells)

    @property
    def top(self) -> int:
        return self.cells[0].y

    @property
    def height(self) -> int:
        return self.cells[-1].y - self.top + _SQUARE


@dataclass(frozen=True, slots=True)
class CalendarYear:
    year: int
    months: tuple[CalendarMonth, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Months by year, oldest first, with the measures of all their drawings and the squares of the legend.

    `limits` are the values from which on a level is the next one, or one after it.
    """

    years: tuple[CalendarYear, ...]
    limits: tuple[int, ...] = ()
    legend: tuple[tuple[int, int], ...] = tuple((level, level * _STEP) for level in range(LEVELS + 1))
    square: int = _SQUARE
    corner: float = _CORNER
    dot: int = _DOT
    dot_inset: float = (_SQUARE - _DOT) / 2
    width: int = 6 * _STEP + _SQUARE
    legend_width: int = LEVELS * _STEP + _SQUARE

    @property
    def firsts(self) -> tuple[date, ...]:
        """The first date of each month."""
        return tuple(month.first for year in self.years for month in year.months)

    @property
    def length(self) -> int:
        """How many days it has."""
        return sum(len(month.cells) for year in self.years for month in year.months)

    @property
    def is_long(self) -> bool:
        """Tell whether it is more than a year, which is drawn as a line a year."""
        return self.length > _A_YEAR.days

    @property
    def is_short(self) -> bool:
        """Tell whether it is a few months, which are drawn larger."""
        return self.length <= _A_QUARTER.days


def calendar(
    values: Mapping[date, int], first: date, last: date, *, unknown: Collection[date] = frozenset()
) -> Calendar:
    """Return the days from `first` to `last` by year and month, oldest first.

    Levels are quarters of the days with a value, by rank: one wild day does not pale all others. A span of
    more than a year begins with the year of its first value, so that it does not begin with years of nothing;
    a shorter one with the month of its first known day, but has three months where it is that long.
    """
    limits = _limits([value for value in values.values() if value > 0])
    if values and last - first > _A_YEAR:
        first = max(first, min(values).replace(month=1, day=1))
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    if last - first <= _A_YEAR:
        known = next((day for day in days if day not in unknown), last)
        begins = min(known, last.replace(day=1) - _MOST_OF_TWO_MONTHS).replace(day=1)
        days = days[max((begins - first).days, 0) :]
    months = [
        CalendarMonth(month, tuple(group))
        for month, group in groupby(
            (_cell(day, values.get(day, 0), limits, is_unknown=day in unknown) for day in days),
            key=lambda cell: cell.date.replace(day=1),
        )
    ]
    years = groupby(months, key=lambda month: month.first.year)
    return Calendar(
        tuple(CalendarYear(year, tuple(group)) for year, group in years), limits=tuple(sorted(set(limits)))
    )


def _cell(day: date, value: int, limits: Sequence[int], *, is_unknown: bool) -> Cell:
    week = (day.day - 1 + day.replace(day=1).weekday()) // 7
    level = sum(1 for limit in limits if value >= limit) + 1 if value > 0 else 0
    return Cell(day, value, x=day.weekday() * _STEP, y=week * _STEP, level=level, is_unknown=is_unknown)


def _limits(values: Sequence[int]) -> list[int]:
    """Return the quartiles of `values`."""
    ordered = sorted(values)
    return [ordered[(len(ordered) * part) // LEVELS] for part in range(1, LEVELS)] if ordered else []
