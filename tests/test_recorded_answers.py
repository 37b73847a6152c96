"""Answers recorded from the real Web API, synced and compared with a count of the raw JSON."""

import json
from collections import defaultdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from spotistats.plays import TIME_RANGES
from spotistats.services import accounts
from spotistats.services.sync import SyncState, sync_user
from spotistats.simulator import Simulator
from spotistats.stats.listeners import find_user_id
from tests.conftest import RECORDED
from tests.services.tables import connected, days_of, plays_of, runs_of, tops_of
from tests.support.listeners import Browser

pytestmark = pytest.mark.recorded


def recorded(name: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads((RECORDED / f"{name}.json").read_text())["items"]
    return items


def counted_plays(items: list[dict[str, Any]]) -> dict[tuple[datetime, str], int]:
    """Count the milliseconds of each play, oldest first."""
    lengths: dict[tuple[datetime, str], int] = {}
    ended_before = None
    for item in sorted(items, key=lambda item: (item["played_at"], item["track"]["id"])):
        ended = datetime.strptime(item["played_at"], "%Y-%m-%dT%H:%M:%S.%f%z")
        length = item["track"]["duration_ms"]
        if ended_before is not None:
            gap = round((ended - ended_before).total_seconds() * 1000)
            if gap >= 30_000:
                length = min(length, gap)
        lengths[ended, item["track"]["id"]] = length
        ended_before = ended
    return lengths


def counted_days(items: list[dict[str, Any]], zone: str) -> dict[Any, tuple[int, int, int, str, str]]:
    lengths = counted_plays(items)
    first_artist = {item["track"]["id"]: item["track"]["artists"][0]["id"] for item in items}
    days: dict[Any, list[tuple[str, int]]] = defaultdict(list)
    for (ended, track_id), length in lengths.items():
        days[ended.astimezone(ZoneInfo(zone)).date()].append((track_id, length))
    counted = {}
    for day, heard in days.items():
        tracks: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
        artists: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
        for track_id, length in heard:
            for tally, key in ((tracks, track_id), (artists, first_artist[track_id])):
                tally[key] = (tally[key][0] + 1, tally[key][1] + length)
        total = sum(length for _track, length in heard)
        counted[day] = (int(total / 60_000 + 0.5), total, len(heard), top(tracks), top(artists))
    return counted


def top(tally: dict[str, tuple[int, int]]) -> str:
    most = max(tally.values())
    return min(key for key, counts in tally.items() if counts == most)


def serve(simulator: Simulator, plays: list[dict[str, Any]]) -> None:
    simulator.script_items("alice", plays)
    for kind in ("artists", "tracks"):
        for time_range in TIME_RANGES:
            simulator.script_top("alice", kind, time_range, recorded(f"top_{kind}"))


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata"])
def test_recorded_plays_sync_to_the_right_numbers(
    app: Flask, browser: Browser, simulator: Simulator, zone: str
) -> None:
    items = recorded("recently_played_tracks")
    serve(simulator, items)
    browser.sign_in("alice", timezone=zone)
    answer = browser.sync_json()
    assert answer.json == {
        "success": True,
        "days_aggregated": len(counted_days(items, zone)),
        "artists_saved": 60,
        "tracks_saved": 60,
        "plays_added": 48,
    }
    with app.app_context():
        user_id = find_user_id("alice")
        assert user_id is not None
        assert plays_of(user_id) == counted_plays(items)
        assert days_of(user_id) == counted_days(items, zone)
        expected = {
            (kind, time_range): [item["name"] for item in recorded(f"top_{kind}")[:20]]
            for kind in ("artists", "tracks")
            for time_range in TIME_RANGES
        }
        assert tops_of(user_id) == expected


def test_recorded_plays_in_many_syncs(app: Flask, simulator: Simulator) -> None:
    items = recorded("recently_played_tracks")
    with app.app_context():
        user_id = connected(simulator, timezone="Asia/Kolkata")
        for oldest, newest in ((48, 40), (43, 20), (20, 19), (30, 0)):
            serve(simulator, items[newest:oldest])
            assert_succeeded(user_id)
        assert plays_of(user_id) == counted_plays(items)
        assert days_of(user_id) == counted_days(items, "Asia/Kolkata")
        accounts.set_timezone(user_id, "America/New_York")
        assert days_of(user_id) == counted_days(items, "America/New_York")
        assert all(run.gap_started_at is None for run in runs_of(user_id))


def assert_succeeded(user_id: int) -> None:
    outcome = sync_user(user_id)
    assert outcome.state is SyncState.SUCCEEDED, outcome.message


def test_the_recorded_plays_put_the_rule_to_work() -> None:
    """In the recorded page both happen: plays cut short by the next one, and plays that count whole."""
    items = recorded("recently_played_tracks")
    durations = {item["track"]["id"]: item["track"]["duration_ms"] for item in items}
    cut = [length < durations[track_id] for (_ended, track_id), length in counted_plays(items).items()]
    assert (len(cut), True in cut, False in cut) == (48, True, True)
