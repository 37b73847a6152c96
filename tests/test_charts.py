"""Numbers → coordinates: nothing outside the drawing, nothing left out, the right one highest."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spotistats import clock
from spotistats.charts import LEVELS, bars, calendar

DATES = st.dates(date(2006, 1, 1), date(2100, 1, 1))


@given(st.lists(st.integers(0, 10**7) | st.none(), min_size=1, max_size=14))
def test_bars_stand_side_by_side_inside_the_drawing(values: list[int | None]) -> None:
    chart = bars(values)
    assert len(chart.bars) == len(values)
    highest = max((value for value in values if value is not None), default=0)
    for value, bar in zip(values, chart.bars, strict=True):
        assert 0 <= bar.x < bar.right <= 100.01
        assert 0 <= bar.y < chart.ground < 100 < bar.y + bar.height, "its lower corners are cut off"
        assert bar.is_empty == (value == 0)
        assert bar.is_unknown == (value is None)
    for left, right in pairwise(chart.bars):
        assert right.x - left.right == pytest.approx(3.8, abs=0.03)
    marked = [place for place, bar in enumerate(chart.bars) if bar.is_highest]
    assert marked == ([] if chart.highest is None else [chart.highest])
    assert (chart.highest is None) == (highest == 0)
    assert chart.highest is None or values[chart.highest] == highest


@given(st.lists(st.integers(1, 10**7), min_size=2, max_size=9))
def test_a_longer_day_has_no_shorter_bar(values: list[int]) -> None:
    drawn = bars(sorted(values)).bars
    tops = [bar.y for bar in drawn]
    assert tops == sorted(tops, reverse=True)
    assert tops[-1] == 0


def test_bars_in_numbers() -> None:
    chart = bars([0, 30, 60, 60])
    assert [(bar.x, bar.y, bar.width, bar.height) for bar in chart.bars] == [
        (0.0, 97.5, 22.15, 22.5),
        (25.95, 50.0, 22.15, 70.0),
        (51.9, 0.0, 22.15, 120.0),
        (77.85, 0.0, 22.15, 120.0),
    ]
    assert chart.highest == 3, "the latest of several"
    assert bars([]).bars == ()
    assert [bar.y for bar in bars([0, None]).bars] == [97.5, 97.5]
    assert bars([0, None]).highest is None


@given(first=DATES, days=st.integers(0, 365), data=st.data())
def test_every_day_has_one_cell_in_its_place(first: date, days: int, data: st.DataObject) -> None:
    last = first + timedelta(days=days)
    offsets = data.draw(st.dictionaries(st.integers(0, days), st.integers(0, 1440), max_size=30))
    values = {first + timedelta(days=offset): value for offset, value in offsets.items()}
    silent = {first + timedelta(days=offset) for offset in range(days + 1)} - values.keys()
    unknown = data.draw(st.sets(st.sampled_from(sorted(silent)), max_size=30)) if silent else set()
    drawn = calendar(values, first, last, unknown=unknown)
    years = drawn.years
    months = [month for year in years for month in year.months]
    cells = [cell for month in months for cell in month.cells]
    begins = cells[0].date
    assert begins == first or unknown.issuperset(clock.each_day(first, begins - timedelta(days=1)))
    assert [cell.date for cell in cells] == list(clock.each_day(begins, last))
    assert [year.year for year in years] == list(range(begins.year, last.year + 1))
    for year in years:
        assert {month.first.year for month in year.months} == {year.year}
    for month in months:
        assert {cell.date.replace(day=1) for cell in month.cells} == {month.first}
        assert month.value == sum(cell.value for cell in month.cells)
        dates = {cell.date for cell in month.cells}
        assert month.is_unknown == (dates <= unknown)
        assert len({(cell.x, cell.y) for cell in month.cells}) == len(month.cells)
        places = [(cell.y, cell.x) for cell in month.cells]
        assert places == sorted(places), "as one reads"
        assert all(0 <= cell.y - month.top <= month.height - drawn.square for cell in month.cells)
    for cell in cells:
        assert cell.x == cell.date.weekday() * (drawn.width - drawn.square) / 6
        assert cell.x <= cell.dot[0] <= cell.dot[0] + drawn.dot <= cell.x + drawn.square
        assert cell.value == values.get(cell.date, 0)
        assert cell.is_unknown == (cell.date in unknown)
        assert (cell.level == 0) == (cell.value == 0)
        assert 0 <= cell.level <= LEVELS
    assert drawn.firsts == tuple(month.first for month in months)
    assert (drawn.length, drawn.is_short, drawn.is_long) == (len(cells), len(cells) <= 92, False)
    levels = [level for _, level in sorted((cell.value, cell.level) for cell in cells)]
    assert levels == sorted(levels)
    for limit in drawn.limits:
        below = {cell.level for cell in cells if cell.value < limit}
        assert not below & {cell.level for cell in cells if cell.value >= limit}, "a shade says something"
    assert len({cell.level for cell in cells if cell.value}) <= len(drawn.limits) + 1


@pytest.mark.parametrize(
    ("known", "begins"),
    [
        (date(2025, 11, 24), date(2025, 11, 24)),
        (date(2026, 3, 31), date(2026, 3, 1)),
        (date(2026, 11, 20), date(2026, 9, 1)),
        (date(2027, 1, 1), date(2026, 9, 1)),
    ],
)
def test_a_year_begins_with_its_first_known_month_but_shows_three(known: date, begins: date) -> None:
    first, last = date(2025, 11, 24), date(2026, 11, 23)
    unknown = frozenset(clock.each_day(first, min(known - timedelta(days=1), last)))
    drawn = calendar({}, first, last, unknown=unknown)
    assert drawn.years[0].months[0].cells[0].date == begins
    assert drawn.years[-1].months[-1].cells[-1].date == last


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
    drawn = calendar(values, date(2016, 11, 26), date(2026, 11, 23))
    years = drawn.years
    assert years[0].months[0].cells[0].date == begins
    assert years[-1].months[-1].cells[-1].date == date(2026, 11, 23)
    shown = {cell.date for year in years for month in year.months for cell in month.cells if cell.value}
    assert shown == set(values)


def test_one_wild_day_does_not_pale_the_others() -> None:
    first = date(2026, 3, 2)
    values = {first + timedelta(days=offset): value for offset, value in enumerate([10, 20, 30, 40, 10_000])}
    drawn = calendar(values, first, first + timedelta(days=6))
    [year] = drawn.years
    assert drawn.limits == (20, 30, 40)
    assert [cell.level for cell in year.months[0].cells] == [1, 2, 3, 4, 4, 0, 0]
