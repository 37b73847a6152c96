"""Numbers → coordinates: nothing outside the drawing, nothing left out, the right one highest."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spotistats.charts import LEVELS, STEP, bars, calendar

DATES = st.dates(date(2006, 1, 1), date(2100, 1, 1))


@given(st.lists(st.integers(0, 10**7) | st.none(), min_size=1, max_size=60))
def test_bars_stand_side_by_side_inside_the_drawing(values: list[int | None]) -> None:
    drawn = bars(values, width=420, height=120, gap=4)
    assert len(drawn) == len(values)
    highest = max((value for value in values if value is not None), default=0)
    for value, bar in zip(values, drawn, strict=True):
        assert 0 <= bar.x <= bar.x + bar.width <= 420.01
        assert bar.y + bar.height == pytest.approx(120, abs=0.02)
        assert 3 <= bar.height <= 120
        assert bar.is_empty == (value == 0)
        assert bar.is_unknown == (value is None)
        assert bar.is_highest == (value == highest > 0)
    for left, right in pairwise(drawn):
        assert right.x - left.x - left.width == pytest.approx(4, abs=0.03)


@given(st.lists(st.integers(1, 10**7), min_size=2, max_size=9))
def test_a_longer_day_has_no_shorter_bar(values: list[int]) -> None:
    drawn = bars(sorted(values), width=420, height=120, gap=16)
    heights = [bar.height for bar in drawn]
    assert heights == sorted(heights)
    assert heights[-1] == 120


def test_bars_in_numbers() -> None:
    drawn = bars([0, 30, 60], width=100, height=60, gap=5)
    assert [(bar.x, bar.y, bar.width, bar.height) for bar in drawn] == [
        (0.0, 57.0, 30.0, 3.0),
        (35.0, 30.0, 30.0, 30.0),
        (70.0, 0.0, 30.0, 60.0),
    ]
    assert bars([], width=100, height=60, gap=5) == ()
    assert [bar.height for bar in bars([0, 0], width=100, height=60, gap=5)] == [3, 3]
    assert not any(bar.is_highest for bar in bars([0, 0], width=100, height=60, gap=5))


@given(first=DATES, days=st.integers(0, 365), data=st.data())
def test_every_day_has_one_cell_in_its_place(first: date, days: int, data: st.DataObject) -> None:
    last = first + timedelta(days=days)
    offsets = data.draw(st.dictionaries(st.integers(0, days), st.integers(0, 1440), max_size=30))
    values = {first + timedelta(days=offset): value for offset, value in offsets.items()}
    silent = {first + timedelta(days=offset) for offset in range(days + 1)} - values.keys()
    unknown = data.draw(st.sets(st.sampled_from(sorted(silent)), max_size=30)) if silent else set()
    years = calendar(values, first, last, unknown=unknown)
    months = [month for year in years for month in year.months]
    cells = [cell for month in months for cell in month.cells]
    assert [cell.date for cell in cells] == [first + timedelta(days=offset) for offset in range(days + 1)]
    assert [year.year for year in years] == list(range(first.year, last.year + 1))
    for year in years:
        assert {month.first.year for month in year.months} == {year.year}
    for month in months:
        assert {cell.date.replace(day=1) for cell in month.cells} == {month.first}
        assert month.value == sum(cell.value for cell in month.cells)
        dates = {cell.date for cell in month.cells}
        assert (month.is_whole, month.is_unknown) == (not dates & unknown, dates <= unknown)
        assert len({(cell.x, cell.y) for cell in month.cells}) == len(month.cells)
        places = [(cell.y, cell.x) for cell in month.cells]
        assert places == sorted(places), "as one reads"
    for cell in cells:
        assert cell.x == cell.date.weekday() * STEP
        assert 0 <= cell.y <= 5 * STEP
        assert cell.value == values.get(cell.date, 0)
        assert cell.is_unknown == (cell.date in unknown)
        assert (cell.level == 0) == (cell.value == 0)
        assert 0 <= cell.level <= LEVELS
    levels = [level for _, level in sorted((cell.value, cell.level) for cell in cells)]
    assert levels == sorted(levels)


@pytest.mark.parametrize(
    ("heard", "begins"),
    [
        (None, date(2016, 11, 26)),
        (date(2026, 3, 1), date(2026, 1, 1)),
        (date(2016, 12, 1), date(2016, 11, 26)),
        (date(2020, 2, 29), date(2020, 1, 1)),
    ],
)
def test_a_long_span_does_not_begin_with_years_of_nothing(heard: date | None, begins: date) -> None:
    values = {heard: 1, date(2026, 11, 1): 2} if heard else {}
    years = calendar(values, date(2016, 11, 26), date(2026, 11, 23))
    assert years[0].months[0].cells[0].date == begins
    assert years[-1].months[-1].cells[-1].date == date(2026, 11, 23)
    shown = {cell.date for year in years for month in year.months for cell in month.cells if cell.value}
    assert shown == set(values)


def test_one_wild_day_does_not_pale_the_others() -> None:
    first = date(2026, 3, 2)
    values = {first + timedelta(days=offset): value for offset, value in enumerate([10, 20, 30, 40, 10_000])}
    [year] = calendar(values, first, first + timedelta(days=6))
    assert [cell.level for cell in year.months[0].cells] == [1, 2, 3, 4, 4, 0, 0]
