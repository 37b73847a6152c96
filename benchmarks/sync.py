"""How long a sync takes when each of Spotify's answers takes a tenth of a second."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from statistics import median

from benchmarks import listening
from benchmarks.browser import Browser
from benchmarks.results import Bar, Section
from benchmarks.stored import LISTENER
from spotistats.plays import TIME_RANGES, Play
from spotistats.simulator import ScriptedPlay, Simulator
from spotistats.spotify.client import SpotifyClient

LATENCY = 0.1
_ROUNDS = 5
_MOST = 2.0
_CALLS = 7
_moments = count(1)


@dataclass(frozen=True, slots=True)
class Round:
    """A sync: seconds of one call, from the first call's beginning to the last one's end, and of all."""

    call: float
    network: float
    whole: float


def measured(browser: Browser, simulator: Simulator) -> Section:
    """Sync with fifty new plays each time; then ask the same seven questions one after another."""
    simulator.latency = LATENCY
    rounds = list(_rounds(browser, simulator))
    in_a_row = _in_a_row(simulator)
    simulator.latency = 0.0
    ratio = median(each.network / each.call for each in rounds)
    call = median(each.call for each in rounds)
    rows = [
        ("one call", _ms(call), "1.00"),
        ("all seven, from the first one's beginning to the last one's end",
         _ms(median(each.network for each in rounds)), f"{ratio:.2f}"),
        ("the whole sync: asked, stored, answered", _ms(median(each.whole for each in rounds)),
         f"{median(each.whole / each.call for each in rounds):.2f}"),
        ("seven calls in a row by the same client", _ms(in_a_row), f"{in_a_row / call:.2f}"),
    ]  # fmt: skip
    text = (
        f"Each answer of the simulator takes {LATENCY:.1f} s. The median of {_ROUNDS} syncs, each of which "
        "brings 50 new plays to the 50,000 that are stored (SQLite)."
    )
    bar = Bar("a sync's calls ÷ one call", f"{ratio:.2f} ×", f"≤ {_MOST:.1f} ×", ratio <= _MOST)
    return Section("A sync, when Spotify is slow", text, ("", "ms", "× one call"), rows, [bar])


def fifty_new_plays(browser: Browser, simulator: Simulator) -> float:
    """Return the seconds of a sync that brings fifty new plays, Spotify answering at once."""
    _play_more(simulator)
    began = time.perf_counter()
    browser.post("/sync", {}, status=200, accept="application/json")
    return time.perf_counter() - began


def _rounds(browser: Browser, simulator: Simulator) -> Iterator[Round]:
    fifty_new_plays(browser, simulator)  # The first sync of a process opens its connections.
    fifty_new_plays(browser, simulator)
    for _ in range(_ROUNDS):
        simulator.log.clear()
        whole = fifty_new_plays(browser, simulator)
        calls = [(call.began, call.ended) for call in simulator.calls if call.ended is not None]
        assert len(calls) == _CALLS, "a sync is seven calls"
        yield Round(
            median(ended - began for began, ended in calls),
            max(ended for _, ended in calls) - min(began for began, _ in calls),
            whole,
        )


def _in_a_row(simulator: Simulator) -> float:
    token = str(simulator.grant(LISTENER)["access_token"])
    began = time.perf_counter()
    client = SpotifyClient(simulator.api_url, token, time.monotonic() + 60)
    client.recently_played()
    for time_range in TIME_RANGES:
        client.top_artists(time_range, 20)
        client.top_tracks(time_range, 20)
    return time.perf_counter() - began


def _play_more(simulator: Simulator) -> None:
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    after = midnight + timedelta(minutes=3 * next(_moments))
    simulator.script_plays(LISTENER, [_scripted(play) for play in listening.fifty_more(after)])


def _scripted(play: Play) -> ScriptedPlay:
    track = play.track
    assert track.album is not None
    return ScriptedPlay(
        play.played_at,
        track.id,
        name=track.name,
        duration_ms=track.duration_ms,
        artists=[(artist.id, artist.name) for artist in track.artists],
        album=(track.album.id, track.album.name),
        image_url=track.album.image_url,
        isrc=track.isrc,
    )


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}"
