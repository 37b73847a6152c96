"""The log of calls to the two services."""

from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock


@dataclass(frozen=True)
class Call:
    """One call. `status` is 0 while it is being answered and where the connection was dropped.

    `at` is the simulator's time; `began` and `ended` are `time.monotonic()` seconds, `ended` None while it is
    being answered. `authorization` is `none`, `basic` or `bearer`; neither tokens nor codes are kept.
    """

    method: str
    path: str
    query: dict[str, str]
    at: datetime
    began: float
    authorization: str
    grant_type: str | None = None
    status: int = 0
    ended: float | None = None


class CallLog:
    """Keeps calls in the order of their arrival. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._calls: dict[int, Call] = {}
        self._next = 0

    def begin(self, call: Call) -> int:
        """Note that a call has arrived; returns its number."""
        with self._lock:
            self._next += 1
            self._calls[self._next] = call
            return self._next

    def end(self, number: int, status: int, ended: float) -> None:
        """Note how a call was answered."""
        with self._lock:
            if number in self._calls:
                self._calls[number] = replace(self._calls[number], status=status, ended=ended)

    def all(self) -> list[Call]:
        """Return a copy of the log."""
        with self._lock:
            return list(self._calls.values())

    def clear(self) -> None:
        """Forget all calls."""
        with self._lock:
            self._calls.clear()
