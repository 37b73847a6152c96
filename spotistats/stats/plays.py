"""Plays one by one: the latest, and those of a span of days."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, or_, select

from spotistats.clock import Span
from spotistats.extensions import read
from spotistats.models import Album, Play, Track

PAGE_SIZE = 100

# The plays of a listener in a Span, whose moments are the parameters.
IN_SPAN = (
    Play.user_id == bindparam("user_id"),
    Play.played_at >= bindparam("start"),
    Play.played_at < bindparam("end"),
    or_(Play.played_at < bindparam("left_at"), Play.played_at >= bindparam("back_at")),
)
_PLAYS = (
    select(Play.played_at, Track.name, Track.artist_name, Album.image_url)
    .join(Track, Track.id == Play.track_id)
    .join(Album, Album.id == Track.album_id, isouter=True)
)
_LATEST = (
    _PLAYS.where(Play.user_id == bindparam("user_id"), Play.played_at < bindparam("until"))
    .order_by(Play.played_at.desc(), Play.track_id.desc())
    .limit(bindparam("limit"))
)
_OF_SPAN = (
    _PLAYS.where(*IN_SPAN)
    .order_by(Play.played_at, Play.track_id)
    .limit(PAGE_SIZE + 1)
    .offset(bindparam("offset"))
)


@dataclass(frozen=True, slots=True)
class ShownPlay:
    """A play as a page shows it; `played_at` is its end."""

    played_at: datetime
    track: str
    artist_name: str
    image_url: str | None


@dataclass(frozen=True, slots=True)
class PlaysPage:
    """Some of a span's plays, the first one first; `is_last` tells that no more follow."""

    plays: tuple[ShownPlay, ...]
    is_last: bool


def recent_plays(user_id: int, limit: int, until: datetime) -> tuple[ShownPlay, ...]:
    """Return the latest plays before `until`, the end of today, newest first.

    What seems to be played later was stored by a clock that was ahead, and would stand first for ever.
    """
    return tuple(ShownPlay(*row) for row in read(_LATEST, user_id=user_id, limit=limit, until=until))


def plays_of(user_id: int, span: Span, *, page: int = 1) -> PlaysPage:
    """Return a page of the plays that ended within the span, oldest first."""
    rows = read(_OF_SPAN, user_id=user_id, offset=(page - 1) * PAGE_SIZE, **span._asdict()).all()
    return PlaysPage(plays=tuple(ShownPlay(*row) for row in rows[:PAGE_SIZE]), is_last=len(rows) <= PAGE_SIZE)
