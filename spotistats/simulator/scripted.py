"""Plays that a test writes down itself."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from .catalog import Album, Artist, Track
from .life import Play


@dataclass(frozen=True)
class ScriptedPlay:
    """One play. `played_at` is its end and must know its time zone; `artists` and `album` are (id, name)."""

    played_at: datetime
    track_id: str
    name: str = "Song"
    duration_ms: int = 180_000
    artists: list[tuple[str, str]] = field(default_factory=lambda: [("artist-1", "Artist")])
    album: tuple[str, str] = ("album-1", "Album")
    image_url: str | None = None
    isrc: str | None = None

    def to_play(self) -> Play:
        """Return it as the simulator keeps plays."""
        if self.played_at.tzinfo is None:
            raise ValueError("played_at needs a time zone")
        credited = tuple(Artist(artist_id, name) for artist_id, name in self.artists)
        album = Album(*self.album, artists=credited[:1], released=date(2020, 1, 1), image=self.image_url)
        track = Track(self.track_id, self.name, credited, album, self.duration_ms, isrc=self.isrc)
        ended = self.played_at.astimezone(UTC)
        return Play(track, ended - timedelta(milliseconds=self.duration_ms), ended)
