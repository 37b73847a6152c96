"""The numbers once more, counted slowly and in another way, to compare with what is stored."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from spotistats.plays import Album, Artist, Play, Track
from tests.services.tables import Day

# Which artist each track credits first; one track names nobody.
CREDITS = {"B": "x", "a": "x", "b": "Y", "c": "y", "é": "Y", "🎷": None}


class Told(NamedTuple):
    """A play as Spotify tells it."""

    ended: datetime
    track_id: str
    duration_ms: int

    def to_play(self) -> Play:
        artist = CREDITS[self.track_id]
        artists = (Artist(artist, artist.upper()), Artist("guest", "Guest")) if artist else ()
        album = Album("album", "An album", None)
        return Play(self.ended, Track(self.track_id, "Song", self.duration_ms, artists, album, None))

    def to_item(self) -> dict[str, object]:
        """Return it as an item of Spotify's recently played."""
        play = self.to_play()
        artists = [{"id": artist.id, "name": artist.name} for artist in play.track.artists]
        return {
            "played_at": self.ended.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "track": {
                "id": self.track_id,
                "name": "Song",
                "duration_ms": self.duration_ms,
                "artists": artists,
                "album": {"id": "album", "name": "An album", "images": []},
            },
        }


def slow_plays(history: list[Told]) -> dict[tuple[datetime, str], int]:
    """Return the milliseconds of each play of a history without twins."""
    lengths = {}
    for play in history:
        earlier = [other for other in history if (other.ended, other.track_id) < (play.ended, play.track_id)]
        milliseconds = play.duration_ms
        if earlier:
            gap = int((play.ended - max(other.ended for other in earlier)) / timedelta(milliseconds=1))
            if gap >= 30_000 and gap < milliseconds:
                milliseconds = gap
        lengths[play.ended, play.track_id] = milliseconds
    return lengths


def slow_days(plays: Mapping[tuple[datetime, str], int], where: ZoneInfo) -> dict[date, Day]:
    """Return the totals of each local day."""
    return slow_days_of(plays, where, CREDITS)


def slow_days_of(
    plays: Mapping[tuple[datetime, str], int], where: ZoneInfo, credited: Mapping[str, str | None]
) -> dict[date, Day]:
    """Return the totals of each local day; `credited` is the first artist of each track."""
    by_day: dict[date, list[tuple[str, int]]] = {}
    for (ended, track_id), milliseconds in plays.items():
        offset = ended.astimezone(where).utcoffset() or timedelta()
        by_day.setdefault((ended + offset).date(), []).append((track_id, milliseconds))
    return {day: _day(heard, credited) for day, heard in by_day.items()}


def _day(heard: list[tuple[str, int]], credited: Mapping[str, str | None]) -> Day:
    total = sum(milliseconds for _track, milliseconds in heard)
    by_artist = [(artist, ms) for track, ms in heard if (artist := credited[track]) is not None]
    return Day(
        minutes=int((Decimal(total) / 60_000).quantize(Decimal(1), ROUND_HALF_UP)),
        ms_played=total,
        plays=len(heard),
        top_track_id=_most(heard),
        top_artist_id=_most(by_artist) if by_artist else None,
    )


def _most(heard: list[tuple[str, int]]) -> str:
    plays, milliseconds = Counter(name for name, _ms in heard), Counter[str]()
    for name, ms in heard:
        milliseconds[name] += ms
    ranked = sorted(plays)  # By code points; the sorts below keep that order among equals.
    ranked.sort(key=milliseconds.__getitem__, reverse=True)
    ranked.sort(key=plays.__getitem__, reverse=True)
    return ranked[0]
