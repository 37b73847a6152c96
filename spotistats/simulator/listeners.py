"""The listeners of a simulator: generated ones, and ones whose answers a test scripts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from threading import Lock

from . import payloads
from .catalog import Artist, Track
from .company import Company
from .life import Life, Play
from .payloads import Json
from .scripted import ScriptedPlay
from .top import TIME_RANGES, top_lists

PLAYS_KEPT = 50


@dataclass
class Listener:
    """Somebody with an account. What is scripted goes before what is played, and that before the life.

    `items` and `top_items` are handed out as they are; `plays` are shown whatever the clock says.
    """

    id: str
    account_id: str | None
    display_name: str | None
    image: str | None = None
    about: str = ""
    life: Life | None = None
    company: Company | None = None
    plays: list[Play] | None = None
    items: list[Json] | None = None
    top_items: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    blocked: str | None = None

    def __post_init__(self) -> None:
        self._lock = Lock()
        self._top_of_the_day = cache(self._top_lists)

    def script(self, plays: Iterable[ScriptedPlay]) -> None:
        """Replace all plays, in any order."""
        made = [play.to_play() for play in plays]
        self.plays = sorted(made, key=lambda play: play.ended_at, reverse=True)
        self._top_of_the_day.cache_clear()

    def recent_items(self, now: datetime, origin: str) -> list[Json]:
        """Return the last 50 plays, newest first; nothing reaches further back."""
        if self.items is not None:
            return self.items[:PLAYS_KEPT]
        if self.plays is not None:
            return [payloads.play_item(play, origin) for play in self.plays[:PLAYS_KEPT]]
        if self.company is not None:
            self.company.look(now)
        whose = self.company or self.life
        if whose is not None:
            return [payloads.play_item(play, origin) for play in whose.recent(now, PLAYS_KEPT)]
        return []

    def top(
        self, kind: str, time_range: str, now: datetime, *, wanted: slice, origin: str
    ) -> tuple[list[Json], int]:
        """Return the wanted part of a top list, and how long the whole is.

        Spotify works the lists out about once a day; so does this, at midnight UTC.
        """
        scripted = self.top_items.get((kind, time_range))
        if scripted is not None:
            return scripted[wanted], len(scripted)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        with self._lock:
            artists, tracks = self._top_of_the_day(midnight, time_range)
        if kind == "artists":
            return [payloads.full_artist(artist, origin) for artist in artists[wanted]], len(artists)
        return [payloads.full_track(track, origin) for track in tracks[wanted]], len(tracks)

    def _top_lists(self, midnight: datetime, time_range: str) -> tuple[list[Artist], list[Track]]:
        days = TIME_RANGES[time_range]
        plays: Iterable[Play] = self.plays or ()
        if self.plays is None and self.life is not None:
            plays = self.life.between(midnight - timedelta(days=days), midnight)
        return top_lists(plays, midnight, days)
