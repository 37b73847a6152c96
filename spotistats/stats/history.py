"""Daily listening over a span of days."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import bindparam, select

from spotistats.extensions import read
from spotistats.models import Artist, DailyListening, Track

_DAYS = (
    select(
        DailyListening.date,
        DailyListening.minutes,
        DailyListening.plays,
        Artist.name.label("top_artist"),
        Track.name.label("top_track"),
    )
    .join(Track, Track.id == DailyListening.top_track_id)
    .join(Artist, Artist.id == DailyListening.top_artist_id, isouter=True)
    .where(
        DailyListening.user_id == bindparam("user_id"),
        DailyListening.date.between(bindparam("first"), bindparam("last")),
    )
    .order_by(DailyListening.date.desc())
)


@dataclass(frozen=True, slots=True)
class HistoryDay:
    """A local date with its totals and who led it."""

    date: date
    minutes: int
    plays: int
    top_artist: str | None
    top_track: str


@dataclass(frozen=True, slots=True)
class HistoryMonth:
    """A month's days with plays, the newest first."""

    first: date
    days: tuple[HistoryDay, ...]

    @property
    def minutes(self) -> int:
        return sum(day.minutes for day in self.days)

    @property
    def plays(self) -> int:
        return sum(day.plays for day in self.days)


@dataclass(frozen=True, slots=True)
class History:
    """The days with plays from `first` to `last`, by month, the newest first."""

    first: date
    last: date
    months: tuple[HistoryMonth, ...]

    @property
    def days(self) -> tuple[HistoryDay, ...]:
        return tuple(day for month in self.months for day in month.days)

    @property
    def minutes(self) -> int:
        return sum(month.minutes for month in self.months)

    @property
    def busiest(self) -> HistoryDay | None:
        """The day with the most minutes, the latest of several."""
        return max(self.days, key=lambda day: (day.minutes, day.date), default=None)


def history(user_id: int, first: date, last: date) -> History:
    """Return the listener's days from `first` to `last`, both included."""
    days = [HistoryDay(*row) for row in read(_DAYS, user_id=user_id, first=first, last=last)]
    months = groupby(days, key=lambda day: day.date.replace(day=1))
    return History(first, last, tuple(HistoryMonth(month, tuple(group)) for month, group in months))
