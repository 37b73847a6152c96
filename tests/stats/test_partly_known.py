"""Days of which a part is known, among those on which something was heard."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from spotistats.stats.coverage import Coverage, Gap
from spotistats.stats.partly_known import partly_known

WHERE = ZoneInfo("America/Bogota")  # Five hours behind, all the year.
TODAY = date(2026, 3, 31)
EVERY_DAY = [date(2026, 3, number) for number in range(1, 32)]


def at(day: int, hour: int = 0) -> datetime:
    """Return the moment of that local time in March 2026."""
    return datetime(2026, 3, day, hour, tzinfo=WHERE).astimezone(UTC)


def partly(begins: datetime | None, ends: datetime | None, *gaps: tuple[datetime, datetime]) -> list[int]:
    covered = Coverage(begins, ends, tuple(Gap(*gap) for gap in gaps))
    return sorted(day.day for day in partly_known(covered, EVERY_DAY, TODAY, WHERE))


def test_where_the_history_begins_and_ends() -> None:
    assert partly(at(5, 9), at(20, 23)) == [5, 20]
    assert partly(at(5), at(31, 1)) == [], "from midnight on; today goes on"
    assert partly(None, None) == []


@pytest.mark.parametrize(
    ("gap", "days"),
    [
        ((at(9, 8), at(9, 12)), [9]),
        ((at(9, 8), at(11, 12)), [9, 10, 11]),
        ((at(9, 8), at(10)), [9]),
        ((at(9), at(9, 1)), [9]),
    ],
)
def test_a_gap_reaches_into_days(gap: tuple[datetime, datetime], days: list[int]) -> None:
    begins, ends = at(1), at(31, 1)
    assert partly(begins, ends, gap) == days
    covered = Coverage(begins, ends, (Gap(*gap),))
    not_whole = [day.day for day in EVERY_DAY if not covered.is_whole(day, day, WHERE, today=EVERY_DAY[-1])]
    assert not_whole == days, "as the page of each day has it"


def test_only_days_on_which_something_was_heard() -> None:
    covered = Coverage(at(1, 9), at(20), (Gap(at(9, 8), at(11, 12)),))
    heard = {TODAY - timedelta(days=days) for days in (20, 22)}
    assert partly_known(covered, heard, TODAY, WHERE) == heard
    assert partly_known(covered, set(), TODAY, WHERE) == frozenset()
