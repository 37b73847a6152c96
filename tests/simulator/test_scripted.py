from datetime import UTC, datetime, timedelta, timezone

import pytest

from spotistats.simulator import ScriptedPlay
from spotistats.simulator.catalog import Artist

END = datetime(2026, 2, 25, 20, 15, 20, 497_000, tzinfo=timezone(timedelta(hours=1)))


def test_a_scripted_play_ends_when_it_says() -> None:
    play = ScriptedPlay(
        END, "t1", "Song", 200_000, [("a1", "One"), ("a2", "Two")], ("al1", "Album")
    ).to_play()
    assert play.ended_at == END
    assert play.ended_at.tzinfo is UTC
    assert play.started_at == END - timedelta(seconds=200)
    assert play.track.artists == (Artist("a1", "One"), Artist("a2", "Two"))
    assert play.track.album.id == "al1"


def test_times_need_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        ScriptedPlay(END.replace(tzinfo=None), "t1").to_play()
