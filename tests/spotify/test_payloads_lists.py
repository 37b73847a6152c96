"""The profile and the top lists, of new applications and of older ones that are told more."""

from typing import Any

import pytest

from spotistats.plays import Profile, TopArtist, TopTrack
from spotistats.spotify import payloads
from spotistats.spotify.errors import Malformed
from tests.spotify.answers import album, artist, page, track


def one_artist(told: Any) -> TopArtist:
    (found,) = payloads.top_artists(page(told), limit=20)
    return found


def one_track(told: Any) -> TopTrack:
    (found,) = payloads.top_tracks(page(told), limit=20)
    return found


def test_a_new_application_is_told_no_genres_and_no_popularity() -> None:
    assert one_artist(artist()) == TopArtist(
        spotify_id="artist",
        name="Somebody",
        genres=(),
        image_url="https://i.scdn.co/image/320",
        popularity=None,
    )


def test_an_older_application_is_told_more() -> None:
    told = one_artist(artist(genres=["shoegaze", "dream\0 pop"], popularity=63, followers={"total": 5}))
    assert (told.genres, told.popularity) == (("shoegaze", "dream pop"), 63)


@pytest.mark.parametrize("popularity", [None, True, -1, 101, 10**30, "63", 63.5, []])
def test_an_odd_popularity_is_none(popularity: Any) -> None:
    assert one_artist(artist(popularity=popularity)).popularity is None


@pytest.mark.parametrize(
    ("genres", "kept"), [(None, ()), ("rock", ()), ({}, ()), ([None, 5, "rock"], ("rock",))]
)
def test_odd_genres_are_left_out(genres: Any, kept: tuple[str, ...]) -> None:
    assert one_artist(artist(genres=genres)).genres == kept


def test_a_top_track() -> None:
    told = track(
        artists=[{"id": "a", "name": "One"}, {"id": "b", "name": "Two"}],
        preview_url="https://p.scdn.co/mp3",
        popularity=40,
    )
    assert one_track(told) == TopTrack(
        spotify_id="track",
        name="Song",
        artist_name="One, Two",
        album_name="An album",
        image_url="https://i.scdn.co/image/300",
        preview_url="https://p.scdn.co/mp3",
    )


@pytest.mark.parametrize("odd", [..., None, [], album(name=None, images=[])])
def test_a_top_track_may_have_no_album(odd: Any) -> None:
    told = one_track(track(album=odd))
    assert (told.album_name, told.image_url) == (None, None)


def test_no_more_than_was_asked_for() -> None:
    assert len(payloads.top_artists(page(*[artist()] * 30), limit=20)) == 20
    assert len(payloads.top_tracks(page(*[track()] * 30), limit=20)) == 20


def test_an_empty_list_is_an_answer() -> None:
    assert payloads.top_artists(page(), limit=20) == ()
    assert payloads.top_tracks(page(), limit=20) == ()


@pytest.mark.parametrize(
    "odd", [None, "x", {}, artist(None), artist(...), artist(""), artist(name=...), artist(name=5)]
)
def test_a_list_with_an_unreadable_artist_is_no_list(odd: Any) -> None:
    with pytest.raises(Malformed):
        payloads.top_artists(page(artist(), odd), limit=20)


@pytest.mark.parametrize(
    "odd", [None, "x", {}, track(None), track(...), track(name=None), track(artists=...), track(artists=[5])]
)
def test_a_list_with_an_unreadable_track_is_no_list(odd: Any) -> None:
    with pytest.raises(Malformed):
        payloads.top_tracks(page(track(), odd), limit=20)


def test_a_profile() -> None:
    assert payloads.profile({"id": "alice", "account_id": "a1", "display_name": "Al\0ice"}) == Profile(
        spotify_id="alice", account_id="a1", display_name="Alice"
    )


@pytest.mark.parametrize("fields", [{}, {"account_id": None, "display_name": None}])
def test_a_profile_may_hold_no_more_than_an_id(fields: dict[str, None]) -> None:
    assert payloads.profile({"id": "alice", **fields}) == Profile("alice", None, None)


@pytest.mark.parametrize(
    "odd",
    [
        None,
        [],
        {},
        {"id": None},
        {"id": ""},
        {"id": 5},
        {"id": "x" * 513},
        {"id": "alice", "account_id": 5},
        {"id": "alice", "account_id": ""},
        {"id": "alice", "display_name": ["Alice"]},
    ],
)
def test_an_odd_profile_signs_nobody_in(odd: Any) -> None:
    with pytest.raises(Malformed):
        payloads.profile(odd)
