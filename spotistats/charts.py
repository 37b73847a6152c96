"""Numbers → coordinates. Nothing here knows HTML; templates draw what comes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

LEVELS = 4
CELL = 11
STEP = 14
_WEEKS_A_BLOCK = 27


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart that is `height` units high; one of nothing is a line on the ground."""

    x: float
    y: float
    width: float
    height: float
    is_highest: bool
    is_empty: bool


def bars(
    values: Sequence[int], *, width: float, height: float, gap: float, line: float = 3
) -> tuple[Bar, ...]:
    """Return one bar a value, side by side; the highest value takes the whole height."""
    highest = max(values, default=0)
    step = (width + gap) / max(len(values), 1)
    return tuple(
        Bar(
            x=round(place * step, 2),
            y=round(height - _length(value, highest, height, line), 2),
            width=round(step - gap, 2),
            height=round(_length(value, highest, height, line), 2),
            is_highest=value == highest > 0,
            is_empty=value == 0,
        )
        for place, value in enumerate(values)
    )


def _length(value: int, highest: int, height: float, line: float) -> float:
    return max(height * value / highest, line) if highest else line


@dataclass(frozen=True, slots=True)
class Cell:
    """A day in a calendar; `level` goes from 0 (nothing) to LEVELS."""

    date: date
    value: int
    x: int
    y: int
    level: int


@dataclass(frozen=True, slots=True)
class MonthLabel:
    first: date
    x: int


@dataclass(frozen=True, slots=True)
class CalendarBlock:
    """Up to half a year of weeks, one column a week from Monday to Sunday."""

    cells: tuple[Cell, ...]
    labels: tuple[MonthLabel, ...]
    width: int
    height: int


def calendar(values: Mapping[date, int], first: date, last: date) -> tuple[CalendarBlock, ...]:
    """Return the days from `first` to `last` as blocks that fit a phone, oldest first.

    Levels are quarters of the days with a value, by rank: one wild day does not pale all others.
    """
    limits = _limits([value for value in values.values() if value > 0])
    start = first - timedelta(days=first.weekday())
    weeks = (last - start).days // 7 + 1
    blocks = []
    count = -(-weeks // _WEEKS_A_BLOCK)
    size = -(-weeks // count)
    for week in range(0, weeks, size):
        begin = start + timedelta(weeks=week)
        end = min(begin + timedelta(weeks=size, days=-1), last)
        blocks.append(_block(values, limits, begin, max(begin, first), end))
    return tuple(blocks)


def _block(
    values: Mapping[date, int], limits: Sequence[int], begin: date, first: date, last: date
) -> CalendarBlock:
    cells = []
    for offset in range((first - begin).days, (last - begin).days + 1):
        day = begin + timedelta(days=offset)
        value = values.get(day, 0)
        level = sum(1 for limit in limits if value > limit) + 1 if value > 0 else 0
        cells.append(Cell(day, value, x=offset // 7 * STEP, y=offset % 7 * STEP, level=level))
    weeks = (last - begin).days // 7 + 1
    return CalendarBlock(tuple(cells), _labels(cells), weeks * STEP - STEP + CELL, 7 * STEP - STEP + CELL)


def _labels(cells: Sequence[Cell]) -> tuple[MonthLabel, ...]:
    """Return a label over the column in which a month begins, leaving out one that would touch the next."""
    starts = [cells[0], *(cell for cell in cells if cell.date.day == 1 and cell is not cells[0])]
    kept = [earlier for earlier, later in pairwise(starts) if later.x - earlier.x >= 3 * STEP]
    return tuple(MonthLabel(cell.date, cell.x) for cell in (*kept, starts[-1]))


def _limits(values: Sequence[int]) -> list[int]:
    """Return the quartiles of `values`."""
    ordered = sorted(values)
    return [ordered[(len(ordered) * part) // LEVELS] for part in range(1, LEVELS)] if ordered else []
