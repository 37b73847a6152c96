"""Spotify's own ranking, as it was at the last sync."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import bindparam, select

from spotistats.extensions import read
from spotistats.models import UserTopArtist, UserTopTrack
from spotistats.plays import TimeRange

Kind = Literal["artists", "tracks"]
_STALE_AFTER = timedelta(days=7)

_ARTISTS = (
    select(
        UserTopArtist.rank,
        UserTopArtist.spotify_id,
        UserTopArtist.name,
        UserTopArtist.genres,
        UserTopArtist.image_url,
        UserTopArtist.created_at,
    )
    .where(UserTopArtist.user_id == bindparam("user_id"), UserTopArtist.time_range == bindparam("time_range"))
    .order_by(UserTopArtist.rank)
)
_TRACKS = (
    select(
        UserTopTrack.rank,
        UserTopTrack.spotify_id,
        UserTopTrack.name,
        UserTopTrack.artist_name,
        UserTopTrack.album_name,
        UserTopTrack.image_url,
        UserTopTrack.created_at,
    )
    .where(UserTopTrack.user_id == bindparam("user_id"), UserTopTrack.time_range == bindparam("time_range"))
    .order_by(UserTopTrack.rank)
)


@dataclass(frozen=True, slots=True)
class TopEntry:
    """An entry of the ranking; `detail` is the artists of a track, or the genres of an artist."""

    rank: int
    spotify_id: str
    name: str
    detail: str
    album_name: str | None
    image_url: str | None


@dataclass(frozen=True, slots=True)
class TopList:
    """A list, best first; `fetched_at` is None where nothing is stored."""

    entries: tuple[TopEntry, ...]
    fetched_at: datetime | None

    def is_stale(self, now: datetime) -> bool:
        """Tell whether the list is older than a week."""
        return self.fetched_at is not None and now - self.fetched_at > _STALE_AFTER


def top_list(user_id: int, kind: Kind, time_range: TimeRange) -> TopList:
    """Return one of the six lists."""
    entries = _artists(user_id, time_range) if kind == "artists" else _tracks(user_id, time_range)
    return TopList(tuple(entry for entry, _ in entries), entries[0][1] if entries else None)


def _artists(user_id: int, time_range: TimeRange) -> list[tuple[TopEntry, datetime]]:
    return [
        (
            TopEntry(row.rank, row.spotify_id, row.name, ", ".join(row.genres[:3]), None, row.image_url),
            row.created_at,
        )
        for row in read(_ARTISTS, user_id=user_id, time_range=time_range)
    ]


def _tracks(user_id: int, time_range: TimeRange) -> list[tuple[TopEntry, datetime]]:
    return [
        (
            TopEntry(row.rank, row.spotify_id, row.name, row.artist_name, row.album_name, row.image_url),
            row.created_at,
        )
        for row in read(_TRACKS, user_id=user_id, time_range=time_range)
    ]
