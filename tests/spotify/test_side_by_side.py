"""Calls at once: as slow as the slowest, never slower than the deadline."""

import time
from threading import Barrier, Event

import pytest

from spotistats.spotify.errors import NotAllowed, Unavailable
from spotistats.spotify.side_by_side import ask


def test_calls_run_at_the_same_time() -> None:
    meeting = Barrier(7, timeout=5)
    answers = ask({str(number): meeting.wait for number in range(7)}, deadline=time.monotonic() + 5)
    assert sorted(answers.values()) == list(range(7))


def test_what_goes_wrong_with_one_call_leaves_the_others_alone() -> None:
    error = NotAllowed("no")

    def fail() -> None:
        raise error

    assert ask({"good": lambda: 1, "bad": fail}, deadline=time.monotonic() + 5) == {"good": 1, "bad": error}


def test_a_call_that_takes_too_long_is_not_waited_for() -> None:
    over = Event()
    began = time.monotonic()
    answers = ask({"good": lambda: 1, "slow": lambda: over.wait(20)}, deadline=began + 0.2)
    over.set()
    assert time.monotonic() - began < 5
    assert answers["good"] == 1
    assert isinstance(answers["slow"], Unavailable)


def test_a_fault_of_our_own_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        ask({"faulty": lambda: 1 // 0}, deadline=time.monotonic() + 5)
