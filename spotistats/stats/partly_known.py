"""The days of which only a part is known: they have at least the minutes and the plays that are stored."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from spotistats import clock
from spotistats.stats.coverage import Coverage


def partly_known(covered: Coverage, heard: Collection[date], today: date, where: ZoneInfo) -> frozenset[date]:
    """Return those of the days that were `heard` in which plays may be missing.

    They are the one on which the history begins, the last one that is known, unless that is `today`, and
    those into which a gap reaches.
    """
    return frozenset(_edges(covered, today, where)).intersection(heard)


def _edges(covered: Coverage, today: date, where: ZoneInfo) -> Iterator[date]:
    if covered.begins_at is not None:
        begins = clock.local_date(covered.begins_at, where)
        if covered.begins_at > clock.day_start(begins, where):
            yield begins
    if covered.ends_at is not None:
        ends = clock.local_date(covered.ends_at, where)
        if ends < today:
            yield ends
    for gap in covered.gaps:
        last = clock.local_date(gap.ended_at - datetime.resolution, where)
        yield from clock.each_day(clock.local_date(gap.started_at, where), last)
