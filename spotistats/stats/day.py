"""One local day: what it adds up to, and the days with plays around it."""

from dataclasses import dataclass
from datetime import date as CalendarDate
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select, true

from spotistats.extensions import read
from spotistats.models import DailyListening

_OWN = DailyListening.user_id == bindparam("user_id")
_DATE: BindParameter[Any] = bindparam("date")
_TOTALS = (
    select(DailyListening.minutes, DailyListening.plays).where(_OWN, DailyListening.date == _DATE).subquery()
)
_PREVIOUS = select(func.max(DailyListening.date)).where(_OWN, DailyListening.date < _DATE).scalar_subquery()
_NEXT = select(func.min(DailyListening.date)).where(_OWN, DailyListening.date > _DATE).scalar_subquery()
# One row, whether anything was heard that day or not.
_NEIGHBOURS = select(_PREVIOUS.label("previous"), _NEXT.label("following")).subquery()
_DAY = select(_NEIGHBOURS, _TOTALS).join_from(_NEIGHBOURS, _TOTALS, true(), isouter=True)


@dataclass(frozen=True, slots=True)
class Day:
    """A local date with its totals; `previous` and `following` are the nearest dates with plays."""

    date: CalendarDate
    minutes: int
    plays: int
    previous: CalendarDate | None
    following: CalendarDate | None


def day(user_id: int, date: CalendarDate) -> Day:
    """Return the listener's day of the local `date`."""
    row = read(_DAY, user_id=user_id, date=date).one()
    return Day(
        date=date,
        minutes=row.minutes or 0,
        plays=row.plays or 0,
        previous=row.previous,
        following=row.following,
    )
