"""What somebody listens to: favourites that drift over the months, phases, and artists found on the way."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

from .catalog import Artist, Catalog, Release, Track
from .randomness import drift, fraction, stream

# Artists are found over ten years, about half of them before the first day on which anybody listens.
DISCOVERY_BEGINS = date(2014, 1, 1)
DISCOVERY_DAYS = 5500

MOODS: dict[str, dict[str, float]] = {
    "morning": {"german indie": 2.0, "synth pop": 1.6, "indie folk": 1.5, "piano": 0.5, "metal": 0.4},
    "focus": {
        "techno": 2.2,
        "post-rock": 2.4,
        "piano": 2.6,
        "jazz": 1.4,
        "hip hop": 0.4,
        "german indie": 0.4,
    },
    "commute": {"hip hop": 1.5, "dream pop": 1.4, "city pop": 1.4, "metal": 1.2, "piano": 0.3},
    "calm": {"jazz": 2.2, "indie folk": 1.9, "piano": 1.8, "dream pop": 1.5, "techno": 0.3, "metal": 0.3},
    "lively": {"techno": 2.4, "synth pop": 2.0, "latin": 2.0, "hip hop": 1.6, "piano": 0.1, "post-rock": 0.4},
    "sport": {"metal": 2.6, "hip hop": 2.0, "techno": 1.8, "piano": 0.05, "jazz": 0.2, "indie folk": 0.3},
    "away": {"latin": 3.0, "city pop": 1.8, "indie folk": 1.3, "techno": 0.5},
}

Item = TypeVar("Item")


@dataclass(frozen=True)
class Weighted(Generic[Item]):
    """Things to choose from, with the running sums of their weights."""

    items: Sequence[Item]
    sums: Sequence[float]

    def pick(self, chance: Random) -> Item:
        """Return one of the things, the heavier the likelier."""
        return chance.choices(self.items, cum_weights=self.sums)[0]


def _weighted(pairs: Sequence[tuple[Item, float]]) -> Weighted[Item]:
    return Weighted([item for item, _ in pairs], list(accumulate(weight for _, weight in pairs)))


class Taste:
    """The taste of one listener. `styles` says how much each style is liked; the others get a little.

    Weights change by the week, and each week is worked out once.
    """

    def __init__(self, catalog: Catalog, seed: int, listener_id: str, styles: dict[str, float]) -> None:
        self._catalog = catalog
        self._key = f"{seed}/{listener_id}"
        self._styles = styles
        self._found = {artist.id: self._discovery(artist) for artist in catalog.artists}
        # Kept on the instance, so that they go when it goes.
        self.artists = cache(self._artists)
        self.tracks = cache(self._tracks)
        self.song_of_the_week = cache(self._song_of_the_week)

    def _discovery(self, artist: Artist) -> date:
        share = fraction(self._key, "found", artist.id)
        return DISCOVERY_BEGINS + timedelta(days=int(share * DISCOVERY_DAYS))

    def _affinity(self, artist: Artist, day: date) -> float:
        """How much an artist is liked on a day; 0 for one who is not known yet or has released nothing.

        Liking the style × a love of one's own × the drift of some ten weeks × a phase of the style of some
        seven weeks × the zeal of the first weeks.
        """
        age = (day - self._found[artist.id]).days
        if age < 0 or not self.released(artist, day):
            return 0.0
        love = math.exp(0.95 * drift(f"{self._key}/love/{artist.id}", 0))
        wander = math.exp(0.85 * drift(f"{self._key}/drift/{artist.id}", day.toordinal() / 70))
        phase = math.exp(0.7 * drift(f"{self._key}/phase/{artist.style}", day.toordinal() / 50))
        zeal = 1 + 5 * math.exp(-age / 21)
        return self._styles.get(artist.style, 0.06) * love * wander * phase * zeal

    def released(self, artist: Artist, day: date) -> list[Release]:
        """Return what an artist has released by a day, oldest first."""
        return [release for release in self._catalog.releases[artist.id] if release.album.released <= day]

    def _artists(self, week: date, mood: str) -> Weighted[Artist]:
        liking = MOODS[mood]
        pairs = [
            (one, self._affinity(one, week) * liking.get(one.style, 1.0)) for one in self._catalog.artists
        ]
        return _weighted([(artist, weight) for artist, weight in pairs if weight > 0])

    def _tracks(self, artist_id: str, week: date) -> Weighted[Track]:
        """The tracks of an artist that are out: few are hits, and new ones are played more for two months."""
        pairs = []
        for release in self._catalog.releases[artist_id]:
            age = (week - release.album.released).days
            if age >= 0:
                fresh = 4.0 if age < 60 else 1.0
                pairs += [(track, fresh * self._hit(track)) for track in release.tracks]
        return _weighted(pairs)

    def _hit(self, track: Track) -> float:
        return 0.04 + float(fraction(self._key, "hit", track.id) ** 5)

    def _song_of_the_week(self, week: date) -> Track:
        chance = stream(self._key, "song of the week", week.isoformat())
        artist = self.artists(week, "commute").pick(chance)
        return self.tracks(artist.id, week).pick(chance)


def week_of(day: date) -> date:
    """Return the Monday of the week of a day."""
    return day - timedelta(days=day.weekday())
