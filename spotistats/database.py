"""Connections: how each is prepared, how long it waits, and how it notices that its file is gone."""

import sqlite3
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from spotistats import time_limit

# An execution option: the transaction that begins is going to write.
WRITES = "spotistats_writes"

# A server whose machine has died is given up after some 15 seconds, whoever waits for it.
POSTGRESQL = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 1,
    "tcp_user_timeout": 15_000,
}
# Less than the five seconds after which whoever watches over the server thinks it dead.
_PROBE_SECONDS = 2

# How long a step waits for another writer, where no time limit leaves it less.
_BUSY_MILLISECONDS = 4_000
_LIMIT_IS_TOLD_EVERY = 0.2

_PATH = "spotistats_path"
_FILE = "spotistats_file"
# The SQLite files that this process, or the one it was forked from, has had open: the paths as they were
# opened, with the links in them, since a link may be what has changed.
_opened: set[str] = set()


def probing(engine: Engine) -> Engine:
    """Return an engine for a look at the same database that takes five seconds at most.

    On PostgreSQL each look has a connection of its own: one that was open before may belong to a server
    that hangs, or all of them may be in use. A server that hangs lets nobody in.
    """
    if engine.dialect.name != "postgresql":
        return engine
    return _probing(engine.url.render_as_string(hide_password=False))


def is_gone(engine: Engine) -> bool:
    """Tell whether the database is a file that this process has had open and that is not there any more."""
    if engine.dialect.name != "sqlite":
        return False
    arguments, _options = engine.dialect.create_connect_args(engine.url)
    return _is_gone(arguments[0])


@lru_cache(maxsize=8)
def _probing(url: str) -> Engine:
    options = {**POSTGRESQL, "connect_timeout": _PROBE_SECONDS}
    return create_engine(url, poolclass=NullPool, connect_args=options, hide_parameters=True)


def _is_gone(path: str) -> bool:
    """Tell it of a path as SQLAlchemy hands it to the driver: absolute, and without ".."."""
    return path in _opened and not Path(path).exists()


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from another at the same path, None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@event.listens_for(Engine, "do_connect")
def _refuse_to_make_a_file_anew(
    dialect: Dialect, entry: ConnectionPoolEntry, arguments: list[Any], _options: dict[str, Any]
) -> None:
    """Where the file is gone, SQLite would make an empty one, in the way of whoever puts it back."""
    if dialect.name == "sqlite":
        if _is_gone(arguments[0]):
            raise sqlite3.OperationalError("the database file is not there any more")
        entry.info[_PATH] = arguments[0]


@event.listens_for(Engine, "connect")
def _prepare(connection: Any, entry: ConnectionPoolEntry) -> None:
    if isinstance(connection, sqlite3.Connection):
        _prepare_sqlite(connection)
        _note_file(entry)
    else:
        connection.autocommit = True
        connection.execute(f"SET lock_timeout = {_BUSY_MILLISECONDS}")
        connection.autocommit = False


def _note_file(entry: ConnectionPoolEntry) -> None:
    path = Path(entry.info[_PATH])
    identity = _identity(path)
    entry.info[_FILE] = path, identity
    if identity:
        _opened.add(str(path))


def _prepare_sqlite(connection: sqlite3.Connection) -> None:
    connection.isolation_level = None  # sqlite3 then leaves BEGIN to the listener below.
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # A play that was said to be saved survives a power cut.
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


@event.listens_for(Engine, "checkout")
def _check_file(_connection: Any, entry: ConnectionPoolEntry, _proxy: Any) -> None:
    """Renew a connection whose file was replaced: it would still see, and write, the one that was there."""
    if _FILE in entry.info:
        path, identity = entry.info[_FILE]
        if _identity(path) != identity:
            raise DisconnectionError("the database file was replaced")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        _begin_sqlite(connection)
    elif time_limit.milliseconds_left() is not None:
        _limit_postgresql(connection)


def _begin_sqlite(connection: Connection) -> None:
    # Straight to the driver, where it cannot fail: through SQLAlchemy it would cost as much as a query.
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    if not connection.get_execution_options().get(WRITES):
        driver.execute("BEGIN")
        return
    left = time_limit.milliseconds_left()
    if left is None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    # This is the only statement that ever waits for another writer.
    driver.execute(f"PRAGMA busy_timeout = {left}")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        driver.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")


def _limit_postgresql(connection: Connection) -> None:
    """Tell the server how long each statement of this transaction may still take, waiting for locks included.

    It is told again once time has passed: `statement_timeout` counts for each statement anew, so that several
    short waits would add up to a long one.
    """
    told_at = float("-inf")

    def tell(connection: Connection, *_statement: object) -> None:
        nonlocal told_at
        now = time.monotonic()
        if now - told_at > _LIMIT_IS_TOLD_EVERY:
            told_at = now  # First of all, since telling is a statement as well.
            left = time_limit.milliseconds_left()
            timeout = 0 if left is None else max(1, left)  # To PostgreSQL, 0 is no limit.
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {timeout}; SET LOCAL lock_timeout = 0")

    event.listen(connection, "before_cursor_execute", tell)
