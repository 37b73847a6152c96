from datetime import UTC, datetime, timedelta, timezone

import pytest

from spotistats.simulator.clock import Clock

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_tells_real_time_at_first() -> None:
    assert abs(Clock().now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_set_clock_stands_still_until_it_is_advanced() -> None:
    clock = Clock()
    clock.set(NOON.astimezone(timezone(timedelta(hours=5))))
    assert clock.now() == NOON
    assert clock.now().tzinfo is UTC
    clock.advance(timedelta(minutes=90))
    assert clock.now() == NOON + timedelta(minutes=90)


def test_a_running_clock_runs_on_from_where_it_was_moved_to() -> None:
    clock = Clock()
    clock.advance(timedelta(days=3))
    first = clock.now()
    assert abs(first - datetime.now(UTC) - timedelta(days=3)) < timedelta(seconds=5)
    assert clock.now() >= first


def test_real_undoes_everything() -> None:
    clock = Clock()
    clock.advance(timedelta(days=3))
    clock.set(NOON)
    clock.real()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_moment_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Clock().set(datetime(2026, 5, 1))  # noqa: DTZ001
