"""Music that is on while somebody looks, so that whoever tries the demo finds new plays within minutes."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Lock

from .life import Life, Play

# How long the music goes on after somebody has looked.
LASTS = timedelta(minutes=30)


class Company:
    """A listener who puts on music when somebody comes, and moves on to the next track after a minute or so.

    What was once played stays played: a look only lets the music go on. What is played depends on the seed,
    the listener and the moment at which it begins. It stands beside the life, which knows nothing of it; the
    plays of the two never overlap. The next start of the simulator begins anew.
    """

    def __init__(self, life: Life) -> None:
        self._life = life
        self._lock = Lock()
        self._ends: datetime | None = None
        self._music: Iterator[Play] = iter(())
        self._next: Play | None = None
        self._played: list[Play] = []

    def look(self, now: datetime) -> None:
        """Let the music go on for a while from now, or begin."""
        with self._lock:
            if self._ends is None or self._ends < now:
                self._play_until(now)
                self._music = self._life.from_now_on(now)
                self._next = next(self._music)
            self._ends = now + LASTS

    def recent(self, now: datetime, count: int) -> list[Play]:
        """Return the last plays of this and of the life that have ended by now, newest first."""
        with self._lock:
            self._play_until(now)
            played = [play for play in self._played if play.ended_at <= now]
        plays = [*played[-count:], *self._life.recent(now, count)]
        return sorted(plays, key=lambda play: play.ended_at, reverse=True)[:count]

    def _play_until(self, now: datetime) -> None:
        while self._next and self._ends and self._next.started_at <= min(now, self._ends):
            self._played.append(self._next)
            self._next = next(self._music)
