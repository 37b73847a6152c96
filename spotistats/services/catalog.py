"""Tracks, albums and artists as sources name them, shared by all listeners."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Delete, delete, exists, func, insert, select
from sqlalchemy.orm import Session

from spotistats.extensions import Base, insert_or_update
from spotistats.models import Album, Artist, DailyListening, Play, Track, TrackArtist
from spotistats.plays import Track as ToldTrack


def save_tracks(session: Session, told: Iterable[ToldTrack]) -> None:
    """Store tracks with their albums, artists and credits, as they are named now.

    Rows are written in the order of their ids, so that two syncs at once wait for each other instead of
    locking each other out; the lock on a track also guards its credits.
    """
    tracks = {track.id: track for track in told}
    albums = {track.album.id: track.album for track in tracks.values() if track.album}
    artists = {artist.id: artist for track in tracks.values() for artist in track.artists}
    _put(session, Artist, [{"id": artist.id, "name": artist.name} for artist in artists.values()])
    _put(
        session,
        Album,
        [{"id": album.id, "name": album.name, "image_url": album.image_url} for album in albums.values()],
    )
    _put(
        session,
        Track,
        [
            {
                "id": track.id,
                "name": track.name,
                "duration_ms": track.duration_ms,
                "isrc": track.isrc,
                "album_id": track.album.id if track.album else None,
                "artist_name": track.artist_name,
            }
            for track in tracks.values()
        ],
    )
    _save_credits(session, tracks)


def unplayed() -> tuple[Delete, ...]:
    """Return the statements that delete tracks, albums and artists that nothing names, in their order."""
    return (
        _delete_free(Track, ~exists().where(Play.track_id == Track.id)),
        _delete_free(Album, ~exists().where(Track.album_id == Album.id)),
        _delete_free(
            Artist,
            ~exists().where(TrackArtist.artist_id == Artist.id),
            ~exists().where(DailyListening.top_artist_id == Artist.id),
        ),
    )


def delete_unplayed(session: Session) -> None:
    """Delete what nothing names any more; a day may name an artist whom its track credits no longer.

    Each is asked by itself whether anything names it: PostgreSQL cannot hold a million names at once, and
    would go through all of them for each.
    """
    for unnamed in unplayed():
        session.execute(unnamed.execution_options(synchronize_session=False))


def _delete_free(table: type[Artist | Album | Track], *conditions: ColumnElement[bool]) -> Delete:
    """Return the statement that deletes what the conditions tell, except rows that somebody is writing.

    A sync that holds an artist may be about to write a track of theirs. Whoever deletes has the tracks first,
    so if it waited for the artist, neither would ever end. What is passed over is in use, or goes next time.
    """
    free = select(table.id).where(*conditions).with_for_update(skip_locked=True).correlate(None)
    return delete(table).where(table.id.in_(free))


def _save_credits(session: Session, tracks: dict[str, ToldTrack]) -> None:
    stored: dict[str, list[str]] = {track_id: [] for track_id in tracks}
    for track_id, artist_id in session.execute(
        select(TrackArtist.track_id, TrackArtist.artist_id)
        .where(TrackArtist.track_id.in_(tracks))
        .order_by(TrackArtist.track_id, TrackArtist.position)
    ):
        stored[track_id].append(artist_id)
    changed = [
        track for track in tracks.values() if stored[track.id] != [artist.id for artist in track.artists]
    ]
    session.execute(delete(TrackArtist).where(TrackArtist.track_id.in_([track.id for track in changed])))
    rows = [
        {"track_id": track.id, "position": position, "artist_id": artist.id}
        for track in changed
        for position, artist in enumerate(track.artists)
    ]
    if rows:
        session.execute(insert(TrackArtist), rows)


def _put(session: Session, table: type[Base], rows: list[dict[str, Any]]) -> None:
    """Insert rows or bring those with the same id up to date; what is told as None leaves what is stored."""
    if not rows:
        return
    statement = insert_or_update(session, table).values(sorted(rows, key=lambda row: row["id"]))
    statement = statement.on_conflict_do_update(
        index_elements=["id"],
        set_={
            column: func.coalesce(statement.excluded[column], getattr(table, column))
            for column in rows[0]
            if column != "id"
        },
    )
    session.execute(statement)
