"""The promise in one test: sign in, sync, see the last seven days; sync again, lose nothing."""

import csv
import io
from datetime import UTC, datetime, timedelta

from spotistats.simulator import ScriptedPlay, Simulator
from tests.support.listeners import Browser

PAGE = 50  # Spotify tells no more plays than these.


def plays(first: int, last: int) -> list[ScriptedPlay]:
    """Return these of a listener's plays, one each four minutes, the last one just now."""
    start = datetime.now(UTC) - timedelta(hours=8)
    return [
        ScriptedPlay(
            played_at=start + timedelta(minutes=4 * number),
            track_id=f"track{number}",
            name=f"Song {number}",
            duration_ms=180_000,
            artists=[("artist", "Somebody")],
            album=("album", "An album"),
        )
        for number in range(first, last + 1)
    ]


def test_a_listener_signs_in_syncs_and_sees_the_week(browser: Browser, simulator: Simulator) -> None:
    everything = plays(1, 60)
    simulator.script_plays("alice", everything[:40])
    answer = browser.sign_in("alice")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/dashboard")
    assert "No plays yet" in browser.get("/dashboard").text

    answer = browser.sync_json()
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    assert answer.json["plays_added"] == 40
    assert "Somebody" in browser.get("/dashboard").text

    # Newer ones have pushed the first ten off Spotify's page by now.
    simulator.script_plays("alice", everything[-PAGE:])
    again = browser.sync_json()
    assert again.json is not None
    assert again.json["plays_added"] == 20
    stored = list(csv.DictReader(io.StringIO(browser.get("/my-data/plays.csv").text)))
    assert sorted(row["track_id"] for row in stored) == sorted(play.track_id for play in everything)
    assert {row["ms_played"] for row in stored} == {"180000"}
