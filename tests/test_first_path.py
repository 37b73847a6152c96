"""The promise in one test: sign in, sync, see the last seven days; sync again, lose nothing."""

from datetime import UTC, datetime, timedelta

from spotistats.simulator import ScriptedPlay, Simulator
from tests.support.listeners import Browser


def test_a_listener_signs_in_syncs_and_sees_the_week(browser: Browser, simulator: Simulator) -> None:
    start = datetime.now(UTC) - timedelta(hours=2)
    simulator.script_plays(
        "alice",
        [
            ScriptedPlay(
                played_at=start + timedelta(minutes=4 * number),
                track_id=f"track{number}",
                name=f"Song {number}",
                duration_ms=180_000,
                artists=[("artist", "Somebody")],
                album=("album", "An album"),
            )
            for number in range(5)
        ],
    )
    answer = browser.sign_in("alice")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/dashboard")
    assert "No plays yet" in browser.get("/dashboard").text

    answer = browser.sync_json()
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    assert answer.json["plays_added"] == 5

    assert "Somebody" in browser.get("/dashboard").text
    again = browser.sync_json()
    assert again.json is not None
    assert (again.json["plays_added"], again.json["days_aggregated"]) == (0, 0)
