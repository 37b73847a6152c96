"""Plays as a source tells them."""

from datetime import UTC, datetime

from spotistats.plays import Artist, Play, Track


def track(track_id: str, *names: str) -> Track:
    artists = tuple(Artist(f"id of {name}", name) for name in names)
    return Track(track_id, "Song", 180_000, artists, album=None, isrc=None)


def test_all_credited_artists_stand_in_one_line() -> None:
    assert track("t", "Ada", "Ben", "Cleo").artist_name == "Ada, Ben, Cleo"
    assert track("t").artist_name == ""


def test_plays_that_end_together_are_taken_by_the_code_points_of_their_ids() -> None:
    end = datetime(2026, 1, 1, tzinfo=UTC)
    plays = [Play(end, track(track_id)) for track_id in ("b", "é", "B", "😀", "a")]
    assert [play.track.id for play in sorted(plays, key=lambda play: play.order)] == [
        "B",
        "a",
        "b",
        "é",
        "😀",
    ]
