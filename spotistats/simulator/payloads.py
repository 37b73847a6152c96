"""Spotify's JSON, as an application in development mode gets it since 2026.

Gone are the genres, popularity and followers of artists, the popularity, available_markets and linked_from of
tracks, the popularity, label and genres of albums, and the email, country and product of the listener.
`origin` is the simulator's own address, to which `href` and generated pictures point.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from .catalog import Album, Artist, Track
from .life import Play

Json = dict[str, Any]
ALBUM_SIZES = (640, 300, 64)
ARTIST_SIZES = (640, 320, 160)
PERSON_SIZES = (300, 64)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def error(status: int, message: str) -> Json:
    """Return the body of a failed call of the Web API."""
    return {"error": {"status": status, "message": message}}


def milliseconds(moment: datetime) -> int:
    """Return a moment as Unix time in whole milliseconds."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def timestamp(moment: datetime) -> str:
    """Return a moment as Spotify writes it: UTC, to the millisecond."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _links(kind: str, object_id: str, origin: str) -> Json:
    return {
        "external_urls": {"spotify": f"https://open.spotify.com/{kind}/{object_id}"},
        "href": f"{origin}/v1/{kind}s/{object_id}",
        "id": object_id,
        "type": kind,
        "uri": f"spotify:{kind}:{object_id}",
    }


def _images(image: str | None, sizes: tuple[int, ...], origin: str) -> list[Json]:
    if image is None:
        return []
    if not image.startswith("/"):
        return [{"height": None, "url": image, "width": None}]
    return [{"height": size, "url": f"{origin}{image}?size={size}", "width": size} for size in sizes]


def simple_artist(artist: Artist, origin: str) -> Json:
    """Return an artist as tracks and albums carry it."""
    return {**_links("artist", artist.id, origin), "name": artist.name}


def full_artist(artist: Artist, origin: str) -> Json:
    """Return an artist as a top list carries it."""
    return {**simple_artist(artist, origin), "images": _images(artist.image, ARTIST_SIZES, origin)}


def simple_album(album: Album, origin: str) -> Json:
    """Return an album as a track carries it."""
    return {
        **_links("album", album.id, origin),
        "album_type": album.kind,
        "artists": [simple_artist(artist, origin) for artist in album.artists],
        "images": _images(album.image, ALBUM_SIZES, origin),
        "name": album.name,
        "release_date": album.released.isoformat(),
        "release_date_precision": "day",
        "total_tracks": album.total_tracks,
    }


def full_track(track: Track, origin: str) -> Json:
    """Return a track as plays and top lists carry it."""
    return {
        **_links("track", track.id, origin),
        "album": simple_album(track.album, origin),
        "artists": [simple_artist(artist, origin) for artist in track.artists],
        "disc_number": 1,
        "duration_ms": track.duration_ms,
        "explicit": track.explicit,
        "external_ids": {"isrc": track.isrc} if track.isrc else {},
        "is_local": False,
        "is_playable": True,
        "name": track.name,
        "preview_url": None,
        "track_number": track.number,
    }


def play_item(play: Play, origin: str) -> Json:
    """Return an item of recently played. `played_at` is the end of the play."""
    context = None
    if play.context is not None:
        context = _links(*play.context, origin)
        del context["id"]
    return {
        "track": full_track(play.track, origin),
        "played_at": timestamp(play.ended_at),
        "context": context,
    }


def me(
    listener_id: str, account_id: str | None, display_name: str | None, image: str | None, origin: str
) -> Json:
    """Return the profile of a listener. `account_id` None leaves the field out, as it was before May 2026."""
    profile = {
        **_links("user", listener_id, origin),
        "account_id": account_id,
        "display_name": display_name,
        "images": _images(image, PERSON_SIZES, origin),
    }
    if account_id is None:
        del profile["account_id"]
    return profile


def _ended(item: Json) -> int | None:
    """When a raw item ended, in Unix milliseconds; None where a scripted item does not say so properly."""
    try:
        return milliseconds(datetime.fromisoformat(item["played_at"]))
    except (KeyError, TypeError, ValueError):
        return None


def is_between(item: Json, after: int | None, before: int | None) -> bool:
    """Tell whether an item ended after the one moment and before the other, in Unix milliseconds."""
    ended = _ended(item)
    return ended is None or ((after is None or ended > after) and (before is None or ended < before))


def recently_played(items: list[Json], limit: int, href: str) -> Json:
    """Return a page of plays, newest first. There is no `total`, and cursors are texts.

    `next` is given with a full page, even where nothing follows it.
    """
    page: Json = {"items": items, "next": None, "cursors": None, "limit": limit, "href": href}
    stamps = [stamp for stamp in map(_ended, items) if stamp is not None]
    if stamps:
        page["cursors"] = {"after": str(stamps[0]), "before": str(stamps[-1])}
        if len(items) == limit:
            base = href.partition("?")[0]
            page["next"] = f"{base}?{urlencode({'before': stamps[-1], 'limit': limit})}"
    return page


def top_page(items: list[Json], total: int, *, limit: int, offset: int, base: str) -> Json:
    """Return a page of a top list of `total` items; `base` is its address with the time range."""

    def address(start: int) -> str:
        return f"{base}&{urlencode({'limit': limit, 'offset': start})}"

    return {
        "items": items,
        "total": total,
        "limit": limit,
        "offset": offset,
        "href": address(offset),
        "next": address(offset + limit) if offset + limit < total else None,
        "previous": address(max(0, offset - limit)) if offset else None,
    }
