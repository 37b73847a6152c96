"""The numbers of the pages, counted the slow way: every play, one at a time, in plain Python."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.support.rows import Heard

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/Santiago",  # Clocks change at midnight.
    "America/Havana",
    "Asia/Beirut",
    "Australia/Lord_Howe",  # By half an hour.
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Asia/Kathmandu",
)

# Each example empties the tables itself.
few_examples = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)


@dataclass(frozen=True)
class SlowDay:
    """A day as it should be; the tops are names."""

    date: date
    minutes: int
    plays: int
    top_artist: str
    top_track: str


def day_of(play: Heard, zone: str) -> date:
    return play.played_at.astimezone(ZoneInfo(zone)).date()


def slow_days(heard: Sequence[Heard], zone: str) -> dict[date, SlowDay]:
    """Return every day with plays."""
    dates = {day_of(play, zone) for play in heard}
    return {day: slow_day(day, [play for play in heard if day_of(play, zone) == day]) for day in dates}


def slow_day(day: date, heard: Sequence[Heard]) -> SlowDay:
    return SlowDay(
        date=day,
        minutes=minutes(heard),
        plays=len(heard),
        top_artist=f"Name of {leader(heard, 'artist_id')[0]}",
        top_track=f"Name of {leader(heard, 'track_id')[0]}",
    )


def minutes(heard: Sequence[Heard]) -> int:
    exact = Decimal(sum(play.ms_played for play in heard)) / 60_000
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def leader(heard: Sequence[Heard], name: str) -> tuple[str, int]:
    """Return who has the most plays, then milliseconds, then the smallest id; and how many plays."""
    best: tuple[int, int, str] | None = None
    for candidate in sorted({getattr(play, name) for play in heard}):
        own = [play for play in heard if getattr(play, name) == candidate]
        standing = (len(own), sum(play.ms_played for play in own), candidate)
        if best is None or standing[:2] > best[:2]:
            best = standing
    assert best is not None
    return best[2], best[0]


def week_before(today: date) -> list[date]:
    return [today - timedelta(days=offset) for offset in range(13, 6, -1)]


def week_until(today: date) -> list[date]:
    return [today - timedelta(days=offset) for offset in range(6, -1, -1)]


def listening(start: datetime, *, days: int, most: int = 40) -> st.SearchStrategy[list[Heard]]:
    """Make plays within `days` from `start`; few tracks and round lengths, so that ties are common."""
    play = st.builds(
        lambda offset, track_id, ms_played: Heard(
            start + timedelta(milliseconds=offset), track_id, ms_played
        ),
        # Whole quarters of an hour come often, and with them midnight in every zone.
        st.one_of(
            st.integers(0, days * 96 - 1).map(lambda quarter: quarter * 900_000),
            st.integers(0, days * 86_400_000 - 1),
        ),
        st.sampled_from(["a1", "a2", "b1", "B1", "c1", "é1", "😀1", "ｚ1"]),
        st.sampled_from([0, 1, 29_999, 30_000, 59_999, 60_000, 180_000, 3_600_000]),
    )
    return st.lists(play, max_size=most, unique_by=lambda heard: (heard.played_at, heard.track_id))
