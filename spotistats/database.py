"""Connections that notice when the database behind them is gone, was replaced, or no longer answers."""

import sqlite3
import time
from collections.abc import Generator
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, cast

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

# A server whose machine has died is given up after some 15 seconds, whoever waits for it.
POSTGRESQL = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 1,
    "tcp_user_timeout": 15_000,
}
# Together less than the five seconds after which whoever watches over the server thinks it dead.
_PROBE = {**POSTGRESQL, "connect_timeout": 2, "patience": 2.0}

_FILE = "spotistats_file"
_opened: set[str] = set()  # The SQLite files that this process, or the one it was forked from, has had open.


class ImpatientConnection(psycopg.Connection[Any]):
    """A connection to PostgreSQL that ends itself when an answer takes longer than its patience, in seconds.

    A server that hangs keeps its connections open, and its machine goes on to confirm what it is sent: the
    network notices nothing, and time limits of the server's own need one that runs.
    """

    patience: ClassVar[float | None] = None
    own_patience: float | None = None

    def wait(self, gen: Generator[Any, Any, Any], *arguments: Any, **options: Any) -> Any:
        """Drive what the connection does to its end."""
        patience = self.own_patience or self.patience
        return super().wait(
            self._until(time.monotonic() + patience, gen) if patience else gen, *arguments, **options
        )

    def _until(self, deadline: float, steps: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """Pass on the steps. psycopg takes the next one ten times a second, even when nothing has come."""
        try:
            wanted = next(steps)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() > deadline:
                    self.pgconn.finish()  # Else whoever takes the connection next would wait for this answer.
                    raise psycopg.OperationalError("the server did not answer in time")
                wanted = steps.send(ready)
        except StopIteration as end:
            return end.value


def give_up_after(seconds: float | None) -> None:
    """Set how long this process waits for one answer of PostgreSQL; None for as long as it takes."""
    ImpatientConnection.patience = seconds


def probing(engine: Engine) -> Engine:
    """Return an engine for a look at the same database that takes five seconds at most.

    On PostgreSQL each look has a connection of its own: one that was open before may belong to a server
    that hangs, or all of them may be in use.
    """
    if engine.dialect.name != "postgresql":
        return engine
    return _probing(engine.url.render_as_string(hide_password=False))


def is_gone(engine: Engine) -> bool:
    """Tell whether the database is a file that this process has had open and that is not there any more."""
    return engine.dialect.name == "sqlite" and _is_gone(engine.url.database or "")


@lru_cache(maxsize=8)
def _probing(url: str) -> Engine:
    return create_engine(url, poolclass=NullPool, connect_args=_PROBE, hide_parameters=True)


def _is_gone(path: str) -> bool:
    return path in _opened and not Path(path).exists()


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from another at the same path, None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@event.listens_for(Engine, "do_connect")
def _connect(dialect: Dialect, _entry: Any, arguments: list[Any], options: dict[str, Any]) -> Any:
    if dialect.name == "postgresql":
        patience = options.pop("patience", None)
        connection = ImpatientConnection.connect(*arguments, **options)
        connection.own_patience = patience
        return connection
    if _is_gone(arguments[0]):  # SQLite would make an empty one, in the way of whoever puts the file back.
        raise sqlite3.OperationalError("the database file is not there any more")
    return None


@event.listens_for(Engine, "connect")
def _remember_file(connection: Any, entry: ConnectionPoolEntry) -> None:
    if isinstance(connection, sqlite3.Connection):
        path = cast(str, connection.execute("PRAGMA database_list").fetchone()[2])
        entry.info[_FILE] = Path(path), _identity(Path(path))
        _opened.add(path)


@event.listens_for(Engine, "checkout")
def _check_file(_connection: Any, entry: ConnectionPoolEntry, _proxy: Any) -> None:
    """Renew a connection whose file was replaced: it would still see, and write, the one that was there."""
    if not _is_same_file(entry.info):
        raise DisconnectionError("the database file was replaced")


@event.listens_for(Engine, "commit")
def _check_file_once_more(connection: Connection) -> None:
    """Save nothing into a file that nobody would find again."""
    if not _is_same_file(connection.info):
        taken_away = sqlite3.OperationalError("the database file was taken away")
        raise OperationalError("COMMIT", None, taken_away)


def _is_same_file(info: dict[Any, Any]) -> bool:
    if _FILE not in info:
        return True
    path, identity = info[_FILE]
    return bool(_identity(path) == identity)
