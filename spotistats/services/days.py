"""What a day of listening adds up to: plays in, totals out."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

_MS_PER_MINUTE = 60_000


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
    """Return the totals of one day's plays, None where there are none.

    The top is who has the most plays, then the most milliseconds, then the smallest id by code point.
    """
    tracks: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    artists: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for play in heard:
        _count(tracks[play.track_id], play.ms_played)
        if play.artist_id is not None:
            _count(artists[play.artist_id], play.ms_played)
    if not tracks:
        return None
    return DayTotals(
        plays=sum(plays for plays, _ms in tracks.values()),
        ms_played=sum(ms for _plays, ms in tracks.values()),
        top_track_id=_top(tracks),
        top_artist_id=_top(artists) if artists else None,
    )


def _count(tally: list[int], ms_played: int) -> None:
    tally[0] += 1
    tally[1] += ms_played


def _top(tallies: dict[str, list[int]]) -> str:
    return min(tallies, key=lambda key: (-tallies[key][0], -tallies[key][1], key))
