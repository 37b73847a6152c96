"""A play, a track, an artist as a source tells it, before it is ours."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

TimeRange = Literal["short_term", "medium_term", "long_term"]
TIME_RANGES: tuple[TimeRange, ...] = get_args(TimeRange)


@dataclass(frozen=True, slots=True)
class Artist:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Album:
    id: str
    name: str
    image_url: str | None


@dataclass(frozen=True, slots=True)
class Track:
    """A track with all its credited artists, the first one first."""

    id: str
    name: str
    duration_ms: int
    artists: tuple[Artist, ...]
    album: Album | None
    isrc: str | None

    @property
    def artist_name(self) -> str:
        """All credited artists in one line."""
        return joined_names(self.artists)


@dataclass(frozen=True, slots=True)
class Play:
    """That a track was played; `played_at` is the end of the play, in UTC, to the millisecond."""

    played_at: datetime
    track: Track

    @property
    def order(self) -> tuple[datetime, str]:
        """What plays are sorted by, where their order counts: their end, then the track's id."""
        return self.played_at, self.track.id


@dataclass(frozen=True, slots=True)
class RecentlyPlayed:
    """One page of plays, in no promised order; `unreadable` counts items that had to be left out.

    `full_since` is the end of the oldest item, readable or not, where the page is full: Spotify may have had
    more to tell than fits on it. It is None where all that was played recently is on the page.
    """

    plays: tuple[Play, ...]
    unreadable: int
    full_since: datetime | None


@dataclass(frozen=True, slots=True)
class TopArtist:
    spotify_id: str
    name: str
    genres: tuple[str, ...]
    image_url: str | None
    popularity: int | None


@dataclass(frozen=True, slots=True)
class TopTrack:
    spotify_id: str
    name: str
    artist_name: str
    album_name: str | None
    image_url: str | None
    preview_url: str | None


@dataclass(frozen=True, slots=True)
class TopLists:
    """All six lists of Spotify's own ranking, best first."""

    artists: dict[TimeRange, tuple[TopArtist, ...]]
    tracks: dict[TimeRange, tuple[TopTrack, ...]]


@dataclass(frozen=True, slots=True)
class Profile:
    """Who signed in; `account_id` never changes but is missing for older applications."""

    spotify_id: str
    account_id: str | None
    display_name: str | None


def joined_names(artists: tuple[Artist, ...]) -> str:
    """Return the names of `artists` in one line, as sleeves print them."""
    return ", ".join(artist.name for artist in artists)
