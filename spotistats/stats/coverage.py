"""What is known at all: a day without plays was silent only if a sync could have brought some."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ScalarSelect, bindparam, select

from spotistats import clock
from spotistats.extensions import read
from spotistats.models import Play, SyncRun

_A_DAY = timedelta(days=1)
_PLAYED_AT = select(Play.played_at).where(Play.user_id == bindparam("user_id")).limit(1)


def _last_sync(status: str) -> ScalarSelect[datetime | None]:
    """Ask when the last sync of that status ended, before `until`, that read what was played recently."""
    return (
        select(SyncRun.finished_at)
        .where(
            SyncRun.user_id == bindparam("user_id"),
            SyncRun.status == status,
            SyncRun.plays_added.is_not(None),
            SyncRun.finished_at < bindparam("until"),
        )
        .order_by(SyncRun.finished_at.desc())
        .limit(1)
        .scalar_subquery()
    )


# One row of four moments, each the end of an index; one status at a time, or the index could not be used.
_MOMENTS = select(
    _PLAYED_AT.order_by(Play.played_at).scalar_subquery(),
    _PLAYED_AT.where(Play.played_at < bindparam("until")).order_by(Play.played_at.desc()).scalar_subquery(),
    _last_sync("succeeded"),
    _last_sync("partial"),
)

_GAPS = (
    select(SyncRun.gap_started_at, SyncRun.gap_ended_at)
    .where(SyncRun.user_id == bindparam("user_id"), SyncRun.gap_ended_at > bindparam("moment"))
    .order_by(SyncRun.gap_ended_at.desc())
)


@dataclass(frozen=True, slots=True)
class Gap:
    """Two moments between which plays may be missing, since Spotify remembers only 50."""

    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the days of a span.

    `unknown` are the days of which nothing is known; `begins` is the first date of the history where that
    lies in the span, `ends` the last known date where that is before the span's last day; `breaks_off_at` is
    the moment after which nothing is known of that last day, which is over; `gaps` are those that reach into
    the span.
    """

    is_whole: bool
    unknown: frozenset[date]
    begins: date | None
    ends: date | None
    breaks_off_at: datetime | None
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """From when to when plays are stored, and the gaps in which some may be missing; None where none are."""

    begins_at: datetime | None
    ends_at: datetime | None
    gaps: tuple[Gap, ...]

    def unknown_days(self, first: date, last: date, where: ZoneInfo) -> frozenset[date]:
        """Return the local dates from `first` to `last` of which nothing is known."""
        return frozenset(
            day
            for dark_first, dark_last in self._dark_spans(where)
            for day in clock.each_day(max(first, dark_first), min(last, dark_last))
        )

    def is_whole(self, first: date, last: date, where: ZoneInfo, *, today: date) -> bool:
        """Tell whether every moment from `first` to `last` is covered, of today those until its last sync."""
        return (
            self.begins_at is not None
            and self.begins_at <= clock.day_start(first, where)
            and self._reaches_end_of(last, where, today)
            and not self.gaps_between(first, last, where)
        )

    def gaps_between(self, first: date, last: date, where: ZoneInfo) -> tuple[Gap, ...]:
        """Return the gaps that reach into the days from `first` to `last`."""
        start, end = clock.day_start(first, where), clock.day_start(last + _A_DAY, where)
        return tuple(gap for gap in self.gaps if gap.started_at < end and gap.ended_at > start)

    def of_span(
        self, first: date, last: date, where: ZoneInfo, *, today: date, heard: Collection[date] = ()
    ) -> Known:
        """Return what is known of the days from `first` to `last`; those that were `heard` always are."""
        begins = clock.local_date(self.begins_at, where) if self.begins_at else None
        ends = clock.local_date(self.ends_at, where) if self.ends_at else None
        begins_inside = self.begins_at is not None and self.begins_at > clock.day_start(first, where)
        return Known(
            is_whole=self.is_whole(first, last, where, today=today),
            unknown=self.unknown_days(first, last, where).difference(heard),
            begins=begins if begins_inside else None,
            ends=ends if ends and ends < last else None,
            breaks_off_at=self.ends_at if ends == last and last < today else None,
            gaps=self.gaps_between(first, last, where),
        )

    def _reaches_end_of(self, day: date, where: ZoneInfo, today: date) -> bool:
        """Tell whether a day is covered up to its end; of today it is enough that somebody looked."""
        if self.ends_at is None:
            return False
        if day == today:
            return clock.local_date(self.ends_at, where) >= today
        return self.ends_at >= clock.day_end(day, where)

    def _dark_spans(self, where: ZoneInfo) -> Iterator[tuple[date, date]]:
        """Yield the first and the last of the dates that are unknown together.

        The history begins with a play, and so does each gap and the time after it: their own dates are known.
        """
        if self.begins_at is None or self.ends_at is None:
            yield date.min, date.max
            return
        yield date.min, clock.local_date(self.begins_at, where) - _A_DAY
        for gap in self.gaps:
            yield (
                clock.local_date(gap.started_at, where) + _A_DAY,
                clock.local_date(gap.ended_at, where) - _A_DAY,
            )
        yield clock.local_date(self.ends_at, where) + _A_DAY, date.max


def coverage(user_id: int, since: datetime, until: datetime) -> Coverage:
    """Return what is known of the listener's plays, with the gaps that reach beyond `since`.

    It reaches to the last sync that read what was played recently, or to the last play where that is later. A
    sync or a play that seems to end after `until`, the end of today, was stored by a clock that was ahead.
    """
    first_play, *ends = read(_MOMENTS, user_id=user_id, until=until).one()
    return Coverage(
        begins_at=first_play,
        ends_at=max((moment for moment in ends if moment), default=None),
        gaps=gaps_since(user_id, since),
    )


def gaps_since(user_id: int, moment: datetime) -> tuple[Gap, ...]:
    """Return the gaps that reach beyond `moment`, the newest first."""
    # Where no play of a page could be read, the next sync sees its gap again: what has one start is one gap.
    ends: dict[datetime, datetime] = {}
    for started_at, ended_at in read(_GAPS, user_id=user_id, moment=moment):
        if started_at and ended_at:
            ends.setdefault(started_at, ended_at)
    return tuple(Gap(*gap) for gap in ends.items())
