from datetime import UTC, date, datetime
from typing import Any

from spotistats.simulator import payloads
from spotistats.simulator.catalog import Album, Artist, Track
from spotistats.simulator.life import Play

ORIGIN = "http://127.0.0.1:9"
ARTIST = Artist("a1", "Artist", image="/images/a1.svg")
ALBUM = Album("al1", "Album", (ARTIST,), date(2024, 5, 6), "album", 9, "/images/al1.svg")
TRACK = Track("t1", "Song", (ARTIST,), ALBUM, 200_000, 3, isrc="ZZAAA2400001")
END = datetime(2026, 2, 25, 20, 15, 20, 497_000, tzinfo=UTC)

# What an application in development mode no longer gets.
GONE = {
    "genres", "popularity", "followers", "available_markets", "linked_from", "label", "email", "country",
    "product",
}  # fmt: skip


def keys(value: Any) -> set[str]:
    """Return every key at any depth."""
    if isinstance(value, dict):
        return set(value).union(*map(keys, value.values()))
    if isinstance(value, list):
        return set().union(*map(keys, value))
    return set()


def test_times_are_utc_to_the_millisecond() -> None:
    assert payloads.timestamp(END) == "2026-02-25T20:15:20.497Z"
    assert payloads.timestamp(END.replace(microsecond=7_000)) == "2026-02-25T20:15:20.007Z"
    assert payloads.milliseconds(END) == 1772050520497


def test_what_is_gone_is_nowhere() -> None:
    item = payloads.play_item(Play(TRACK, END, END, ("album", "al1")), ORIGIN)
    profile = payloads.me("alice", "acc", "Alice", None, ORIGIN)
    assert keys([item, payloads.full_artist(ARTIST, ORIGIN), profile]).isdisjoint(GONE)


def test_a_track() -> None:
    track = payloads.full_track(TRACK, ORIGIN)
    assert track["external_ids"] == {"isrc": "ZZAAA2400001"}
    assert track["preview_url"] is None
    assert track["uri"] == "spotify:track:t1"
    assert track["href"] == f"{ORIGIN}/v1/tracks/t1"
    assert track["duration_ms"] == 200_000
    assert (track["is_local"], track["explicit"], track["track_number"]) == (False, False, 3)
    assert [artist["id"] for artist in track["artists"]] == ["a1"]
    assert "images" not in track["artists"][0]


def test_an_album_has_pictures_in_three_sizes() -> None:
    images = payloads.simple_album(ALBUM, ORIGIN)["images"]
    assert [image["width"] for image in images] == [640, 300, 64]
    assert images[0]["url"] == f"{ORIGIN}/images/al1.svg?size=640"


def test_pictures_elsewhere_have_no_known_size_and_none_is_an_empty_list() -> None:
    foreign = Artist("a", "A", image="https://i.scdn.co/image/x")
    assert payloads.full_artist(foreign, ORIGIN)["images"] == [
        {"height": None, "url": "https://i.scdn.co/image/x", "width": None}
    ]
    assert payloads.full_artist(Artist("a", "A"), ORIGIN)["images"] == []


def test_a_play_with_and_without_context() -> None:
    item = payloads.play_item(Play(TRACK, END, END, ("playlist", "p1")), ORIGIN)
    assert item["played_at"] == "2026-02-25T20:15:20.497Z"
    assert item["context"] == {
        "type": "playlist",
        "external_urls": {"spotify": "https://open.spotify.com/playlist/p1"},
        "href": f"{ORIGIN}/v1/playlists/p1",
        "uri": "spotify:playlist:p1",
    }
    assert payloads.play_item(Play(TRACK, END, END), ORIGIN)["context"] is None


def test_a_profile() -> None:
    profile = payloads.me("alice", "acc-alice", None, None, ORIGIN)
    assert set(profile) == {
        "account_id", "id", "display_name", "images", "uri", "external_urls", "href", "type",
    }  # fmt: skip
    assert profile["display_name"] is None
    assert "account_id" not in payloads.me("alice", None, "Alice", None, ORIGIN)


def test_a_page_of_plays() -> None:
    items = [{"played_at": "1970-01-01T00:00:02.000Z"}, {"played_at": "1970-01-01T00:00:01.500Z"}]
    page = payloads.recently_played(items, 2, f"{ORIGIN}/x?limit=2")
    assert page["cursors"] == {"after": "2000", "before": "1500"}
    assert page["next"] == f"{ORIGIN}/x?before=1500&limit=2"
    assert "total" not in page
    assert payloads.recently_played(items, 3, f"{ORIGIN}/x")["next"] is None


def test_a_page_without_plays() -> None:
    page = payloads.recently_played([], 50, "href")
    assert page == {"items": [], "next": None, "cursors": None, "limit": 50, "href": "href"}


def test_broken_scripted_items_pass_through() -> None:
    items: list[payloads.Json] = [{"track": None}, {"played_at": 5}, {"played_at": "soon"}]
    assert all(payloads.is_between(item, 1, 2) for item in items)
    assert payloads.recently_played(items, 3, "href")["items"] == items


def test_cursors_exclude_their_own_moment() -> None:
    item = {"played_at": "1970-01-01T00:00:02.000Z"}
    assert payloads.is_between(item, 1999, 2001)
    assert not payloads.is_between(item, 2000, None)
    assert not payloads.is_between(item, None, 2000)


def test_pages_of_a_top_list_lead_to_each_other() -> None:
    page = payloads.top_page([{}, {}], 7, limit=2, offset=2, base="b?time_range=x")
    assert (page["total"], page["limit"], page["offset"]) == (7, 2, 2)
    assert page["next"] == "b?time_range=x&limit=2&offset=4"
    assert page["previous"] == "b?time_range=x&limit=2&offset=0"
    last = payloads.top_page([{}], 7, limit=2, offset=6, base="b?time_range=x")
    assert last["next"] is None
    assert payloads.top_page([], 0, limit=2, offset=0, base="b")["previous"] is None
