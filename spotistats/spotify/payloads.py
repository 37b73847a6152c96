"""Spotify's JSON → typed values. What is missing is an error here, not a None later.

Shapes: Spotify's Web API reference, and answers recorded from it in 2026. A new application in development
mode gets no genres, popularity, followers or previews; an older one still does.
"""

from datetime import UTC, datetime
from typing import TypeGuard, TypeVar

from spotistats.plays import (
    Album,
    Artist,
    Play,
    Profile,
    RecentlyPlayed,
    TopArtist,
    TopTrack,
    Track,
    joined_names,
)
from spotistats.spotify.errors import Malformed
from spotistats.spotify.http import JSON

Value = TypeVar("Value")

_LONGEST_ID = 512  # An index row of PostgreSQL holds 2,700 bytes.
_LONGEST_DURATION_MS = 7 * 24 * 3600 * 1000
_EARLIEST_PLAY = datetime(2006, 1, 1, tzinfo=UTC)  # Before Spotify there were no plays.
_LATEST_PLAY = datetime(2200, 1, 1, tzinfo=UTC)
_LOCAL = "spotify:local:"
_GOOD_WIDTH = 300
_MOST_ARTISTS = 200


def profile(answer: JSON) -> Profile:
    """`GET /me` → who signed in."""
    fields = _object(answer, "me")
    account_id = fields.get("account_id")
    display_name = fields.get("display_name")
    return Profile(
        spotify_id=_id(fields.get("id"), "me.id"),
        account_id=None if account_id is None else _id(account_id, "me.account_id"),
        display_name=None if display_name is None else _name(display_name, "me.display_name"),
    )


def recently_played(answer: JSON, *, limit: int) -> RecentlyPlayed:
    """`GET /me/player/recently-played` → its plays as Spotify lists them.

    An item without a track (Spotify sends `null` at times) is passed over. One that lacks something else is
    counted as unreadable, so that a single odd item cannot keep the other plays from being kept.
    """
    items = _items(answer)[:limit]
    plays: list[Play] = []
    ends: list[datetime] = []
    unreadable = 0
    for item in items:
        try:
            played_at, fields = _played(item)
            ends.append(played_at)
            play = _play(played_at, fields)
        except Malformed:
            unreadable += 1
        else:
            plays.extend([play] if play else [])
    full_since = min(ends, default=None) if len(items) >= limit else None
    return RecentlyPlayed(plays=tuple(plays), unreadable=unreadable, full_since=full_since)


def top_artists(answer: JSON, *, limit: int) -> tuple[TopArtist, ...]:
    """`GET /me/top/artists` → at most `limit` artists, best first."""
    return tuple(_top_artist(_object(item, "artist")) for item in _items(answer)[:limit])


def top_tracks(answer: JSON, *, limit: int) -> tuple[TopTrack, ...]:
    """`GET /me/top/tracks` → at most `limit` tracks, best first."""
    return tuple(_top_track(_object(item, "track")) for item in _items(answer)[:limit])


def _played(item: JSON) -> tuple[datetime, dict[str, JSON]]:
    """Return when an item was played, and its fields."""
    fields = _object(item, "item")
    return _moment(fields.get("played_at"), "item.played_at"), fields


def _play(played_at: datetime, fields: dict[str, JSON]) -> Play | None:
    if "track" not in fields:
        raise Malformed("item.track is missing")
    if fields["track"] is None:
        return None
    track_fields = _object(fields["track"], "track")
    track_id = _track_id(track_fields)
    if track_id is None:
        return None
    return Play(played_at=played_at, track=_track(track_id, track_fields))


def _track_id(fields: dict[str, JSON]) -> str | None:
    """Return the id; a local file's is its URI; None for the rare track that has neither."""
    if "id" not in fields:
        raise Malformed("track.id is missing")
    if fields["id"] is not None:
        return _id(fields["id"], "track.id")
    uri = fields.get("uri")
    return _id(uri, "track.uri") if isinstance(uri, str) and uri.startswith(_LOCAL) else None


def _track(track_id: str, fields: dict[str, JSON]) -> Track:
    external_ids = fields.get("external_ids")
    isrc = external_ids.get("isrc") if isinstance(external_ids, dict) else None
    return Track(
        id=track_id,
        name=_name(fields.get("name"), "track.name"),
        duration_ms=_whole(fields.get("duration_ms"), "track.duration_ms", most=_LONGEST_DURATION_MS),
        artists=_artists(fields),
        album=_album(fields.get("album")),
        isrc=_name(isrc, "track.external_ids.isrc") if isinstance(isrc, str) else None,
    )


def _artists(fields: dict[str, JSON]) -> tuple[Artist, ...]:
    """Return all credited artists; a list longer than any sleeve's is an error."""
    credited = _list(fields.get("artists"), "track.artists")
    if len(credited) > _MOST_ARTISTS:
        raise Malformed("track.artists is too long")
    return tuple(_artist(_object(item, "track.artists")) for item in credited)


def _artist(fields: dict[str, JSON]) -> Artist:
    name = _name(fields.get("name"), "artist.name")
    if fields.get("id") is None:  # A local file's artist has no id; its name is all there is.
        return Artist(id=f"{_LOCAL}artist:{name}"[:_LONGEST_ID], name=name)
    return Artist(id=_id(fields["id"], "artist.id"), name=name)


def _album(fields: JSON) -> Album | None:
    if not isinstance(fields, dict) or fields.get("id") is None:
        return None
    return Album(
        id=_id(fields["id"], "album.id"),
        name=_name(fields.get("name"), "album.name"),
        image_url=_image_url(fields.get("images")),
    )


def _top_artist(fields: dict[str, JSON]) -> TopArtist:
    genres = fields.get("genres")
    popularity = fields.get("popularity")
    return TopArtist(
        spotify_id=_id(fields.get("id"), "artist.id"),
        name=_name(fields.get("name"), "artist.name"),
        genres=tuple(_clean(genre) for genre in genres if isinstance(genre, str))
        if isinstance(genres, list)
        else (),
        image_url=_image_url(fields.get("images")),
        popularity=popularity if _is_whole(popularity) and 0 <= popularity <= 100 else None,
    )


def _top_track(fields: dict[str, JSON]) -> TopTrack:
    track_id = _track_id(fields)
    if track_id is None:
        raise Malformed("track.id is null")
    album = fields.get("album")
    album_name = album.get("name") if isinstance(album, dict) else None
    preview_url = fields.get("preview_url")
    return TopTrack(
        spotify_id=track_id,
        name=_name(fields.get("name"), "track.name"),
        artist_name=joined_names(_artists(fields)),
        album_name=_clean(album_name) if isinstance(album_name, str) else None,
        image_url=_image_url(album.get("images")) if isinstance(album, dict) else None,
        preview_url=_clean(preview_url) if isinstance(preview_url, str) else None,
    )


def _image_url(images: JSON) -> str | None:
    """Return the picture whose width is nearest to what the pages show; widths may be null."""
    usable = [
        image
        for image in (images if isinstance(images, list) else [])
        if isinstance(image, dict) and isinstance(image.get("url"), str)
    ]
    if not usable:
        return None

    def distance(image: dict[str, JSON]) -> int:
        width = image.get("width")
        return abs(width - _GOOD_WIDTH) if _is_whole(width) else _GOOD_WIDTH

    return _clean(min(usable, key=distance)["url"])


def _items(answer: JSON) -> list[JSON]:
    return _list(_object(answer, "answer").get("items"), "items")


def _object(value: JSON, what: str) -> dict[str, JSON]:
    return _typed(value, dict, what)


def _list(value: JSON, what: str) -> list[JSON]:
    return _typed(value, list, what)


def _typed(value: JSON, kind: type[Value], what: str) -> Value:
    if not isinstance(value, kind):
        raise Malformed(f"{what} is missing or of another kind")
    return value


def _id(value: JSON, what: str) -> str:
    text = _clean(_typed(value, str, what))
    if not 0 < len(text) <= _LONGEST_ID:
        raise Malformed(f"{what} is empty or too long")
    return text


def _name(value: JSON, what: str) -> str:
    return _clean(_typed(value, str, what))


def _clean(text: str) -> str:
    """Return what a database can hold: no NUL, and no half of a character (JSON can spell both)."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _is_whole(value: JSON) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _whole(value: JSON, what: str, *, most: int) -> int:
    if not _is_whole(value) or not 0 <= value <= most:
        raise Malformed(f"{what} is missing or no sensible number")
    return int(value)


def _moment(value: JSON, what: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_typed(value, str, what))
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Malformed(f"{what} is not a moment") from error
    if not _EARLIEST_PLAY <= moment < _LATEST_PLAY:
        raise Malformed(f"{what} is out of range")
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
