"""Spotify's ranking as stored: its order, its age, nobody else's."""

from datetime import UTC, datetime, timedelta
from typing import get_args

from flask import Flask

from spotistats.extensions import transaction
from spotistats.models import UserTopArtist, UserTopTrack
from spotistats.stats.top import Kind, TopList, top_list
from tests.support.rows import store_listener

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def store(user_id: int, time_range: str, count: int, *, fetched_at: datetime) -> None:
    owned = {"user_id": user_id, "time_range": time_range, "created_at": fetched_at}
    with transaction() as session:
        for rank in reversed(range(1, count + 1)):
            name = f"{user_id} {time_range} {rank}"
            genres = ["a", "b", "c", "d"][: rank % 5]
            session.add(UserTopArtist(**owned, rank=rank, spotify_id=name, name=name, genres=genres))
            session.add(UserTopTrack(**owned, rank=rank, spotify_id=name, name=name, artist_name="X, Y"))


def test_a_list_is_in_spotifys_order_and_the_listeners_own(tables: Flask) -> None:
    listener, other = store_listener("listener"), store_listener("other")
    for user_id in (listener, other):
        store(user_id, "short_term", 12, fetched_at=NOW)
        store(user_id, "long_term", 3, fetched_at=NOW - timedelta(days=9))
    for kind in get_args(Kind):
        found = top_list(listener, kind, "short_term")
        assert [entry.rank for entry in found.entries] == list(range(1, 13))
        assert [entry.name for entry in found.entries] == [f"{listener} short_term {n}" for n in range(1, 13)]
        assert found.fetched_at == NOW
        assert len(top_list(listener, kind, "long_term").entries) == 3
        assert top_list(listener, kind, "medium_term") == TopList((), None)
    assert top_list(listener, "tracks", "short_term").entries[0].detail == "X, Y"
    assert [entry.detail for entry in top_list(listener, "artists", "short_term").entries[:5]] == [
        "a", "a, b", "a, b, c", "a, b, c", ""
    ]  # fmt: skip


def test_a_list_is_stale_after_a_week(tables: Flask) -> None:
    listener = store_listener("listener")
    store(listener, "short_term", 1, fetched_at=NOW)
    found = top_list(listener, "artists", "short_term")
    assert not found.is_stale(NOW)
    assert not found.is_stale(NOW + timedelta(days=7))
    assert found.is_stale(NOW + timedelta(days=7, seconds=1))
    assert not top_list(listener, "artists", "long_term").is_stale(NOW), "what is not there is not old"
