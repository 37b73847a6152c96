"""The last seven local days, today included, against the seven before."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from spotistats import clock
from spotistats.extensions import read
from spotistats.models import DailyListening
from spotistats.stats.leaders import NOBODY, Leaders, leaders

DAYS = 7

_TWO_WEEKS = select(DailyListening.date, DailyListening.minutes, DailyListening.plays).where(
    DailyListening.user_id == bindparam("user_id"),
    DailyListening.date.between(bindparam("first"), bindparam("last")),
)


@dataclass(frozen=True, slots=True)
class DayMinutes:
    date: date
    minutes: int
    plays: int


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days, the oldest first; `minutes` is the sum of the days' rounded minutes."""

    days: tuple[DayMinutes, ...]
    minutes_before: int
    leaders: Leaders

    @property
    def minutes(self) -> int:
        return sum(day.minutes for day in self.days)

    @property
    def active_days(self) -> int:
        """How many of the days have a play."""
        return sum(1 for day in self.days if day.plays)

    @property
    def is_comparable(self) -> bool:
        """Tell whether anything was heard in these seven days or in the seven before."""
        return bool(self.active_days or self.minutes_before)

    @property
    def change_percent(self) -> int | None:
        """The change against the seven days before, None where nothing was heard then."""
        if not self.minutes_before:
            return None
        return round((self.minutes - self.minutes_before) * 100 / self.minutes_before)


def week(user_id: int, today: date, where: ZoneInfo) -> Week:
    """Return the seven local days that end with `today`."""
    first, _ = clock.last_days(DAYS, today)
    before, _ = clock.last_days(2 * DAYS, today)
    rows = read(_TWO_WEEKS, user_id=user_id, first=before, last=today)
    stored = {row.date: row for row in rows}
    days = tuple(
        DayMinutes(day, stored[day].minutes, stored[day].plays) if day in stored else DayMinutes(day, 0, 0)
        for day in clock.each_day(first, today)
    )
    return Week(
        days=days,
        minutes_before=sum(row.minutes for day, row in stored.items() if day < first),
        leaders=leaders(user_id, clock.span(first, today, where))
        if any(day.plays for day in days)
        else NOBODY,
    )
