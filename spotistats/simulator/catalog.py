"""A made-up catalogue of artists, albums and tracks: the same for the same seed, whatever the process."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from random import Random

from .artists import STYLES, Style
from .randomness import fraction, identifier, stream
from .titles import ALBUM_FORMS, VENUES, VERSIONS, WORDS

SHORTEST_MS = 95_000
LONGEST_MS = 540_000
NEWEST_RELEASE = date(2036, 1, 1)


@dataclass(frozen=True)
class Artist:
    """`image` is the path of the picture at the simulator, or a full address, or None where there is none."""

    id: str
    name: str
    style: str = ""
    image: str | None = None


@dataclass(frozen=True)
class Album:
    id: str
    name: str
    artists: tuple[Artist, ...]
    released: date
    kind: str = "album"
    total_tracks: int = 1
    image: str | None = None


@dataclass(frozen=True)
class Track:
    id: str
    name: str
    artists: tuple[Artist, ...]
    album: Album
    duration_ms: int
    number: int = 1
    explicit: bool = False
    isrc: str | None = None


@dataclass(frozen=True)
class Release:
    """An album with its tracks in order."""

    album: Album
    tracks: tuple[Track, ...]


@dataclass(frozen=True)
class Catalog:
    """`releases` are kept by artist id, oldest first."""

    artists: tuple[Artist, ...]
    releases: dict[str, tuple[Release, ...]]

    def tracks(self) -> Iterator[Track]:
        """Yield every track of the catalogue."""
        for releases in self.releases.values():
            for release in releases:
                yield from release.tracks


def image_path(image_id: str) -> str:
    """Return where the simulator serves the generated picture of an artist, album or listener."""
    return f"/images/{image_id}.svg"


@lru_cache(maxsize=8)
def make_catalog(seed: int) -> Catalog:
    """Return the catalogue of a seed: about 120 artists with some thousand tracks (in 0.1 s, then kept)."""
    artists = tuple(
        Artist(identifier(seed, "artist", name), name, style, image_path(identifier(seed, "artist", name)))
        for style, described in STYLES.items()
        for name in described.names
    )
    by_style = {style: [artist for artist in artists if artist.style == style] for style in STYLES}
    releases = {artist.id: _discography(seed, artist, by_style[artist.style]) for artist in artists}
    return Catalog(artists, releases)


def _discography(seed: int, artist: Artist, peers: list[Artist]) -> tuple[Release, ...]:
    chance = stream(seed, "discography", artist.id)
    released = date(chance.randint(1978, 2018), chance.randint(1, 12), chance.randint(1, 28))
    guests = [peer for peer in peers if peer != artist]
    made = _Maker(seed, artist, guests, chance)
    releases: list[Release] = []
    while released < NEWEST_RELEASE and len(releases) < 8:
        kind = "single" if chance.random() < 0.35 else "album"
        releases.append(made.release(kind, released, number=len(releases)))
        # The first albums come fast; who lasts takes more time.
        released += timedelta(days=chance.randint(300, 900) + 150 * len(releases))
    return tuple(releases)


@dataclass
class _Maker:
    """Makes the releases of one artist, without giving a title twice."""

    seed: int
    artist: Artist
    guests: list[Artist]
    chance: Random

    def __post_init__(self) -> None:
        self.taken: set[str] = set()
        self.style: Style = STYLES[self.artist.style]

    def title(self) -> str:
        words = WORDS[self.style.language]
        for _ in range(40):
            title = words.title(self.chance)
            if title not in self.taken:
                break
        self.taken.add(title)
        return title

    def release(self, kind: str, released: date, *, number: int) -> Release:
        titles = [self.title() for _ in range(self.chance.randint(8, 13) if kind == "album" else 1)]
        named = self.chance.choice(ALBUM_FORMS if kind == "album" else ("{}",)).format(titles[0])
        rows = [self._credited(title) for title in titles]
        rows += self._versions(rows[0], kind)
        album_id = identifier(self.seed, "album", self.artist.id, number)
        album = Album(album_id, named, (self.artist,), released, kind, len(rows), image_path(album_id))
        tracks = tuple(
            self._track(album, number, name, artists) for number, (name, artists) in enumerate(rows, 1)
        )
        return Release(album, tracks)

    def _credited(self, title: str) -> tuple[str, tuple[Artist, ...]]:
        if self.chance.random() >= self.style.guests:
            return title, (self.artist,)
        guest = self.chance.choice(self.guests)
        return f"{title} (feat. {guest.name})", (self.artist, guest)

    def _versions(
        self, first: tuple[str, tuple[Artist, ...]], kind: str
    ) -> list[tuple[str, tuple[Artist, ...]]]:
        title, artists = first
        versions = []
        if kind == "single" and self.chance.random() < self.style.remixes:
            for guest in self.chance.sample(self.guests, self.chance.randint(1, 3)):
                credited = artists if guest in artists else (*artists, guest)
                versions.append((f"{title} - {guest.name} Remix", credited))
        if self.chance.random() < self.style.live:
            versions.append((f"{title} - {self.chance.choice(VENUES)}", artists))
        if self.chance.random() < 0.12:
            versions.append((f"{title} - {self.chance.choice(VERSIONS)}", artists))
        return versions

    def _track(self, album: Album, number: int, name: str, artists: tuple[Artist, ...]) -> Track:
        low, high = self.style.seconds
        length = int(self.chance.triangular(low * 900, high * 1080, (low + high) * 480))
        track_id = identifier(self.seed, "track", album.id, number)
        return Track(
            id=track_id,
            name=name,
            artists=artists,
            album=album,
            duration_ms=min(LONGEST_MS, max(SHORTEST_MS, length)),
            number=number,
            explicit=self.artist.style == "hip hop" and fraction(track_id, "explicit") < 0.5,
            isrc=made_up_isrc(track_id, album.released.year),
        )


def made_up_isrc(track_id: str, year: int) -> str:
    """Return an ISRC of the country code ZZ, which is never given to anybody: none can be a real one."""
    owner = identifier(track_id)[:3].upper()
    return f"ZZ{owner}{year % 100:02d}{int(fraction(track_id, 'isrc') * 100_000):05d}"
