"""Any history of plays, around any change of the clocks, in any split into consecutive syncs."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hypothesis import strategies as st

from spotistats import clock
from tests.services.slow_count import CREDITS, Told
from tests.support.listeners import moment

# Zones, each with a moment a few hours before the clocks or the calendar did something.
CHANGES = [
    ("Europe/Berlin", "2026-03-28T22:00:00Z"),
    ("Europe/Berlin", "2026-10-24T21:00:00Z"),
    ("America/New_York", "2025-11-02T03:00:00Z"),
    ("America/Havana", "2026-03-08T03:00:00Z"),
    ("America/Havana", "2026-11-01T03:00:00Z"),
    ("America/St_Johns", "2010-11-07T01:30:00Z"),
    ("America/St_Johns", "2010-03-14T02:30:00Z"),
    ("Pacific/Apia", "2011-12-30T07:00:00Z"),
    ("Antarctica/Casey", "2010-03-04T12:00:00Z"),
    ("Asia/Kathmandu", "2026-01-01T17:00:00Z"),
    ("Pacific/Chatham", "2026-04-04T13:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T13:00:00Z"),
    ("Africa/Casablanca", "2026-02-15T00:00:00Z"),
    ("UTC", "2024-02-28T22:00:00Z"),
]

_starts = st.sampled_from(CHANGES).map(lambda change: (change[0], moment(change[1]))) | st.tuples(
    st.sampled_from(clock.zone_names()),
    st.datetimes(
        datetime(2006, 1, 2),  # noqa: DTZ001  The strategy adds the zone.
        datetime(2090, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ).map(lambda when: when.replace(microsecond=when.microsecond // 1000 * 1000)),
)
_gaps = st.sampled_from([0, 0, 1, 29_999, 30_000, 30_001, 180_000, 180_001, 5_400_000]) | st.integers(
    0, 30 * 3_600_000
)
_durations = st.sampled_from([0, 1, 29_999, 30_000, 180_000, 240_000]) | st.integers(0, 8 * 3_600_000)


class History(NamedTuple):
    """Plays in their order, and the page of each sync as a slice of them."""

    zone: str
    plays: list[Told]
    pages: list[slice]


@st.composite
def histories(draw: st.DrawFn, *, longest: int = 30) -> History:
    """Draw a history whose pages begin at the first play, end with the last and leave nothing out."""
    zone, ended = draw(_starts)
    told: dict[tuple[datetime, str], Told] = {}
    for gap, track_id, duration in draw(
        st.lists(st.tuples(_gaps, st.sampled_from(sorted(CREDITS)), _durations), min_size=1, max_size=longest)
    ):
        ended += timedelta(milliseconds=gap)
        told.setdefault((ended, track_id), Told(ended, track_id, duration))
    plays = [told[key] for key in sorted(told)]
    ends = sorted(draw(st.sets(st.integers(1, len(plays)), max_size=5)) | {len(plays)})
    pages, known = [], 0
    for end in ends:
        pages.append(slice(draw(st.integers(0, known)), end))
        known = end
    return History(zone, plays, pages)
