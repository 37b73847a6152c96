"""Rows put straight into the tables, and a picture of everything that is in them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import insert, select

from spotistats.extensions import db, transaction
from spotistats.models import Artist, Play, SyncRun, Track, TrackArtist, User
from spotistats.services.recording import rebuild_all_days

BORN = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Heard:
    """A play to store; a track's first credited artist is "artist-" and its id's first letter."""

    played_at: datetime
    track_id: str = "a1"
    ms_played: int = 180_000

    @property
    def artist_id(self) -> str:
        return f"artist-{self.track_id[0]}"


def store_listener(name: str, *, timezone: str = "UTC") -> int:
    """Store a listener who never signed in; return the user id."""
    with transaction() as session:
        user = User(spotify_id=name, display_name=name.capitalize(), timezone=timezone, created_at=BORN)
        session.add(user)
        session.flush()
        return user.id


def user_id_of(name: str) -> int:
    """Return the user id of the listener with that Spotify id."""
    found = db.session.scalar(select(User.id).where(User.spotify_id == name))
    assert found is not None
    return found


def store_plays(user_id: int, heard: Iterable[Heard], *, timezone: str = "UTC") -> None:
    """Store plays with their tracks and artists, and build the days."""
    plays = list(heard)
    with transaction() as session:
        known = set(session.scalars(select(Track.id)))
        tracks = {play.track_id: play for play in plays if play.track_id not in known}
        artists = {play.artist_id for play in tracks.values()} - set(session.scalars(select(Artist.id)))
        _insert(session, Artist, [{"id": artist, "name": f"Name of {artist}"} for artist in sorted(artists)])
        _insert(session, Track, [_track(play) for play in tracks.values()])
        _insert(
            session,
            TrackArtist,
            [
                {"track_id": play.track_id, "position": 0, "artist_id": play.artist_id}
                for play in tracks.values()
            ],
        )
        _insert(
            session,
            Play,
            [
                {
                    "user_id": user_id,
                    "played_at": play.played_at,
                    "track_id": play.track_id,
                    "ms_played": play.ms_played,
                    "source": "sync",
                }
                for play in plays
            ],
        )
        rebuild_all_days(session, user_id, ZoneInfo(timezone), now=BORN)


def store_sync(user_id: int, number: int, *, ended: datetime, **values: object) -> None:
    """Store the end of a sync, which brought a play unless `values` say something else."""
    values = {"status": "succeeded", "plays_added": 1, **values}
    with transaction() as session:
        session.add(SyncRun(user_id=user_id, id=number, started_at=ended, finished_at=ended, **values))


def everything(app: Flask) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables, to compare before and after."""
    with app.app_context():
        picture = {
            table.name: sorted((tuple(row) for row in db.session.execute(select(table))), key=repr)
            for table in db.metadata.sorted_tables
        }
        db.session.rollback()
    return picture


def empty_tables() -> None:
    """Delete all rows of all tables."""
    with transaction() as session:
        for table in reversed(db.metadata.sorted_tables):
            session.execute(table.delete())


def _track(play: Heard) -> dict[str, Any]:
    return {
        "id": play.track_id,
        "name": f"Name of {play.track_id}",
        "duration_ms": 180_000,
        "artist_name": f"Name of {play.artist_id}",
    }


def _insert(session: Any, table: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(table), rows)
