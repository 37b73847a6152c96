"""What the parts of the application share: database, migrations, CSRF, compression, and the only commit."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar, TypeVarTuple, cast

from flask import Flask, current_app, g
from flask_compress import Compress
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import Connection, CursorResult, MetaData, Select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session

from spotistats.config import ROOT, Settings
from spotistats.database import WRITES

_PAUSE_SECONDS = 0.5

_NEW_DATA_VERSION = text(
    "INSERT INTO data_version (id, number) VALUES (1, :number)"
    " ON CONFLICT (id) DO UPDATE SET number = excluded.number"
)

Columns = TypeVarTuple("Columns")
Result = TypeVar("Result")


class Base(DeclarativeBase):
    """All tables; every constraint gets a name, so that migrations can speak of it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
migrate = Migrate(directory=str(ROOT / "migrations"))
csrf = CSRFProtect()
compress = Compress()


def settings() -> Settings:
    """Return the settings of the running application."""
    return cast(Settings, current_app.config["SETTINGS"])


def read(statement: Select[*Columns], **parameters: object) -> CursorResult[*Columns]:
    """Ask the tables with a statement that was built once, with `bindparam` where values go.

    It goes past the ORM and its session, in one transaction for the whole request, so that all of a page's
    numbers are of one moment. Building a statement anew each time costs several times what the database needs
    to answer it; only what is asked in another way each time, such as a page of any table, is built then.
    """
    if "reading" not in g:
        g.reading = db.engine.connect()
        if g.reading.dialect.name == "postgresql":  # SQLite's transactions see one moment by themselves.
            g.reading = g.reading.execution_options(isolation_level="REPEATABLE READ")
    connection: Connection = g.reading
    return connection.execute(statement, parameters)


@contextmanager
def transaction() -> Iterator[Session]:
    """Run the block in one writing transaction; the only commit in the program.

    Each commit gives the data another version, in the same transaction: pages may keep what they have drawn
    for as long as it stays the same, and can never show what is no longer so.

    What the request has read so far is let go first. On SQLite the transaction takes the write lock when
    it begins: one that turned from reading to writing midway would fail at once when somebody else wrote.
    """
    if "writing" in g:
        raise RuntimeError("a writing transaction is open already; a second one would undo it")
    end_reading()
    session = db.session()
    g.writing = True
    try:
        session.connection(execution_options={WRITES: True})
        yield session
        session.execute(_NEW_DATA_VERSION, {"number": new_version()})
        session.commit()
    finally:
        session.rollback()
        del g.writing


def keep_trying(write: Callable[[], Result], *, seconds: float) -> Result:
    """Return what `write` returns, repeated while the database cannot be used, for so long at most."""
    patience = time.monotonic() + seconds
    while True:
        try:
            return write()
        except OperationalError:
            if time.monotonic() > patience:
                raise
            time.sleep(_PAUSE_SECONDS)


def beside(call: Callable[[], Result]) -> Callable[[], Result]:
    """Return `call` as another thread can run it: in a context of its own, without this one's time limit."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def run() -> Result:
        with app.app_context():
            return call()

    return run


def insert_or_update(session: Session, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that knows ON CONFLICT, which each database spells in the same words."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def new_version() -> int:
    """Return a number that no other version has."""
    return secrets.randbits(62)


def end_reading() -> None:
    """End the transactions that reading has begun, so that none is open while a network is asked."""
    close_reading()
    db.session.rollback()


def close_reading(_error: BaseException | None = None) -> None:
    """Give the connection that `read` has taken back; at the latest when the request ends."""
    if "reading" in g:
        connection: Connection = g.pop("reading")
        connection.close()


def let_go() -> None:
    """Close the connections to the database that this process keeps."""
    close_reading()
    db.session.remove()
    db.engine.dispose()
