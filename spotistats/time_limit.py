"""How long an answer may still take; what is asked of the database meanwhile ends in time.

What would take longer fails as a database does that cannot be used.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import g, has_app_context


@contextmanager
def within(seconds: float) -> Iterator[float]:
    """Limit the block; yield the moment of `time.monotonic()` at which it has to have ended.

    A limit around this one stays, since the time of an answer is counted from its beginning.
    """
    outer: float | None = g.get("time_limit")
    if outer is not None:
        yield outer
        return
    start(seconds)
    try:
        yield g.time_limit
    finally:
        stop()


def start(seconds: float) -> None:
    """Limit all that follows in this context, until `stop`."""
    g.time_limit = time.monotonic() + seconds


def stop() -> None:
    """Let the database take its time again."""
    g.pop("time_limit", None)


def milliseconds_left() -> int | None:
    """Return what the limit leaves, None where there is none."""
    if not has_app_context() or "time_limit" not in g:
        return None
    limit: float = g.time_limit
    return max(0, int((limit - time.monotonic()) * 1000))
