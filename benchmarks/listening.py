"""A heavy listener's years: made up, believable, and the same each time for the same last day."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random

from spotistats.plays import Album, Artist, Play, Track
from spotistats.simulator.catalog import Track as MadeUpTrack
from spotistats.simulator.catalog import make_catalog

SEED = 7
# How likely it is that music begins in an hour of the day, from midnight on.
_HOURS = (1, 0, 0, 0, 0, 0, 2, 5, 7, 6, 6, 5, 4, 5, 6, 6, 6, 7, 8, 8, 7, 6, 4, 2)


def tracks() -> list[Track]:
    """Return some thousand tracks, the best loved first."""
    made_up = list(make_catalog(SEED).tracks())
    Random(SEED).shuffle(made_up)
    return [_told(track) for track in made_up]


def plays(last: date, *, days: int, count: int) -> Iterator[list[Play]]:
    """Yield the plays of each of the `days` that end with `last`, oldest day first; `count` in all.

    How much is heard changes from day to day. A few tracks are heard often and most of them seldom.
    """
    loved = tracks()
    weights = list(accumulate(1 / (place + 12) for place in range(len(loved))))
    shares = list(accumulate(Random(f"{SEED} days").uniform(0.3, 1.7) for _ in range(days)))
    bounds = [round(count * share / shares[-1]) for share in (0.0, *shares)]
    for offset in range(days):
        day = last - timedelta(days=days - 1 - offset)
        chance = Random(f"{SEED} day {offset}")
        heard = chance.choices(loved, cum_weights=weights, k=bounds[offset + 1] - bounds[offset])
        yield _played(day, heard, chance)


def fifty_more(after: datetime) -> list[Play]:
    """Return fifty plays in the minutes after `after`, one every three seconds: fast, but in order."""
    loved = Random(f"{SEED} more").sample(tracks(), 50)
    return [Play(after + timedelta(seconds=3 * place), track) for place, track in enumerate(loved, 1)]


def _played(day: date, heard: list[Track], chance: Random) -> list[Play]:
    """Return plays of a day whose moments are spread over its waking hours, none of them twice."""
    midnight = datetime.combine(day, time(), UTC)
    hours = chance.choices(range(24), weights=_HOURS, k=len(heard))
    moments = sorted({3_600_000 * hour + chance.randrange(3_600_000) for hour in hours})
    while len(moments) < len(heard):  # Two fell on one millisecond.
        moments.append(moments[-1] + 1)
    return [
        Play(midnight + timedelta(milliseconds=moment), track)
        for moment, track in zip(moments, heard, strict=True)
    ]


def _told(track: MadeUpTrack) -> Track:
    picture = hashlib.sha1(track.album.id.encode()).hexdigest()
    return Track(
        id=track.id,
        name=track.name,
        duration_ms=track.duration_ms,
        artists=tuple(Artist(artist.id, artist.name) for artist in track.artists),
        album=Album(track.album.id, track.album.name, f"https://i.scdn.co/image/{picture}"),
        isrc=track.isrc,
    )
