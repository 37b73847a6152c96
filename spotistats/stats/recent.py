"""The latest plays."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from spotistats.extensions import read
from spotistats.models import Album, Play, Track

_LATEST = (
    select(Play.played_at, Track.name, Track.artist_name, Album.image_url)
    .join(Track, Track.id == Play.track_id)
    .join(Album, Album.id == Track.album_id, isouter=True)
    .where(Play.user_id == bindparam("user_id"), Play.played_at < bindparam("until"))
    .order_by(Play.played_at.desc(), Play.track_id.desc())
    .limit(bindparam("limit"))
)


@dataclass(frozen=True, slots=True)
class RecentPlay:
    played_at: datetime
    track: str
    artist_name: str
    image_url: str | None


def recent_plays(user_id: int, limit: int, until: datetime) -> tuple[RecentPlay, ...]:
    """Return the latest plays before `until`, the end of today, newest first.

    What seems to be played later was stored by a clock that was ahead, and would stand first for ever.
    """
    return tuple(RecentPlay(*row) for row in read(_LATEST, user_id=user_id, limit=limit, until=until))
