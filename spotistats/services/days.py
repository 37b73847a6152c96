"""What a day of listening adds up to: plays in, totals out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from spotistats import clock

_MS_PER_MINUTE = 60_000
_ONE_DAY = timedelta(days=1)


class HeardPlay(NamedTuple):
    """A stored play with its track's first credited artist, None where a track names nobody."""

    played_at: datetime
    track_id: str
    artist_id: str | None
    ms_played: int


@dataclass(frozen=True, slots=True)
class DayTotals:
    plays: int
    ms_played: int
    top_track_id: str
    top_artist_id: str | None

    @property
    def minutes(self) -> int:
        """Whole minutes, rounded half up."""
        return (self.ms_played + _MS_PER_MINUTE // 2) // _MS_PER_MINUTE


def total(heard: Iterable[HeardPlay]) -> DayTotals | None:
    """Return the totals of one day's plays, None where there are none."""
    tally = _Tally()
    for play in heard:
        tally.add(play)
    return tally.totals() if tally.tracks else None


def each_total(heard: Iterable[HeardPlay], where: ZoneInfo) -> Iterator[tuple[date, DayTotals]]:
    """Yield each local date of plays that come in the order of their end, with its totals.

    However many plays there are, only the tallies of a few days are held. A day is over once a date after
    the next has come: where clocks were set back over midnight, an hour of the next date was followed by an
    hour of the one before it.
    """
    tallies: dict[date, _Tally] = {}
    for play in heard:
        day = clock.local_date(play.played_at, where)
        if day not in tallies:
            for over in [other for other in tallies if other < day - _ONE_DAY]:
                yield over, tallies.pop(over).totals()
            tallies[day] = _Tally()
        tallies[day].add(play)
    for day, tally in tallies.items():
        yield day, tally.totals()


class _Tally:
    """What has been heard of a day so far: plays and milliseconds of each track and each artist."""

    def __init__(self) -> None:
        self.tracks: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
        self.artists: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])

    def add(self, play: HeardPlay) -> None:
        _count(self.tracks[play.track_id], play.ms_played)
        if play.artist_id is not None:
            _count(self.artists[play.artist_id], play.ms_played)

    def totals(self) -> DayTotals:
        """Return the day's totals; there must be a play.

        The top is who has the most plays, then the most milliseconds, then the smallest id by code point.
        """
        return DayTotals(
            plays=sum(plays for plays, _ms in self.tracks.values()),
            ms_played=sum(ms for _plays, ms in self.tracks.values()),
            top_track_id=_top(self.tracks),
            top_artist_id=_top(self.artists) if self.artists else None,
        )


def _count(tally: list[int], ms_played: int) -> None:
    tally[0] += 1
    tally[1] += ms_played


def _top(tallies: dict[str, list[int]]) -> str:
    return min(tallies, key=lambda key: (-tallies[key][0], -tallies[key][1], key))
