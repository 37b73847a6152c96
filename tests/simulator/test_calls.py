from datetime import UTC, datetime

from spotistats.simulator.calls import Call, CallLog

CALL = Call("GET", "/v1/me", {}, datetime(2026, 1, 1, tzinfo=UTC), 1.0, "bearer")


def test_calls_are_kept_in_order_and_completed() -> None:
    log = CallLog()
    first = log.begin(CALL)
    log.begin(CALL)
    log.end(first, 200, 2.5)
    assert [(call.status, call.ended) for call in log.all()] == [(200, 2.5), (0, None)]


def test_a_copy_is_handed_out() -> None:
    log = CallLog()
    log.all().append(CALL)
    assert log.all() == []


def test_a_call_that_ends_after_the_log_was_cleared_stays_forgotten() -> None:
    log = CallLog()
    number = log.begin(CALL)
    log.clear()
    log.end(number, 200, 2.0)
    assert log.all() == []
