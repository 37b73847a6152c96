"""Spotify's JSON as a new application gets it, to be bent by a test."""

from typing import Any

Json = dict[str, Any]


def track(track_id: Any = "track", **changes: Any) -> Json:
    """Return a track; a change to `...` takes the field out."""
    return changed(
        {
            "id": track_id,
            "uri": f"spotify:track:{track_id}",
            "name": "Song",
            "duration_ms": 180_000,
            "artists": [{"id": "artist", "name": "Somebody"}],
            "album": album(),
            "external_ids": {"isrc": "GBAAA2600001"},
            "is_local": False,
            "preview_url": None,
        },
        changes,
    )


def album(**changes: Any) -> Json:
    images = [{"url": "https://i.scdn.co/image/300", "width": 300, "height": 300}]
    return changed({"id": "album", "name": "An album", "images": images}, changes)


def item(played_at: Any = "2026-02-25T20:15:20.497Z", **changes: Any) -> Json:
    """Return an item of recently played."""
    return changed({"track": track(), "played_at": played_at, "context": None}, changes)


def artist(artist_id: Any = "artist", **changes: Any) -> Json:
    """Return an artist of a top list."""
    images = [{"url": "https://i.scdn.co/image/320", "width": 320, "height": 320}]
    return changed({"id": artist_id, "name": "Somebody", "images": images}, changes)


def page(*items: Any) -> Json:
    return {"items": list(items), "next": None, "cursors": None, "limit": 50, "href": "https://api.test"}


def changed(fields: Json, changes: Json) -> Json:
    return {name: value for name, value in {**fields, **changes}.items() if value is not ...}
