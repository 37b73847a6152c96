"""Numbers → coordinates. Nothing here knows HTML; templates draw what comes out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

LEVELS = 4
CELL = 11
STEP = 14
_A_YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart that is `height` units high; one of nothing, or not known, is a line on the ground."""

    x: float
    y: float
    width: float
    height: float
    is_highest: bool
    is_empty: bool
    is_unknown: bool


def bars(
    values: Sequence[int | None], *, width: float, height: float, gap: float, line: float = 3
) -> tuple[Bar, ...]:
    """Return one bar a value, side by side; the highest takes the whole height, None is not known."""
    highest = max((value or 0 for value in values), default=0)
    step = (width + gap) / max(len(values), 1)
    return tuple(
        Bar(
            x=round(place * step, 2),
            y=round(height - _length(value or 0, highest, height, line), 2),
            width=round(step - gap, 2),
            height=round(_length(value or 0, highest, height, line), 2),
            is_highest=value == highest > 0,
            is_empty=value == 0,
            is_unknown=value is None,
        )
        for place, value in enumerate(values)
    )


def _length(value: int, highest: int, height: float, line: float) -> float:
    return max(height * value / highest, line) if highest else line


@dataclass(frozen=True, slots=True)
class Cell:
    """A day in a calendar; `level` goes from 0 (nothing, or not known) to LEVELS."""

    date: date
    value: int
    x: int
    y: int
    level: int
    is_unknown: bool


@dataclass(frozen=True, slots=True)
class CalendarMonth:
    """A month as a calendar on a wall shows it: seven columns from Monday to Sunday, one row a week."""

    first: date
    cells: tuple[Cell, ...]

    @property
    def value(self) -> int:
        return sum(cell.value for cell in self.cells)

    @property
    def is_whole(self) -> bool:
        """Tell whether every day is known."""
        return not any(cell.is_unknown for cell in self.cells)

    @property
    def is_unknown(self) -> bool:
        """Tell whether no day is known."""
        return all(cell.is_unknown for cell in self.cells)


@dataclass(frozen=True, slots=True)
class CalendarYear:
    year: int
    months: tuple[CalendarMonth, ...]


def calendar(
    values: Mapping[date, int], first: date, last: date, *, unknown: Collection[date] = frozenset()
) -> tuple[CalendarYear, ...]:
    """Return the days from `first` to `last` by year and month, oldest first.

    Levels are quarters of the days with a value, by rank: one wild day does not pale all others. A span of
    more than a year begins with the year of its first value, so that it does not begin with years of nothing.
    """
    limits = _limits([value for value in values.values() if value > 0])
    if values and last - first > _A_YEAR:
        first = max(first, min(values).replace(month=1, day=1))
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    months = [
        CalendarMonth(month, tuple(group))
        for month, group in groupby(
            (_cell(day, values.get(day, 0), limits, is_unknown=day in unknown) for day in days),
            key=lambda cell: cell.date.replace(day=1),
        )
    ]
    return tuple(
        CalendarYear(year, tuple(group))
        for year, group in groupby(months, key=lambda month: month.first.year)
    )


def _cell(day: date, value: int, limits: Sequence[int], *, is_unknown: bool) -> Cell:
    week = (day.day - 1 + day.replace(day=1).weekday()) // 7
    level = sum(1 for limit in limits if value >= limit) + 1 if value > 0 else 0
    return Cell(day, value, x=day.weekday() * STEP, y=week * STEP, level=level, is_unknown=is_unknown)


def _limits(values: Sequence[int]) -> list[int]:
    """Return the quartiles of `values`."""
    ordered = sorted(values)
    return [ordered[(len(ordered) * part) // LEVELS] for part in range(1, LEVELS)] if ordered else []
