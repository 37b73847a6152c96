"""The tables. Every row that belongs to a listener has `user_id` first in its key."""

from datetime import UTC, datetime, timedelta
from datetime import date as CalendarDate
from typing import Any, Literal

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    String,
    Text,
)
from sqlalchemy import types as sql_types
from sqlalchemy.orm import Mapped, mapped_column

from spotistats.extensions import Base, new_version
from spotistats.plays import TIME_RANGES


class UtcDateTime(sql_types.TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the table, `timestamptz` on PostgreSQL."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Ids compare by code point everywhere; PostgreSQL would otherwise ask the locale.
SpotifyId = Text().with_variant(Text(collation="C"), "postgresql")


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def _user_key() -> Mapped[int]:
    return mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)


# A lock whose holder died is free again after so long at most; one that seems to last longer was taken by a
# clock that was ahead.
LONGEST_SYNC_LOCK = timedelta(seconds=60)


class User(Base):
    """A listener, and the lock that lets one sync run at a time."""

    __tablename__ = "users"
    # An id is never used again: what is under way for a deleted listener must not reach the next one.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    spotify_id: Mapped[str] = mapped_column(SpotifyId, unique=True)
    account_id: Mapped[str | None] = mapped_column(SpotifyId, unique=True)
    display_name: Mapped[str | None] = mapped_column(Text)
    timezone: Mapped[str] = mapped_column(String(64), server_default="UTC")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sync_lock_holder: Mapped[str | None] = mapped_column(String(32))
    sync_lock_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignIn(Base):
    """A browser that is signed in: the cookie's token is kept only as its hash."""

    __tablename__ = "sign_ins"

    user_id: Mapped[int] = _user_key()
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SpotifyConnection(Base):
    """Permission to ask Spotify about a listener; the tokens are encrypted.

    `version` is another random number with each token pair, so that whoever refreshed an older pair can tell
    that it lost, even where the connection was deleted and made anew meanwhile.
    """

    __tablename__ = "spotify_connections"

    user_id: Mapped[int] = _user_key()
    access_token: Mapped[str] = mapped_column(Text)
    refresh_token: Mapped[str] = mapped_column(Text)
    access_token_expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    consented_at: Mapped[datetime] = mapped_column(UtcDateTime)
    needs_reconnect_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger, default=new_version)


# No wait is taken for longer than seven days. One that seems to last a day longer than that was stored by a
# clock that was ahead.
LONGEST_SPOTIFY_WAIT = timedelta(days=8)


class SpotifyWait(Base):
    """Until when Spotify wants no calls from an application; the limit counts per client id."""

    __tablename__ = "spotify_waits"

    client_id: Mapped[str] = mapped_column(Text, primary_key=True)
    refused_until: Mapped[datetime] = mapped_column(UtcDateTime)


class DataVersion(Base):
    """One row with another random number after each commit: what was drawn from older data is known as old.

    It is random, not counted, so that a restored backup cannot come to the numbers of the time that it undid.
    """

    __tablename__ = "data_version"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)


class Artist(Base):
    __tablename__ = "artists"

    id: Mapped[str] = mapped_column(SpotifyId, primary_key=True)
    name: Mapped[str] = mapped_column(Text)


class Album(Base):
    __tablename__ = "albums"

    id: Mapped[str] = mapped_column(SpotifyId, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    image_url: Mapped[str | None] = mapped_column(Text)


class Track(Base):
    """A track; `artist_name` is all credited artists in one line, ready to be shown."""

    __tablename__ = "tracks"

    id: Mapped[str] = mapped_column(SpotifyId, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    duration_ms: Mapped[int] = mapped_column(BigInteger)
    isrc: Mapped[str | None] = mapped_column(Text)
    album_id: Mapped[str | None] = mapped_column(ForeignKey("albums.id"), index=True)
    artist_name: Mapped[str] = mapped_column(Text)


class TrackArtist(Base):
    """A credit: `position` 0 is the first credited artist."""

    __tablename__ = "track_artists"

    track_id: Mapped[str] = mapped_column(ForeignKey("tracks.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    artist_id: Mapped[str] = mapped_column(ForeignKey("artists.id"), index=True)


class Play(Base):
    """That a listener played a track; `played_at` is the end of the play."""

    __tablename__ = "plays"
    __table_args__ = (
        _one_of("source", ("sync", "import")),
        CheckConstraint("ms_played >= 0", name="ms_played"),
        {"sqlite_with_rowid": False},
    )

    user_id: Mapped[int] = _user_key()
    played_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    track_id: Mapped[str] = mapped_column(ForeignKey("tracks.id"), primary_key=True, index=True)
    ms_played: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[Literal["sync", "import"]] = mapped_column(String(16))


class DailyListening(Base):
    """A local day, rebuilt from its plays."""

    __tablename__ = "daily_listening"

    user_id: Mapped[int] = _user_key()
    date: Mapped[CalendarDate] = mapped_column(Date, primary_key=True)
    minutes: Mapped[int] = mapped_column()
    ms_played: Mapped[int] = mapped_column(BigInteger)
    plays: Mapped[int] = mapped_column()
    top_track_id: Mapped[str] = mapped_column(ForeignKey("tracks.id"), index=True)
    top_artist_id: Mapped[str | None] = mapped_column(ForeignKey("artists.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class UserTopArtist(Base):
    """An entry of Spotify's own ranking of artists."""

    __tablename__ = "user_top_artists"
    __table_args__ = (_one_of("time_range", TIME_RANGES),)

    user_id: Mapped[int] = _user_key()
    time_range: Mapped[str] = mapped_column(String(16), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)
    spotify_id: Mapped[str] = mapped_column(SpotifyId)
    name: Mapped[str] = mapped_column(Text)
    genres: Mapped[list[Any]] = mapped_column(JSON)
    image_url: Mapped[str | None] = mapped_column(Text)
    popularity: Mapped[int | None] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class UserTopTrack(Base):
    """An entry of Spotify's own ranking of tracks."""

    __tablename__ = "user_top_tracks"
    __table_args__ = (_one_of("time_range", TIME_RANGES),)

    user_id: Mapped[int] = _user_key()
    time_range: Mapped[str] = mapped_column(String(16), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)
    spotify_id: Mapped[str] = mapped_column(SpotifyId)
    name: Mapped[str] = mapped_column(Text)
    artist_name: Mapped[str] = mapped_column(Text)
    album_name: Mapped[str | None] = mapped_column(Text)
    image_url: Mapped[str | None] = mapped_column(Text)
    preview_url: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SyncRun(Base):
    """One sync; `gap_*` are set where plays between two moments may be missing."""

    __tablename__ = "sync_runs"
    __table_args__ = (
        _one_of("status", ("running", "succeeded", "partial", "failed")),
        Index(None, "user_id", "status", "finished_at"),
        Index(None, "user_id", "gap_ended_at"),
    )

    user_id: Mapped[int] = _user_key()
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status: Mapped[Literal["running", "succeeded", "partial", "failed"]] = mapped_column(String(16))
    error: Mapped[str | None] = mapped_column(Text)
    plays_added: Mapped[int | None] = mapped_column()
    gap_started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    gap_ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
