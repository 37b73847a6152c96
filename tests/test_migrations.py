"""Schema changes: up, down and up again, nothing lost, a copy first."""

import shutil
import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import inspect

from spotistats import create_app
from spotistats.config import ROOT
from spotistats.extensions import db
from tests.support.databases import dispose
from tests.support.kinds import ON_POSTGRESQL, ON_SQLITE
from tests.support.programs import Ended, flask, until
from tests.support.rows import Heard, everything, store_listener, store_plays
from tests.support.settings import app_settings

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

HEAD = max(path.name for path in (ROOT / "migrations" / "versions").glob("*.py")).partition("_")[0]
LATER = """
import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("users", recreate="auto") as users:
        users.alter_column("display_name", type_=sa.String(300))
    {failure}


def downgrade():
    with op.batch_alter_table("users", recreate="auto") as users:
        users.alter_column("display_name", type_=sa.Text())
"""


@pytest.fixture
def tables(database_url: str) -> Iterator[Flask]:
    """An application context on a database with listeners and plays."""
    app = create_app(app_settings(database_url))
    with app.app_context():
        for name in ("alice", "bob"):
            store_plays(store_listener(name), [Heard(NOON - timedelta(hours=n), f"a{n}") for n in range(9)])
        yield app
        dispose(app)


@pytest.fixture
def later(tmp_path: Path) -> Path:
    """The migrations of a version to come, which rebuilds the table that all others belong to."""
    return _migrations(tmp_path, failure="")


def _migrations(tmp_path: Path, *, failure: str) -> Path:
    folder = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9001_later.py").write_text(LATER.format(head=HEAD, failure=failure))
    return folder


def schema() -> dict[str, Any]:
    """Return what the database says of its tables."""
    inspector = inspect(db.engine)
    return {
        name: (
            [
                (column["name"], str(column["type"]), column["nullable"])
                for column in inspector.get_columns(name)
            ],
            inspector.get_pk_constraint(name),
            sorted(inspector.get_foreign_keys(name), key=repr),
            sorted(inspector.get_indexes(name), key=repr),
            sorted(inspector.get_check_constraints(name), key=repr),
            sorted(inspector.get_unique_constraints(name), key=repr),
        )
        for name in inspector.get_table_names()
    }


def copies(app: Flask) -> list[Path]:
    path = Path(app.config["SETTINGS"].database_url.removeprefix("sqlite:///"))
    return sorted(path.parent.glob(f"{path.stem}.before-change-of-*"))


def test_up_down_and_up_again(tables: Flask) -> None:
    before = schema()
    assert before.keys() >= set(db.metadata.tables)
    downgrade(revision="base")
    assert inspect(db.engine).get_table_names() == ["alembic_version"]
    upgrade()
    assert schema() == before


def test_the_tables_are_those_of_the_models(tables: Flask) -> None:
    options = {"compare_type": True, "compare_server_default": True}
    context = MigrationContext.configure(db.session.connection(), opts=options)
    assert compare_metadata(context, db.metadata) == []
    db.session.rollback()


def test_every_constraint_has_a_name_and_foreign_keys_hold(tables: Flask) -> None:
    for table, (_columns, key, foreign_keys, indexes, checks, uniques) in schema().items():
        # A key that is never used again is part of its column on SQLite, and has no name there.
        keys = [key] if key["name"] or table != "users" else []
        for constraint in (*keys, *foreign_keys, *indexes, *checks, *uniques):
            assert constraint["name"]
    connection = db.session.connection()
    connection.exec_driver_sql("DELETE FROM users WHERE spotify_id = 'alice'")
    left = connection.exec_driver_sql("SELECT user_id, count(*) FROM plays GROUP BY user_id").all()
    assert [tuple(row) for row in left] == [(2, 9)]
    db.session.rollback()


def test_a_table_that_is_rebuilt_takes_nothing_with_it(tables: Flask, later: Path) -> None:
    rows, constraints = everything(tables), schema()["plays"]
    assert len(rows["plays"]) == 18
    for change in (upgrade, downgrade):
        change(directory=str(later))
        assert {**everything(tables), "alembic_version": None} == {**rows, "alembic_version": None}
        assert schema()["plays"] == constraints
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_a_migration_that_fails_changes_nothing(tables: Flask, tmp_path: Path) -> None:
    folder = _migrations(tmp_path, failure="raise ArithmeticError")
    before, rows = schema(), everything(tables)
    with pytest.raises(ArithmeticError):
        upgrade(directory=str(folder))
    dispose(tables)
    assert schema() == before
    assert everything(tables) == rows
    version = db.session.connection().exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    assert version == HEAD


@ON_SQLITE  # PostgreSQL has no file to copy, and is backed up by its own programs.
def test_a_copy_is_made_before_what_somebody_has_is_changed(tables: Flask, later: Path) -> None:
    upgrade()
    check()
    assert copies(tables) == [], "nothing was changed"
    rows = everything(tables)
    upgrade(directory=str(later))
    [copy] = copies(tables)
    assert copy.name.endswith(f".before-change-of-{HEAD}.sqlite")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]
        assert connection.execute("SELECT count(*) FROM plays").fetchone() == (18,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    upgrade(directory=str(later))
    assert copies(tables) == [copy]
    downgrade(directory=str(later))
    assert [path.name.rpartition("-")[2] for path in copies(tables)] == [f"{HEAD}.sqlite", "9001.sqlite"]
    assert everything(tables) == rows
    downgrade(directory=str(later), revision="base")
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM plays").fetchone() == (18,)


def test_a_new_database_is_not_copied(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite"
    app = create_app(app_settings(f"sqlite:///{path}"))
    with app.app_context():
        upgrade()
        dispose(app)
    assert [found.name for found in tmp_path.iterdir()] == ["new.sqlite"]


@ON_POSTGRESQL  # The others wait until one has made the tables.
def test_two_at_once_on_a_new_database(database_url: str, tmp_path: Path) -> None:
    def upgraded() -> Ended:
        return flask("db", "upgrade", variables=app_settings(database_url, INSTANCE_FOLDER=str(tmp_path)))

    with psycopg.connect(database_url, autocommit=True) as watching, ThreadPoolExecutor() as both:
        watching.execute("DROP SCHEMA public CASCADE")
        watching.execute("CREATE SCHEMA public")
        with psycopg.connect(database_url) as other:
            # Whoever is about to make this table waits for the end of this transaction, which undoes it.
            other.execute("CREATE TABLE alembic_version (version_num text)")
            running = [both.submit(upgraded) for _ in range(2)]
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            waiting += " AND wait_event_type = 'Lock'"
            until(lambda: watching.execute(waiting).fetchone() == (2,), "both wait")
            other.rollback()
        for ended in (one.result() for one in running):
            assert ended.status == 0, ended.complained
        assert watching.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]
        locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        until(lambda: watching.execute(locks).fetchone() == (0,), "no lock is left")


def test_several_at_once_on_a_new_sqlite_file(tmp_path: Path) -> None:
    def upgraded() -> Ended:
        return flask("db", "upgrade", variables=app_settings(url, INSTANCE_FOLDER=str(tmp_path)))

    url = f"sqlite:///{tmp_path / 'new.sqlite'}"
    with ThreadPoolExecutor() as pool:
        for ended in [one.result() for one in [pool.submit(upgraded) for _ in range(3)]]:
            assert ended.status == 0, ended.complained


@ON_POSTGRESQL  # In a process that goes on, as the tests' own, the connection is kept for the next.
def test_the_lock_does_not_outlast_the_upgrade(tables: Flask, tmp_path: Path) -> None:
    with pytest.raises(ArithmeticError):
        upgrade(directory=str(_migrations(tmp_path, failure="raise ArithmeticError")))
    locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
    with psycopg.connect(
        tables.config["SETTINGS"].database_url.replace("+psycopg", ""), autocommit=True
    ) as watching:
        until(lambda: watching.execute(locks).fetchone() == (0,), "no lock is left")


@pytest.mark.parametrize("arguments", [(), ("-x", "calm")])
def test_what_is_told(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    variables = app_settings(f"sqlite:///{tmp_path / 'new.sqlite'}", INSTANCE_FOLDER=str(tmp_path))
    ended = flask("db", "upgrade", *arguments, variables=variables)
    assert (ended.status, ended.said) == (0, "")
    assert ("Running upgrade" in ended.complained) is not bool(arguments)
    assert bool(ended.complained) is not bool(arguments)
    (tmp_path / "new.sqlite").write_text("This is no database at all, but some other file.")
    ended = flask("db", "upgrade", *arguments, variables=variables)
    assert ended.status != 0
    assert "file is not a database" in ended.complained
