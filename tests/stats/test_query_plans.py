"""With 50,000 plays stored, no page reads them from end to end."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import event

from spotistats import clock
from spotistats.extensions import db
from spotistats.stats import health, my_data
from spotistats.stats.coverage import coverage, gaps_since
from spotistats.stats.day import day
from spotistats.stats.history import history
from spotistats.stats.leaders import is_tied, leaders
from spotistats.stats.my_data import TABLES
from spotistats.stats.plays import plays_of, recent_plays
from spotistats.stats.standing import sync_standing
from spotistats.stats.top import top_list
from spotistats.stats.week import week
from tests.support.kinds import ON_SQLITE
from tests.support.rows import Heard, store_listener, store_plays

# PostgreSQL's plans change with the number of rows and what it last counted; its indexes are the same.
pytestmark = ON_SQLITE

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
AFTER = {
    "plays": ("2025-12-01T00:00:00+00:00", "a1"),
    "days": ("2025-12-01",),
    "top-artists": ("short_term", "5"),
    "top-tracks": ("short_term", "5"),
    "syncs": ("5",),
}


@pytest.fixture
def listener(tables: Flask) -> int:
    ids = [store_listener(name) for name in ("before", "listener", "after")]
    for user_id in ids:
        count = 50_000 if user_id == ids[1] else 1_000
        store_plays(user_id, [Heard(NOON - timedelta(minutes=9 * n), f"a{n % 500}") for n in range(count)])
    return ids[1]


def plans(question: Callable[[], object]) -> Iterator[str]:
    """Ask, and yield the steps of SQLite's plan for each statement."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    question()
    event.remove(db.engine, "before_cursor_execute", note)
    assert asked
    connection = db.session.connection()
    for statement, parameters in asked:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
                yield row.detail


def test_every_question_goes_by_an_index(listener: int) -> None:
    today, now = NOON.date(), NOON
    span = clock.span(today, today, ZoneInfo("Europe/Berlin"))
    questions: dict[str, Callable[[], object]] = {
        "week": lambda: week(listener, today, ZoneInfo("Europe/Berlin")),
        "recent": lambda: recent_plays(listener, 10, now),
        "history": lambda: history(listener, *clock.last_days(3650, today)),
        "day": lambda: day(listener, today),
        "a day's plays": lambda: plays_of(listener, span, page=3),
        "a day's leaders": lambda: leaders(listener, span),
        "others with as many plays": lambda: is_tied(listener, span, least=2),
        "standing": lambda: sync_standing(listener, now),
        "coverage": lambda: coverage(listener, now, now),
        "gaps": lambda: gaps_since(listener, now),
        "top artists": lambda: top_list(listener, "artists", "short_term"),
        "top tracks": lambda: top_list(listener, "tracks", "short_term"),
        "counts": lambda: my_data.counts(listener),
        "person": lambda: my_data.person(listener),
        **{f"first page of {name}": partial(my_data.page, listener, TABLES[name]) for name in TABLES},
        **{
            f"later page of {name}": partial(my_data.page, listener, TABLES[name], AFTER[name])
            for name in TABLES
        },
        **{
            f"rows of {name} up to a place": partial(my_data.count, listener, TABLES[name], until=AFTER[name])
            for name in TABLES
        },
    }
    for name, question in questions.items():
        for step in plans(question):
            is_scan = step.startswith("SCAN") and "CONSTANT ROW" not in step
            of_a_few = step.startswith(("SCAN anon_", "SCAN (subquery"))
            assert not is_scan or of_a_few, f"{name}: {step}"
            assert not _is_sorted(name) or "FOR ORDER BY" not in step, f"{name}: {step}"
    steps = list(plans(lambda: my_data.page(listener, TABLES["plays"], AFTER["plays"])))
    assert any("user_id=? AND" in step and "played_at" in step for step in steps), (
        "a later page begins where the one before it ended"
    )
    assert all("alembic_version" in step for step in plans(health.schema))


def _is_sorted(name: str) -> bool:
    """Tell whether an index gives the rows in the order that is asked for."""
    return "page of" in name or name in {
        "a day's plays",
        "coverage",
        "recent",
        "history",
        "top artists",
        "top tracks",
    }
