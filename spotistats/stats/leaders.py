"""Who and what was played most in a span of days."""

from dataclasses import dataclass

from sqlalchemy import and_, bindparam, func, literal, select, true, union_all

from spotistats.clock import Span
from spotistats.extensions import read
from spotistats.models import Album, Artist, Play, Track, TrackArtist, UserTopArtist
from spotistats.stats.plays import IN_SPAN

_PLAYS = func.count().label("plays")
_TRACK = (
    select(Play.track_id, _PLAYS)
    .where(*IN_SPAN)
    .group_by(Play.track_id)
    .order_by(func.count().desc(), func.sum(Play.ms_played).desc(), Play.track_id)
    .limit(1)
    .subquery()
)
_ARTIST = (
    select(TrackArtist.artist_id, _PLAYS)
    .join_from(Play, TrackArtist, and_(TrackArtist.track_id == Play.track_id, TrackArtist.position == 0))
    .where(*IN_SPAN)
    .group_by(TrackArtist.artist_id)
    .order_by(func.count().desc(), func.sum(Play.ms_played).desc(), TrackArtist.artist_id)
    .limit(1)
    .subquery()
)
# Plays tell no pictures of artists; Spotify's ranking does, of those who are in it.
_ARTIST_PICTURE = (
    select(func.max(UserTopArtist.image_url))
    .where(UserTopArtist.user_id == bindparam("user_id"), UserTopArtist.spotify_id == _ARTIST.c.artist_id)
    .scalar_subquery()
)
# One row: the track is there as soon as anything was heard, the artist unless no track names one.
_LEADERS = (
    select(
        Track.name,
        Track.artist_name,
        Album.image_url,
        _TRACK.c.plays,
        Artist.name.label("artist"),
        _ARTIST_PICTURE.label("artist_image_url"),
        _ARTIST.c.plays.label("artist_plays"),
    )
    .join_from(_TRACK, Track, Track.id == _TRACK.c.track_id)
    .join(Album, Album.id == Track.album_id, isouter=True)
    .join(_ARTIST, true(), isouter=True)
    .join(Artist, Artist.id == _ARTIST.c.artist_id, isouter=True)
)
_TWO_TRACKS = (
    select(_PLAYS).where(*IN_SPAN).group_by(Play.track_id).order_by(func.count().desc()).limit(2).subquery()
)
_TWO_ARTISTS = (
    select(_PLAYS)
    .join_from(Play, TrackArtist, and_(TrackArtist.track_id == Play.track_id, TrackArtist.position == 0))
    .where(*IN_SPAN)
    .group_by(TrackArtist.artist_id)
    .order_by(func.count().desc())
    .limit(2)
    .subquery()
)
# A row for each of the first two tracks and of the first two artists.
_FIRST_TWO = select(
    union_all(
        select(literal("track").label("kind"), _TWO_TRACKS.c.plays),
        select(literal("artist"), _TWO_ARTISTS.c.plays),
    ).subquery()
)


@dataclass(frozen=True, slots=True)
class Leader:
    """An artist or a track with its plays in the span; `artist_name` is None for an artist."""

    name: str
    artist_name: str | None
    image_url: str | None
    plays: int


@dataclass(frozen=True, slots=True)
class Leaders:
    """The artist and the track that were played most; None where nothing was, or no track names an artist."""

    artist: Leader | None
    track: Leader | None

    def played(self, least: int) -> tuple[Leader, ...]:
        """Return those, the artist first, that were played at least that often."""
        return tuple(leader for leader in (self.artist, self.track) if leader and leader.plays >= least)


NOBODY = Leaders(None, None)


def leaders(user_id: int, span: Span) -> Leaders:
    """Return who has the most plays in the span, then the most milliseconds, then the smallest id."""
    row = read(_LEADERS, user_id=user_id, **span._asdict()).one_or_none()
    if row is None:
        return NOBODY
    return Leaders(
        artist=Leader(row.artist, None, row.artist_image_url, row.artist_plays)
        if row.artist is not None
        else None,
        track=Leader(row.name, row.artist_name, row.image_url, row.plays),
    )


def is_tied(user_id: int, span: Span, *, least: int) -> bool:
    """Tell whether two artists or two tracks share the most plays of the span, `least` of them or more."""
    firsts = [(row.kind, row.plays) for row in read(_FIRST_TWO, user_id=user_id, **span._asdict())]
    return any(plays >= least and firsts.count((kind, plays)) > 1 for kind, plays in firsts)
