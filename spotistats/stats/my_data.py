"""What is stored about a listener, table by table, as it is stored.

Pages are cut by key, not by number: the rows after a known one are found as fast at the end as at the start.
Only to say which rows they are, all up to there are counted: a million in a fifth of a second.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, bindparam, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeEngine

from spotistats.extensions import end_reading, read
from spotistats.models import (
    Album,
    Artist,
    DailyListening,
    Play,
    SignIn,
    SpotifyConnection,
    SyncRun,
    Track,
    User,
    UserTopArtist,
    UserTopTrack,
    UtcDateTime,
)

PAGE_SIZE = 50
_BATCH = 1000

Cell = str | int | datetime | date | list[Any] | None
Cursor = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredTable:
    """A table as the listener sees it; `key` are the mapped columns that rows are sorted by."""

    rows: Select[*tuple[Any, ...]]
    owner: InstrumentedAttribute[int]
    key: tuple[InstrumentedAttribute[Any], ...]
    newest_first: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.rows.selected_columns)


@dataclass(frozen=True, slots=True)
class StoredPage:
    """Some rows; `following` is the cursor of the page after this one, None at the end."""

    rows: tuple[tuple[Cell, ...], ...]
    following: Cursor | None


@dataclass(frozen=True, slots=True)
class Person:
    """What is stored about the listener apart from the tables that have a page."""

    spotify_id: str
    account_id: str | None
    display_name: str | None
    timezone: str
    created_at: datetime
    consented_at: datetime | None
    signed_in_at: tuple[datetime, ...]

    @property
    def sign_ins(self) -> int:
        """How many browsers are signed in."""
        return len(self.signed_in_at)


class BadCursor(ValueError):
    """That is no place in this table."""


TABLES: Mapping[str, StoredTable] = {
    "plays": StoredTable(
        rows=select(
            Play.played_at,
            Play.track_id,
            Track.name.label("track"),
            Track.artist_name.label("artists"),
            Album.name.label("album"),
            Play.ms_played,
            Play.source,
        )
        .join(Track, Track.id == Play.track_id)
        .join(Album, Album.id == Track.album_id, isouter=True),
        owner=Play.user_id,
        key=(Play.played_at, Play.track_id),
    ),
    "days": StoredTable(
        rows=select(
            DailyListening.date,
            DailyListening.minutes,
            DailyListening.ms_played,
            DailyListening.plays,
            DailyListening.top_track_id,
            Track.name.label("top_track"),
            DailyListening.top_artist_id,
            Artist.name.label("top_artist"),
            DailyListening.created_at,
            DailyListening.updated_at,
        )
        .join(Track, Track.id == DailyListening.top_track_id)
        .join(Artist, Artist.id == DailyListening.top_artist_id, isouter=True),
        owner=DailyListening.user_id,
        key=(DailyListening.date,),
    ),
    "top-artists": StoredTable(
        rows=select(
            UserTopArtist.time_range,
            UserTopArtist.rank,
            UserTopArtist.spotify_id,
            UserTopArtist.name,
            UserTopArtist.genres,
            UserTopArtist.popularity,
            UserTopArtist.image_url,
            UserTopArtist.created_at,
        ),
        owner=UserTopArtist.user_id,
        key=(UserTopArtist.time_range, UserTopArtist.rank),
        newest_first=False,
    ),
    "top-tracks": StoredTable(
        rows=select(
            UserTopTrack.time_range,
            UserTopTrack.rank,
            UserTopTrack.spotify_id,
            UserTopTrack.name,
            UserTopTrack.artist_name,
            UserTopTrack.album_name,
            UserTopTrack.image_url,
            UserTopTrack.preview_url,
            UserTopTrack.created_at,
        ),
        owner=UserTopTrack.user_id,
        key=(UserTopTrack.time_range, UserTopTrack.rank),
        newest_first=False,
    ),
    "syncs": StoredTable(
        rows=select(
            SyncRun.id,
            SyncRun.started_at,
            SyncRun.finished_at,
            SyncRun.status,
            SyncRun.plays_added,
            SyncRun.error,
            SyncRun.gap_started_at,
            SyncRun.gap_ended_at,
        ),
        owner=SyncRun.user_id,
        key=(SyncRun.id,),
    ),
}

_COUNTS = select(
    *(
        select(func.count()).where(table.owner == bindparam("user_id")).scalar_subquery().label(name)
        for name, table in TABLES.items()
    )
)
_PERSON = (
    select(
        User.spotify_id,
        User.account_id,
        User.display_name,
        User.timezone,
        User.created_at,
        SpotifyConnection.consented_at,
    )
    .join(SpotifyConnection, SpotifyConnection.user_id == User.id, isouter=True)
    .where(User.id == bindparam("user_id"))
)
_SIGNED_IN_AT = (
    select(SignIn.created_at).where(SignIn.user_id == bindparam("user_id")).order_by(SignIn.created_at)
)


def person(user_id: int) -> Person:
    """Return what is stored about the listener themself."""
    signed_in_at = tuple(read(_SIGNED_IN_AT, user_id=user_id).scalars())
    return Person(*read(_PERSON, user_id=user_id).one(), signed_in_at)


def count(user_id: int, table: StoredTable, *, until: Cursor | None = None) -> int:
    """Return how many rows the listener has in one of TABLES: up to and with the place `until`, or in all.

    Raises BadCursor.
    """
    statement = select(func.count()).where(table.owner == user_id)
    if until is not None:
        statement = statement.where(_up_to(table, _values(table, until)))
    return read(statement).scalar_one()


def counts(user_id: int) -> dict[str, int]:
    """Return how many rows the listener has in each of TABLES."""
    return dict(read(_COUNTS, user_id=user_id).one()._mapping)


def page(
    user_id: int, table: StoredTable, after: Cursor | None = None, *, size: int = PAGE_SIZE
) -> StoredPage:
    """Return the `size` rows that follow the row at `after` (None: from the first); raises BadCursor."""
    order = [column.desc() if table.newest_first else column.asc() for column in table.key]
    statement = table.rows.where(table.owner == user_id).order_by(*order).limit(size + 1)
    if after is not None:
        statement = statement.where(_beyond(table, _values(table, after)))
    rows = [tuple(row) for row in read(statement)]
    places = [table.columns.index(column.name) for column in table.key]
    following = tuple(_text(rows[size - 1][place]) for place in places) if len(rows) > size else None
    return StoredPage(tuple(rows[:size]), following)


def every_row(user_id: int, table: StoredTable) -> Iterator[tuple[Cell, ...]]:
    """Yield all rows in batches, each read by a query of its own, so that memory stays small."""
    after: Cursor | None = None
    while True:
        batch = page(user_id, table, after, size=_BATCH)
        end_reading()  # A slow reader holds no transaction open.
        yield from batch.rows
        if batch.following is None:
            return
        after = batch.following


def _beyond(table: StoredTable, values: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition "after these values in the table's order".

    Rows are compared whole, so that the key's index leads straight to the first of them.
    """
    place = tuple_(*table.key)
    return place < tuple(values) if table.newest_first else place > tuple(values)


def _up_to(table: StoredTable, values: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition "these values or before them in the table's order"."""
    place = tuple_(*table.key)
    return place >= tuple(values) if table.newest_first else place <= tuple(values)


def _values(table: StoredTable, after: Cursor) -> list[Any]:
    if len(after) != len(table.key):
        raise BadCursor(after)
    try:
        return [_value(column.type, text) for column, text in zip(table.key, after, strict=True)]
    except (ValueError, OverflowError) as error:
        raise BadCursor(after) from error


def _value(kind: TypeEngine[Any], text: str) -> Any:
    """Return what `_text` wrote for a column of that kind; raises ValueError or OverflowError."""
    if "\0" in text:
        raise BadCursor(text)
    if isinstance(kind, UtcDateTime):
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise BadCursor(text)
        return moment.astimezone(UTC)
    if isinstance(kind, Date):
        return date.fromisoformat(text)
    if isinstance(kind, Integer):
        number = int(text)
        if not 0 <= number < 2**31:
            raise BadCursor(text)
        return number
    text.encode()  # Half a character, which JSON can spell, is a ValueError here.
    return text


def _text(value: Cell) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
