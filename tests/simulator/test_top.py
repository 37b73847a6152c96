from datetime import UTC, datetime, timedelta

from spotistats.simulator import ScriptedPlay
from spotistats.simulator.life import Play
from spotistats.simulator.top import top_lists

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def play(track: str, artists: list[str], days: float) -> Play:
    credited = [(artist, artist) for artist in artists]
    return ScriptedPlay(NOW - timedelta(days=days), track, artists=credited).to_play()


def ids(plays: list[Play], days: int = 28) -> tuple[list[str], list[str]]:
    artists, tracks = top_lists(plays, NOW, days)
    return [artist.id for artist in artists], [track.id for track in tracks]


def test_more_plays_go_first() -> None:
    plays = [play("t1", ["a1"], 3), play("t2", ["a2"], 3), play("t2", ["a2"], 4)]
    assert ids(plays) == (["a2", "a1"], ["t2", "t1"])


def test_newer_plays_weigh_more() -> None:
    assert ids([play("t1", ["a1"], 20), play("t2", ["a2"], 2)]) == (["a2", "a1"], ["t2", "t1"])


def test_guests_weigh_less() -> None:
    assert ids([play("t1", ["a9", "a1"], 2)])[0] == ["a9", "a1"]


def test_plays_outside_the_time_count_for_nothing() -> None:
    plays = [play("old", ["a1"], 28), play("kept", ["a2"], 27.9), play("future", ["a3"], -1)]
    assert ids(plays) == (["a2"], ["kept"])
    assert ids(plays, 182)[1] == ["kept", "old"]


def test_the_id_decides_between_equals() -> None:
    plays = [play(track, [f"a-{track}"], 2) for track in ("c", "a", "b")]
    assert ids(plays) == (["a-a", "a-b", "a-c"], ["a", "b", "c"])


def test_an_artist_and_a_track_may_share_an_id() -> None:
    assert ids([play("x", ["x"], 2), play("y", ["x"], 1)]) == (["x"], ["y", "x"])
