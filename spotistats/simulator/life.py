"""A listener with a life: plays made day by day, each day from (seed, listener, date) alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from random import Random
from threading import Lock
from zoneinfo import ZoneInfo

from .catalog import Track, make_catalog
from .randomness import identifier, stream
from .rhythm import NIGHT_LIFE, OFFICE_LIFE, Rhythm, Session, sessions
from .taste import Taste, week_of

FIRST_DAY = date(2019, 3, 1)
LONGEST_SILENCE_DAYS = 120
_SHORTEST = timedelta(seconds=35)


@dataclass(frozen=True)
class Play:
    """A play that has ended. `context` is (type, id) of what it was played from, or None."""

    track: Track
    started_at: datetime
    ended_at: datetime
    context: tuple[str, str] | None = None


@dataclass(frozen=True)
class Person:
    """Who a generated listener is."""

    id: str
    account_id: str
    display_name: str
    about: str
    rhythm: Rhythm
    styles: tuple[tuple[str, float], ...]


MARA = Person(
    "demo",
    "acMaraDemo01",
    "Mara Lindqvist",
    "Works in an office; dream pop, folk and quiet Sundays",
    OFFICE_LIFE,
    (("dream pop", 3), ("techno", 1.6), ("indie folk", 2), ("jazz", 1.1), ("german indie", 1.4),
     ("city pop", 1), ("post-rock", 1), ("piano", 0.9), ("synth pop", 1.6), ("latin", 0.3), ("hip hop", 0.4)),
)  # fmt: skip
JONAS = Person(
    "demo-jonas",
    "acJonasDemo2",
    "Jonas Brandt",
    "Up until late; metal, hip hop and techno",
    NIGHT_LIFE,
    (
        ("metal", 3),
        ("hip hop", 2.6),
        ("techno", 2.4),
        ("post-rock", 1),
        ("latin", 0.8),
        ("german indie", 0.5),
    ),
)


class Life:
    """The listening of one person. Safe to ask from several threads; days are kept once they are made."""

    def __init__(self, person: Person, seed: int, zone: str = "Europe/Berlin") -> None:
        self.person = person
        self._seed = seed
        self._zone = ZoneInfo(zone)
        self._taste = Taste(make_catalog(seed), seed, person.id, dict(person.styles))
        self._lock = Lock()
        self._days: dict[date, tuple[Play, ...]] = {}

    def day(self, day: date) -> tuple[Play, ...]:
        """Return the plays of a listening day (half past five to four, local time), oldest first."""
        with self._lock:
            if day not in self._days:
                self._days[day] = self._make_day(day)
            return self._days[day]

    def between(self, first: datetime, last: datetime) -> Iterator[Play]:
        """Yield the plays that ended after `first` and not after `last`, newest first."""
        day = last.astimezone(self._zone).date()
        oldest = max(FIRST_DAY, first.astimezone(self._zone).date() - timedelta(days=1))
        while day >= oldest:
            yield from (play for play in reversed(self.day(day)) if first < play.ended_at <= last)
            day -= timedelta(days=1)

    def recent(self, now: datetime, count: int) -> list[Play]:
        """Return the last plays that have ended by now, newest first."""
        found: list[Play] = []
        for play in self.between(now - timedelta(days=LONGEST_SILENCE_DAYS), now):
            found.append(play)
            if len(found) == count:
                break
        return found

    def from_now_on(self, start: datetime) -> Iterator[Play]:
        """Yield plays without end from `start` on, a minute or so of each track, around those of the days."""
        chance = stream(self._seed, self.person.id, "from now on", start.isoformat())
        day = start.astimezone(self._zone).date()
        clock = start.replace(microsecond=0)
        for track, context in self._music(Session("calm", 0, 0), week_of(day), chance):
            heard = timedelta(milliseconds=min(chance.randint(50_000, 110_000), track.duration_ms))
            while busy := self._during(clock, clock + heard):
                if busy.started_at - clock > _SHORTEST:
                    heard = busy.started_at - clock
                else:
                    clock = busy.ended_at
            yield Play(track, clock, clock + heard, context)
            clock += heard

    def _during(self, first: datetime, last: datetime) -> Play | None:
        """Return the first play of the days that is on between two moments."""
        day = first.astimezone(self._zone).date()
        plays = (*self.day(day - timedelta(days=1)), *self.day(day))
        return next((play for play in plays if play.started_at < last and first < play.ended_at), None)

    def _make_day(self, day: date) -> tuple[Play, ...]:
        if day < FIRST_DAY:
            return ()
        plays: list[Play] = []
        for session in sessions(self.person.rhythm, self._seed, self.person.id, day):
            chance = stream(self._seed, self.person.id, "session", day.isoformat(), session.start)
            plays += self._play_session(session, day, chance)
        return tuple(plays)

    def _play_session(self, session: Session, day: date, chance: Random) -> Iterator[Play]:
        """Yield the plays of one session; none begins after its end, and none passes it by more than a track.

        `sessions` keeps them more than a track apart, so the plays of two sessions can't overlap.
        """
        midnight = datetime.combine(day, time(), self._zone)
        # Added to the time in UTC: across a change of the clocks a minute stays a minute.
        clock = midnight.astimezone(UTC) + timedelta(milliseconds=int(session.start * 60_000))
        end = clock + timedelta(minutes=session.minutes)
        for track, context in self._music(session, week_of(day), chance):
            started = clock + timedelta(milliseconds=_pause_ms(chance))
            if started >= end:
                return
            clock = started + timedelta(milliseconds=_played_ms(track, chance))
            yield Play(track, started, clock, context)

    def _music(
        self, session: Session, week: date, chance: Random
    ) -> Iterator[tuple[Track, tuple[str, str] | None]]:
        """Yield tracks without end, in blocks: an album in order, some tracks of an artist, or a mix."""
        while True:
            block = chance.random()
            if block < 0.26:
                yield from self._album(session, week, chance)
            elif block < 0.42:
                yield from self._artist(session, week, chance)
            else:
                yield from self._mix(session, week, chance)

    def _album(self, session: Session, week: date, chance: Random) -> Iterator[tuple[Track, tuple[str, str]]]:
        artist = self._taste.artists(week, session.mood).pick(chance)
        release = chance.choice(self._taste.released(artist, week)[-4:])
        first = 0 if chance.random() < 0.7 else chance.randrange(len(release.tracks))
        for track in release.tracks[first : first + chance.randint(3, 14)]:
            yield track, ("album", release.album.id)

    def _artist(
        self, session: Session, week: date, chance: Random
    ) -> Iterator[tuple[Track, tuple[str, str]]]:
        artist = self._taste.artists(week, session.mood).pick(chance)
        tracks = self._taste.tracks(artist.id, week)
        for track in dict.fromkeys(tracks.pick(chance) for _ in range(chance.randint(3, 6))):
            yield track, ("artist", artist.id)

    def _mix(
        self, session: Session, week: date, chance: Random
    ) -> Iterator[tuple[Track, tuple[str, str] | None]]:
        playlist = ("playlist", identifier(self._seed, self.person.id, "playlist", session.mood))
        context = playlist if chance.random() < 0.8 else None
        artists = self._taste.artists(week, session.mood)
        for _ in range(chance.randint(5, 14)):
            if chance.random() < 0.07:
                yield self._taste.song_of_the_week(week), context
            else:
                yield self._taste.tracks(artists.pick(chance).id, week).pick(chance), context


def _pause_ms(chance: Random) -> int:
    """Mostly nothing, sometimes a moment, now and then a few minutes (a talk, the door, a phone call)."""
    kind = chance.random()
    if kind < 0.66:
        return 0
    if kind < 0.965:
        return chance.randint(20, 1500)
    return chance.randint(20_000, 240_000)


def _played_ms(track: Track, chance: Random) -> int:
    """Mostly the whole track: what is skipped early hardly ever shows up in Spotify's list."""
    if chance.random() < 0.94:
        return track.duration_ms
    return chance.randint(35_000, track.duration_ms - 5_000)


@lru_cache(maxsize=32)
def life_of(person: Person, seed: int) -> Life:
    """Return the life of a person under a seed; it is shared, because making a year of days takes a while."""
    return Life(person, seed)
