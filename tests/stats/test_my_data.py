"""The stored rows, page by page: every row exactly once, in order, nobody else's."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from spotistats.extensions import db, transaction
from spotistats.models import SyncRun, UserTopArtist, UserTopTrack
from spotistats.stats import my_data
from spotistats.stats.my_data import TABLES, BadCursor, Cell
from tests.support.rows import Heard, store_listener, store_plays

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SIZES = (1, 7, 50, 1000)
COUNTS = {"plays": 137, "days": 7, "top-artists": 60, "top-tracks": 60, "syncs": 61}


@pytest.fixture
def listener(tables: Flask) -> int:
    """A listener with rows in each table, between two others who have as many."""
    ids = [store_listener(name) for name in ("before", "listener", "after")]
    for user_id in ids:
        _fill(user_id)
    return ids[1]


def _fill(user_id: int) -> None:
    # Up to four plays end at the same moment, and pages are cut between them.
    heard = [
        Heard(NOON - timedelta(hours=4 * (number // 4)), track_id)
        for number, track_id in zip(range(137), ["a1", "B1", "😀1", "ｚ1"] * 40, strict=False)
    ]
    store_plays(user_id, heard)
    with transaction() as session:
        for time_range in ("short_term", "medium_term", "long_term"):
            for rank in range(1, 21):
                owned = {"user_id": user_id, "time_range": time_range, "rank": rank, "created_at": NOON}
                names = {"spotify_id": f"{user_id}-{rank}", "name": f"{user_id}-{rank}"}
                session.add(UserTopArtist(**owned, **names, genres=["x"]))
                session.add(UserTopTrack(**owned, **names, artist_name="x"))
        for number in range(1, 62):
            session.add(SyncRun(user_id=user_id, id=number, started_at=NOON, status="failed"))


def walk(user_id: int, name: str, size: int) -> Iterator[tuple[Cell, ...]]:
    """Yield the rows of all pages of that size, one after the other."""
    after: my_data.Cursor | None = None
    while True:
        page = my_data.page(user_id, TABLES[name], after, size=size)
        assert 0 < len(page.rows) <= size
        yield from page.rows
        after = page.following
        if after is None:
            return


def key_of(name: str, row: Sequence[Cell]) -> tuple[Cell, ...]:
    table = TABLES[name]
    return tuple(row[table.columns.index(column.name)] for column in table.key)


@pytest.mark.parametrize("name", TABLES)
def test_the_pages_cover_every_row_once_in_order(listener: int, name: str) -> None:
    for size in SIZES:
        rows = list(walk(listener, name, size))
        keys = [key_of(name, row) for row in rows]
        assert len(keys) == COUNTS[name] == my_data.counts(listener)[name]
        assert keys == sorted(set(keys), reverse=TABLES[name].newest_first)
        assert list(my_data.every_row(listener, TABLES[name])) == rows


@pytest.mark.parametrize("name", TABLES)
def test_how_many_rows_there_are_up_to_a_place(listener: int, name: str) -> None:
    after: my_data.Cursor | None = None
    for shown in range(7, COUNTS[name], 7):
        after = my_data.page(listener, TABLES[name], after, size=7).following
        assert after is not None
        assert my_data.count(listener, TABLES[name], until=after) == shown
    with pytest.raises(BadCursor):
        my_data.count(listener, TABLES[name], until=("x", "y", "z"))


def test_rows_that_come_meanwhile_move_no_other(listener: int) -> None:
    first = my_data.page(listener, TABLES["plays"], size=50)
    store_plays(listener, [Heard(NOON + timedelta(hours=number), "a1") for number in range(1, 6)])
    second = my_data.page(listener, TABLES["plays"], first.following, size=50)
    assert not set(first.rows) & set(second.rows)
    assert len(second.rows) == 50


def test_an_exact_page_has_nothing_after_it(listener: int) -> None:
    assert my_data.page(listener, TABLES["days"], size=COUNTS["days"]).following is None
    assert my_data.page(listener, TABLES["days"], size=COUNTS["days"] - 1).following is not None


def test_somebody_without_rows(tables: Flask) -> None:
    listener = store_listener("listener")
    assert my_data.counts(listener) == dict.fromkeys(TABLES, 0)
    for table in TABLES.values():
        assert my_data.page(listener, table) == my_data.StoredPage((), None)
        assert list(my_data.every_row(listener, table)) == []


def test_every_table_of_the_listener_is_shown(tables: Flask) -> None:
    """What belongs to a listener has a table here or stands in `Person`."""
    owned = {table.name for table in db.metadata.sorted_tables if "user_id" in table.columns}
    shown = {table.owner.class_.__tablename__ for table in TABLES.values()}
    assert owned - shown == {"sign_ins", "spotify_connections"}


def test_values_are_what_was_stored(listener: int) -> None:
    [row] = my_data.page(listener, TABLES["plays"], size=1).rows
    assert row == (NOON, "😀1", "Name of 😀1", "Name of artist-😀", None, 180_000, "sync")
    [row] = my_data.page(listener, TABLES["days"], size=1).rows
    assert row[:4] == (date(2026, 3, 1), 48, 2_880_000, 16)
    [row] = my_data.page(listener, TABLES["top-artists"], size=1).rows
    assert row[:6] == ("long_term", 1, f"{listener}-1", f"{listener}-1", ["x"], None)


def test_a_place_of_another_table(listener: int) -> None:
    for name, after in (("plays", ("2026-03-01",)), ("days", ("1",)), ("syncs", ("x",)), ("syncs", ())):
        with pytest.raises(BadCursor):
            my_data.page(listener, TABLES[name], after)
