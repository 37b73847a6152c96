"""Runs the migrations: one process at a time, a transaction each, a SQLite file after a copy of it."""

import logging
import sqlite3
from contextlib import closing, suppress
from itertools import chain, count
from logging.config import fileConfig
from pathlib import Path
from typing import Literal

from alembic import context
from sqlalchemy import Connection, text

from spotistats import cli
from spotistats.database import WRITES
from spotistats.extensions import db
from spotistats.stats import health

config = context.config
if config.config_file_name is not None:
    fileConfig(config.config_file_name, disable_existing_loggers=False)
if "calm" in context.get_x_argument():  # What nobody asked for is not told step by step.
    logging.getLogger("alembic.runtime").setLevel(logging.WARNING)
log = logging.getLogger("alembic.env")

_LOCK = int.from_bytes(b"Upgrades")  # A number that nobody else is likely to take.


def copy_before_change(connection: Connection) -> None:
    """Copy a SQLite file beside itself when a migration, up or down, is about to change what somebody has."""
    path = connection.engine.url.database
    stored = context.get_context().get_current_revision()
    wanted = context.get_context().opts.get("destination_rev")  # Absent where nothing is to be changed.
    is_there = stored == context.get_head_revision() and wanted in {"head", "heads", stored}
    if connection.dialect.name != "sqlite" or not path or None in (stored, wanted) or is_there:
        return
    target = _unused(Path(path), f".before-change-of-{stored}")
    try:
        target.touch(mode=0o600)
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            target.unlink()  # Half a copy would be taken for one.
        raise health.Unusable(f"its copy {target} cannot be written: {error}") from error
    log.info("a copy of the database is in %s", target)


def _unused(path: Path, ending: str) -> Path:
    """Return a name for the copy that no earlier copy has: none is ever overwritten."""
    names = chain([f"{ending}.sqlite"], (f"{ending}-{number}.sqlite" for number in count(2)))
    return next(target for target in map(path.with_suffix, names) if not target.exists())


def _switch_foreign_keys(connection: Connection, state: Literal["ON", "OFF"]) -> None:
    """Switch SQLite's foreign keys off for the migrations, and on again.

    A table that is rebuilt is dropped in between; its children must not go with it. Inside a transaction the
    pragma does nothing, so it goes past SQLAlchemy, which would begin one.
    """
    connection.rollback()
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA foreign_keys = {state}")
    cursor.close()


def wait_for_others(connection: Connection) -> None:
    """On PostgreSQL, wait until nobody else runs migrations, and let others wait until this process is done.

    Two that began together would each see no tables, and make them. On SQLite, whose transactions here are
    writing ones from their beginning, the second begins to read once the first has written.
    """
    if connection.dialect.name == "postgresql":
        connection.detach()  # Not kept for later: the server lifts the lock when the connection is closed.
        connection.execute(text("SET LOCAL lock_timeout = 0"))  # A large table takes its time.
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
        connection.rollback()


def run() -> None:
    """Run what was asked for on the application's database."""
    with db.engine.connect().execution_options(**{WRITES: True}) as connection:
        if connection.dialect.name == "sqlite":
            _switch_foreign_keys(connection, "OFF")
        wait_for_others(connection)
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            compare_type=True,
            compare_server_default=True,
            transaction_per_migration=True,
            transactional_ddl=True,
        )
        copy_before_change(connection)
        connection.rollback()
        with context.begin_transaction():
            context.run_migrations()
        if connection.dialect.name == "sqlite":
            _switch_foreign_keys(connection, "ON")


try:
    with health.needed():
        run()
except health.Unusable as unusable:
    cli.end_without_database(unusable)
