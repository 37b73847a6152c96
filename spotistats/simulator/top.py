"""Top lists: an affinity order worked out from plays, without counts, as Spotify's is."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from .catalog import Artist, Track
from .life import Play

# About four weeks, six months and a year, in days.
TIME_RANGES = {"short_term": 28, "medium_term": 182, "long_term": 365}
KINDS = ("artists", "tracks")
LONGEST_LIST = 500
GUEST_SHARE = 0.3


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


Item = TypeVar("Item", bound=_Identified)


class _Ranking(Generic[Item]):
    """Sums of weights by id."""

    def __init__(self) -> None:
        self._items: dict[str, Item] = {}
        self._weights: dict[str, float] = {}

    def add(self, item: Item, weight: float) -> None:
        self._items[item.id] = item
        self._weights[item.id] = self._weights.get(item.id, 0) + weight

    def first(self, count: int) -> list[Item]:
        """The heaviest; the id decides between equals, so that the order is the same in every process."""
        order = sorted(self._weights, key=lambda item_id: (-self._weights[item_id], item_id))
        return [self._items[item_id] for item_id in order[:count]]


def top_lists(plays: Iterable[Play], now: datetime, days: int) -> tuple[list[Artist], list[Track]]:
    """Return the artists and the tracks of the plays since so many days before `now`, most liked first.

    A play counts less the older it is (half after half of the time), and less for a featured artist.
    """
    artists: _Ranking[Artist] = _Ranking()
    tracks: _Ranking[Track] = _Ranking()
    since = now - timedelta(days=days)
    for play in plays:
        if since < play.ended_at <= now:
            age = (now - play.ended_at) / timedelta(days=1)
            weight = 0.5 ** (age / (days / 2))
            tracks.add(play.track, weight)
            for position, artist in enumerate(play.track.artists):
                artists.add(artist, weight if position == 0 else weight * GUEST_SHARE)
    return artists.first(LONGEST_LIST), tracks.first(LONGEST_LIST)
