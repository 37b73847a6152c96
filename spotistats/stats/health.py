"""Whether the database can be reached and has the tables that this program knows; its end in a process."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Literal

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)

from spotistats import database, extensions
from spotistats.config import ROOT
from spotistats.extensions import db

Schema = Literal["current", "behind", "ahead", "unreachable", "gone"]

# What whoever runs the server is told.
WORDS: dict[Schema, str] = {
    "current": "All is well.",
    "behind": "The database is not up to date. Whoever runs this server: flask --app wsgi db upgrade",
    "ahead": "A newer version of Spotistats has changed the database; restart the server.",
    "unreachable": "The database cannot be reached, or does not answer.",
    "gone": "The database file is not where it was. Put it back; nothing is saved until then.",
}


class Unusable(Exception):
    """The database cannot be reached, has no time, or lacks our tables; in the database's own words, why."""


@contextmanager
def needed() -> Iterator[None]:
    """Run the block, which needs the database; raises Unusable where that fails it.

    What was being read then is given up: its transaction would take no other statement.
    """
    try:
        yield
    except (OperationalError, InterfaceError, ProgrammingError) as error:
        extensions.end_reading()
        raise Unusable(_reason(error)) from error
    except DatabaseError as error:
        if type(error) is not DatabaseError:  # With no more to say it is a file that is no database.
            raise
        extensions.end_reading()
        raise Unusable(_reason(error)) from error


def _reason(error: DBAPIError) -> str:
    """Return the first line of what the driver says, which holds neither the password nor any value."""
    return next(iter(str(error.orig).splitlines()), "")


def is_there() -> bool:
    """Look for a SQLite file before it is opened, which would make an empty one in its place."""
    return db.engine.dialect.name != "sqlite" or Path(db.engine.url.database or "").exists()


def let_go() -> None:
    """Close the connections to the database that this process keeps."""
    extensions.let_go()


def schema() -> Schema:
    """Tell how the database's schema stands to this program's, within five seconds."""
    try:
        with database.probing(db.engine).connect() as connection:
            stored = _stored_revision(connection)
    except SQLAlchemyError:
        return "gone" if database.is_gone(db.engine) else "unreachable"
    if stored == _revisions()[0]:
        return "current"
    return "behind" if stored in _revisions() or stored is None else "ahead"


def _stored_revision(connection: Connection) -> str | None:
    """Return the revision of the tables, None where there are none. Raises SQLAlchemyError."""
    try:
        stored: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError:
        connection.rollback()
        connection.execute(text("SELECT 1"))
        return None
    return stored


@lru_cache(maxsize=1)
def _revisions() -> tuple[str, ...]:
    """Return this program's revisions, the newest first."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return tuple(script.revision for script in ScriptDirectory.from_config(config).walk_revisions())
