"""Music that is on while somebody looks, so that whoever tries the demo finds new plays within minutes."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Lock

from .life import Life, Play
from .memory import LONGEST_STRETCH, Memory, Stretch

# How long the music goes on after somebody has looked.
LASTS = timedelta(minutes=30)


class Company:
    """A listener who puts on music when somebody comes, and moves on to the next track after a minute or so.

    What was once played stays played: a look only lets the music go on. What is played in a stretch depends
    on the seed, the listener and the moment at which it begins, so that the stretches are all that a memory
    has to hold. It stands beside the life, which knows nothing of it; the plays of the two never overlap.
    What a memory holds of later than `now` comes from a clock that was ahead, and is forgotten.
    """

    def __init__(self, life: Life, now: datetime, memory: Memory | None = None) -> None:
        self._life = life
        self._memory = memory or Memory()
        self._lock = Lock()
        self._music: Iterator[Play] = iter(())
        self._next: Play | None = None
        self._played: list[Play] = []
        self._stretches: list[Stretch] = []
        for begins, ends in self._memory.stretches(life.person.id):
            if begins <= now:
                self._begin(Stretch(begins, min(ends, now + LASTS)))

    def look(self, now: datetime) -> None:
        """Let the music go on for a while from now, or begin."""
        with self._lock:
            if not self._lets_go_on(now):
                self._begin(Stretch(self._first_free_second(now), now + LASTS))
            begins, ends = self._stretches[-1]
            self._stretches[-1] = Stretch(begins, max(ends, now + LASTS))
            self._memory.keep(self._life.person.id, self._stretches)

    def recent(self, now: datetime, count: int) -> list[Play]:
        """Return the last plays of this and of the life that have ended by now, newest first."""
        with self._lock:
            self._play_until(now)
            played = [play for play in self._played if play.ended_at <= now]
        plays = [*played[-count:], *self._life.recent(now, count)]
        return sorted(plays, key=lambda play: play.ended_at, reverse=True)[:count]

    def _lets_go_on(self, now: datetime) -> bool:
        """Tell whether the music that is on, if any, may go on: one that was on for long ends now instead."""
        if not self._stretches:
            return False
        begins, ends = self._stretches[-1]
        if now + LASTS - begins <= LONGEST_STRETCH:
            return ends >= now
        self._stretches[-1] = Stretch(begins, min(ends, now))
        return False

    def _begin(self, stretch: Stretch) -> None:
        if self._stretches:
            self._play_until(self._stretches[-1].ends)
        self._stretches.append(stretch)
        self._music = self._life.from_now_on(stretch.begins)
        self._next = next(self._music)

    def _first_free_second(self, now: datetime) -> datetime:
        """Return the next whole second from now on at which the last track of the former stretch is over."""
        self._play_until(now)
        free = max([now, *(play.ended_at for play in self._played[-1:])])
        return free if free.microsecond == 0 else free.replace(microsecond=0) + timedelta(seconds=1)

    def _play_until(self, now: datetime) -> None:
        while self._next and self._next.started_at <= min(now, self._stretches[-1].ends):
            self._played.append(self._next)
            self._next = next(self._music)
