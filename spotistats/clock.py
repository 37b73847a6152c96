"""When: the present moment, local dates and the bounds of local days."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from itertools import groupby
from math import ceil
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

_A_MINUTE = timedelta(minutes=1)

# A stored moment that is later than now by more than this was stored by a clock that was ahead. Less is no
# wonder: the clocks of two machines differ, and who had to wait for the database looked at the clock before.
TOLERANCE = timedelta(minutes=1)

# tzdata says which zone these share the clocks with, not by which name their place goes today.
_RENAMED = {
    "Africa/Asmera": "Africa/Asmara",
    "America/Coral_Harbour": "America/Atikokan",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
}


class Span(NamedTuple):
    """The moments of some local days: from `start` until `end`, but not from `left_at` until `back_at`.

    Clocks that are set back over midnight (Newfoundland's, until 2011) make a date come twice, with some of
    its neighbour between. Else nothing is left out, and both are the end.
    """

    start: datetime
    end: datetime
    left_at: datetime
    back_at: datetime


def now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """Return the names of all IANA time zones, sorted."""
    return tuple(sorted(available_timezones() - {"localtime", "Factory", "posixrules"}))


@lru_cache(maxsize=1)
def zones_by_region() -> dict[str, tuple[str, ...]]:
    """Return the zones that people choose from, by continent or ocean.

    They are those of tzdata's `zone.tab`: one a place, without the older names that a zone may have as well.
    """
    table = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    lines = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    names = sorted(name for _country, _place, name, *_ in lines if is_zone(name))
    regions = groupby(names, key=lambda name: name.partition("/")[0])
    return {region: tuple(group) for region, group in regions}


@lru_cache(maxsize=1)
def _known_zones() -> frozenset[str]:
    return frozenset(zone_names())


@lru_cache(maxsize=1)
def _modern_names() -> dict[str, str]:
    """Return the zones that have an older name, as tzdata links them, by that name."""
    listed = {name for names in zones_by_region().values() for name in names}
    rules = files("tzdata.zoneinfo").joinpath("tzdata.zi").read_text(encoding="utf-8")
    links = (line.split() for line in rules.splitlines() if line.startswith("L "))
    names = {older: name for _, name, older in links if name in listed and older not in listed}
    return names | {older: name for older, name in _RENAMED.items() if name in listed}


def modern_name(name: str) -> str:
    """Return the name by which the list has a zone: some browsers still say "Asia/Calcutta"."""
    return _modern_names().get(name, name)


@lru_cache(maxsize=1)
def older_names() -> dict[str, tuple[str, ...]]:
    """Return the older names of the listed zones that have some."""
    pairs = sorted((name, older) for older, name in _modern_names().items())
    return {
        name: tuple(older for _, older in group) for name, group in groupby(pairs, key=lambda pair: pair[0])
    }


def offsets(moment: datetime) -> dict[str, str]:
    """Return by how much each listed zone's clocks differ from UTC at `moment`, to the hour: "UTC+5:30"."""
    return _offsets(moment.replace(minute=0, second=0, microsecond=0))


@lru_cache(maxsize=1)
def _offsets(hour: datetime) -> dict[str, str]:
    names = (name for names in zones_by_region().values() for name in names)
    return {name: _offset(hour.astimezone(zone(name)).utcoffset()) for name in names}


def _offset(difference: timedelta | None) -> str:
    minutes = int((difference or timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    return f"UTC{sign}{hours}{f':{rest:02}' if rest else ''}" if minutes else "UTC"


def is_zone(name: str) -> bool:
    """Tell whether `name` is an IANA time zone; the check keeps file names out of the zone database."""
    return name in _known_zones()


def zone(name: str) -> ZoneInfo:
    """Return the time zone of that IANA name; UTC where this machine no longer knows the name."""
    return ZoneInfo(name) if is_zone(name) else ZoneInfo("UTC")


def local_date(moment: datetime, where: ZoneInfo) -> date:
    """Return the date that a calendar in that zone showed at `moment`."""
    return moment.astimezone(where).date()


def day_start(day: date, where: ZoneInfo) -> datetime:
    """Return the moment, in UTC, at which the local `day` begins.

    Where midnight is skipped by a change of the clocks, the day begins at the change; where it comes twice,
    at the first.
    """
    return datetime.combine(day, time.min, tzinfo=where).astimezone(UTC)


def day_end(day: date, where: ZoneInfo) -> datetime:
    """Return the moment, in UTC, at which the local `day` is over."""
    return day_start(day + timedelta(days=1), where)


def span(first: date, last: date, where: ZoneInfo) -> Span:
    """Return the moments of the local days from `first` to `last`, both included."""
    start, start_again = _midnights(first, where)
    end, end_again = _midnights(last + timedelta(days=1), where)
    if turned_back := _turned_back(end, end_again, where):
        return Span(start, end_again, left_at=end, back_at=turned_back)
    if turned_back := _turned_back(start, start_again, where):
        return Span(start, end, left_at=turned_back, back_at=start_again)
    return Span(start, end, left_at=end, back_at=end)


def _midnights(day: date, where: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when the local `day` begins by the clock before a change and after it: mostly the same."""
    midnight = datetime.combine(day, time.min, tzinfo=where)
    return midnight.astimezone(UTC), midnight.replace(fold=1).astimezone(UTC)


def _turned_back(midnight: datetime, again: datetime, where: ZoneInfo) -> datetime | None:
    """Return when the calendar went back to the day before, between a midnight that came twice."""
    minutes = (midnight + timedelta(minutes=count) for count in range((again - midnight) // _A_MINUTE))
    day = local_date(midnight, where)
    return next((moment for moment in minutes if local_date(moment, where) < day), None)


def months_after(moment: datetime, months: int) -> datetime:
    """Return the same time of day so many calendar months later, or on the last day of a shorter month."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def month_end(day: date) -> date:
    """Return the last day of the month of `day`."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def last_days(count: int, today: date) -> tuple[date, date]:
    """Return the first and the last of the `count` days that end with `today`."""
    return today - timedelta(days=count - 1), today


def each_day(first: date, last: date) -> Iterator[date]:
    """Yield every date from `first` to `last`, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def seconds_until(moment: datetime | None, now: datetime) -> int:
    """Return the whole seconds from `now` until `moment`, rounded up; 0 where it is past or None."""
    if moment is None or moment <= now:
        return 0
    return ceil((moment - now).total_seconds())


def in_words(seconds: int) -> str:
    """Return how long something still takes, rounded up: "40 seconds", "3 minutes", "2 hours", "5 days"."""
    for size, unit, smaller in ((86_400, "day", 3_600), (3_600, "hour", 60), (60, "minute", 1)):
        if seconds > size - smaller:  # 59 minutes and a half are an hour, not 60 minutes.
            return counted(ceil(seconds / size), unit)
    return counted(max(seconds, 1), "second")


def wait_in_words(seconds: int) -> str:
    """Return how long to wait, in words that stay true for a while: "less than a minute", "3 minutes"."""
    return in_words(seconds) if seconds > 60 else "less than a minute"


def age_in_words(seconds: int) -> str:
    """Return how old something is, rounded down, as people count: after 47 hours it is one day old."""
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return counted(seconds // size, unit)
    return counted(seconds, "second")


def counted(number: int, noun: str) -> str:
    """Return "1 play", "2 plays", "1,284 plays"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
