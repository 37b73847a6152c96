"""Recently played: what is read of it, and what odd items do."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spotistats.plays import Album, Artist, Play, Track
from spotistats.spotify import payloads
from spotistats.spotify.errors import Malformed
from tests.spotify.answers import album, item, page, track


def read(*items: Any) -> tuple[tuple[Play, ...], int]:
    answer = payloads.recently_played(page(*items), limit=50)
    return answer.plays, answer.unreadable


def only(item: Any) -> Play:
    plays, unreadable = read(item)
    assert (len(plays), unreadable) == (1, 0)
    return plays[0]


def test_a_usual_item_is_read_whole() -> None:
    assert only(item()) == Play(
        played_at=datetime(2026, 2, 25, 20, 15, 20, 497_000, tzinfo=UTC),
        track=Track(
            id="track",
            name="Song",
            duration_ms=180_000,
            artists=(Artist("artist", "Somebody"),),
            album=Album("album", "An album", "https://i.scdn.co/image/300"),
            isrc="GBAAA2600001",
        ),
    )


def test_each_item_is_a_play() -> None:
    late, early = "2026-02-25T20:00:00.001Z", "2026-02-25T20:00:00.000Z"
    plays, _ = read(item(late), item(early, track=track("b")), item(early, track=track("B")))
    assert {play.track.id for play in plays} == {"B", "b", "track"}


def test_no_plays_at_all() -> None:
    answer = payloads.recently_played({"items": [], "next": None, "cursors": None}, limit=50)
    assert (answer.plays, answer.unreadable, answer.full_since) == ((), 0, None)


def test_a_full_page_tells_since_when_it_is_full_by_its_oldest_item_readable_or_not() -> None:
    oldest = item("2026-02-25T18:00:00Z", track=None)
    items = page(item(), oldest, "odd")
    since = datetime(2026, 2, 25, 18, tzinfo=UTC)
    assert payloads.recently_played(items, limit=3).full_since == since
    assert payloads.recently_played(items, limit=4).full_since is None
    assert payloads.recently_played(page("odd"), limit=1).full_since is None


@pytest.mark.parametrize(
    "answer", [None, [], "", 5, True, {}, {"items": None}, {"items": {}}, {"items": "a"}, {"error": {}}]
)
def test_an_answer_without_items_is_no_answer(answer: Any) -> None:
    with pytest.raises(Malformed):
        payloads.recently_played(answer, limit=50)
    for read_one in (payloads.top_artists, payloads.top_tracks):
        with pytest.raises(Malformed):
            read_one(answer, limit=50)


@pytest.mark.parametrize(
    "odd", [item(track=None), item(track=track(None)), item(track=track(None, uri="spotify:track:x"))]
)
def test_an_item_without_a_track_is_passed_over(odd: Any) -> None:
    plays, unreadable = read(item(), odd)
    assert (len(plays), unreadable) == (1, 0)


@pytest.mark.parametrize(
    "odd",
    [
        None,
        "item",
        [],
        {},
        item(track=...),
        item(track=[]),
        item(track="track"),
        item(...),
        item(track=track(...)),
        item(track=track("")),
        item(track=track("\0")),
        item(track=track(5)),
        item(track=track(True)),
        item(track=track("x" * 513)),
        item(track=track(name=...)),
        item(track=track(name=None)),
        item(track=track(name=["Song"])),
        item(track=track(duration_ms=...)),
        item(track=track(duration_ms=None)),
        item(track=track(duration_ms="180000")),
        item(track=track(duration_ms=180_000.5)),
        item(track=track(duration_ms=True)),
        item(track=track(duration_ms=-1)),
        item(track=track(duration_ms=7 * 24 * 3600 * 1000 + 1)),
        item(track=track(duration_ms=10**30)),
        item(track=track(artists=...)),
        item(track=track(artists=None)),
        item(track=track(artists=[None])),
        item(track=track(artists=[{"id": "artist"}])),
        item(track=track(artists=[{"id": 5, "name": "Somebody"}])),
        item(track=track(album=album(name=None))),
        item(track=track(album=album(id=5))),
        item(None),
        item(1772050520497),
        item(""),
        item("yesterday"),
        item("2026-02-30T00:00:00Z"),
        item("0001-01-01T00:00:00+14:00"),
        item("9999-12-31T23:59:59-14:00"),
        item("2005-12-31T23:59:59.999Z"),
        item("2200-01-01T00:00:00Z"),
    ],
    ids=repr,
)
def test_an_odd_item_is_counted_and_keeps_no_other_from_being_read(odd: Any) -> None:
    plays, unreadable = read(item(), odd, item("2026-02-25T20:20:00Z"))
    assert (len(plays), unreadable) == (2, 1)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-02-25T20:15:20.497Z", datetime(2026, 2, 25, 20, 15, 20, 497_000, tzinfo=UTC)),
        ("2026-02-25T20:15:20Z", datetime(2026, 2, 25, 20, 15, 20, tzinfo=UTC)),
        ("2026-02-25T20:15:20.497999Z", datetime(2026, 2, 25, 20, 15, 20, 497_000, tzinfo=UTC)),
        ("2026-02-25T22:15:20+02:00", datetime(2026, 2, 25, 20, 15, 20, tzinfo=UTC)),
        ("2026-02-25T20:15:20", datetime(2026, 2, 25, 20, 15, 20, tzinfo=UTC)),
        ("2024-02-29T00:00:00Z", datetime(2024, 2, 29, tzinfo=UTC)),
        ("2006-01-01T00:00:00Z", datetime(2006, 1, 1, tzinfo=UTC)),
    ],
)
def test_the_end_of_a_play_is_utc_to_the_millisecond(written: str, meant: datetime) -> None:
    assert only(item(written)).played_at == meant


@pytest.mark.parametrize("odd", [..., None, {}, [], "album", album(id=None), album(id=...)])
def test_a_track_may_have_no_album(odd: Any) -> None:
    assert only(item(track=track(album=odd))).track.album is None


@pytest.mark.parametrize("odd", [..., None, {}, [], {"isrc": None}, {"isrc": 5}])
def test_a_track_may_have_no_isrc(odd: Any) -> None:
    assert only(item(track=track(external_ids=odd))).track.isrc is None


def test_a_track_may_last_no_time_and_name_nobody() -> None:
    empty = only(item(track=track(duration_ms=0, artists=[], name=""))).track
    assert (empty.duration_ms, empty.artists, empty.artist_name, empty.name) == (0, (), "", "")


def test_a_local_file_keeps_its_address() -> None:
    uri = "spotify:local:Somebody:An+album:Song:180"
    local = track(
        None, uri=uri, album=album(id=None, images=[]), artists=[{"id": None, "name": "Some\0body"}]
    )
    play = only(item(track=local))
    assert play.track.id == uri
    assert play.track.artists == (Artist("spotify:local:artist:Somebody", "Somebody"),)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("nul\0in\0side", "nulinside"),
        ("half \ud83d of a smile", "half ? of a smile"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("🎷 \u200fשלום \u202eolleh", "🎷 \u200fשלום \u202eolleh"),
        ("long " * 2000, "long " * 2000),
    ],
)
def test_names_are_kept_as_they_are_told_but_what_no_database_can_hold(told: str, kept: str) -> None:
    odd = track(name=told, artists=[{"id": "artist", "name": told}], album=album(name=told))
    read_track = only(item(track=odd)).track
    assert read_track.album is not None
    assert (read_track.name, read_track.artists[0].name, read_track.album.name) == (kept, kept, kept)


@pytest.mark.parametrize(
    ("images", "chosen"),
    [
        ([("l", 640), ("m", 300), ("s", 64)], "m"),
        ([("l", 640), ("s", 64)], "s"),
        ([("unknown", None)], "unknown"),
        ([("unknown", True), ("s", 64)], "s"),
        ([("huge", 10**400), ("s", 64)], "s"),
        ([], None),
        ([(None, 300), (5, 300)], None),
    ],
)
def test_the_picture_nearest_to_what_is_shown(images: list[tuple[Any, Any]], chosen: str | None) -> None:
    told = [{"url": url, "width": width, "height": width} for url, width in images]
    read_album = only(item(track=track(album=album(images=told)))).track.album
    assert read_album is not None
    assert read_album.image_url == chosen


@pytest.mark.parametrize("images", [..., None, "url", {}, [None, "url", 5]])
def test_there_may_be_no_picture(images: Any) -> None:
    read_album = only(item(track=track(album=album(images=images)))).track.album
    assert read_album is not None
    assert read_album.image_url is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("2026-02-25"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
TRACK_FIELDS = sorted(track())


@settings(deadline=None, max_examples=300)
@given(changes=st.dictionaries(st.sampled_from(TRACK_FIELDS), JSON, max_size=3), odd=JSON)
def test_nothing_that_json_can_say_is_a_fault_of_ours(changes: dict[str, Any], odd: Any) -> None:
    plays, unreadable = read(item(), item(track={**track(), **changes}), odd, item(odd))
    assert len(plays) + unreadable >= 1
    for play in plays:
        play.track.name.encode()
        assert 0 < len(play.track.id) <= 512
    for read_one in (payloads.top_artists, payloads.top_tracks):
        with suppress(Malformed):
            read_one(page({**track(), **changes}, odd), limit=50)
