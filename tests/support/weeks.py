"""Listening that tests script for the simulator's people."""

from datetime import UTC, datetime, timedelta

from spotistats.plays import TIME_RANGES
from spotistats.simulator import ScriptedPlay, Simulator


def plays_of(name: str, count: int = 5, *, hours_ago: float = 2) -> list[ScriptedPlay]:
    """Return plays whose names tell whose they are, 4 minutes apart, the first one about so many hours ago.

    A few plays lie within one day of UTC, whatever the time of day is now.
    """
    start, span = datetime.now(UTC) - timedelta(hours=hours_ago), timedelta(minutes=4 * count)
    if start.date() != (start + span).date():
        start -= span
    return [
        ScriptedPlay(
            played_at=start + timedelta(minutes=4 * number),
            track_id=f"{name}-track-{number}",
            name=f"{name}’s song {number}",
            duration_ms=180_000,
            artists=[(f"{name}-artist", f"{name}’s artist"), (f"{name}-guest", f"{name}’s guest")],
            album=(f"{name}-album", f"{name}’s album"),
            image_url=f"https://i.scdn.co/image/{name}",
        )
        for number in range(count)
    ]


def plays_named(names: tuple[str, ...]) -> list[ScriptedPlay]:
    """Return a play for each name, in which everything has that name; one a day."""
    start = datetime.now(UTC) - timedelta(minutes=10)
    return [
        ScriptedPlay(
            played_at=start - timedelta(days=number % 5, minutes=number),
            track_id=f"named-{number}",
            name=name,
            artists=[(f"named-artist-{number}", name), (f"named-guest-{number}", name)],
            album=(f"named-album-{number}", name),
            image_url="javascript:alert(1)" if number % 2 else "data:text/html,<script>alert(1)</script>",
        )
        for number, name in enumerate(names)
    ]


def rank_nothing(simulator: Simulator) -> None:
    """Leave everybody's top lists empty: what was heard before midnight would be on them, and not else."""
    for name in ("alice", "bob"):
        for time_range in TIME_RANGES:
            for kind in ("artists", "tracks"):
                simulator.script_top(name, kind, time_range, [])


def give_everybody_plays(simulator: Simulator) -> None:
    """Let Alice and Bob have listened, each to songs of their own."""
    for name in ("alice", "bob"):
        simulator.script_plays(name, plays_of(name))
