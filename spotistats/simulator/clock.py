"""The simulator's clock: real time, or the time that a test sets."""

from datetime import UTC, datetime, timedelta
from threading import Lock


class Clock:
    """Tells the time in UTC. After `set` it stands still, until `advance`, another `set`, or `real`."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._fixed: datetime | None = None
        self._shift = timedelta()

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        with self._lock:
            return self._fixed or datetime.now(UTC) + self._shift

    def set(self, moment: datetime) -> None:
        """Stop the clock at a moment, which must know its time zone (else ValueError)."""
        if moment.tzinfo is None:
            raise ValueError("the clock needs a moment with a time zone")
        with self._lock:
            self._fixed = moment.astimezone(UTC)

    def advance(self, step: timedelta) -> None:
        """Move the clock by a step: a stopped one stays stopped, a running one runs on from there."""
        with self._lock:
            if self._fixed is not None:
                self._fixed += step
            else:
                self._shift += step

    def real(self) -> None:
        """Go back to real time."""
        with self._lock:
            self._fixed = None
            self._shift = timedelta()
