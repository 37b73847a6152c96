"""A fresh database for each test, built by the migrations: a copy of one that was migrated once."""

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask_migrate import upgrade

from spotistats import create_app
from spotistats.extensions import db
from tests.support.postgres import PostgresServer
from tests.support.settings import app_settings

_numbers = itertools.count(1)


class SqliteDatabases:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template.sqlite"
        migrate(f"sqlite:///{self._template}")

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """Yield the address of a new database."""
        path = self._folder / f"test-{next(_numbers)}.sqlite"
        shutil.copyfile(self._template, path)
        yield f"sqlite:///{path}"
        for leftover in self._folder.glob(f"{path.name}*"):
            leftover.unlink()


class PostgresDatabases:
    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        server.execute("CREATE DATABASE template_migrated")
        migrate(server.url("template_migrated"))

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """Yield the address of a new database."""
        name = f"test_{next(_numbers)}"
        self._server.execute(f"CREATE DATABASE {name} TEMPLATE template_migrated")
        yield self._server.url(name)
        self._server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def migrate(database_url: str) -> None:
    """Bring a database up to the newest schema, as `flask db upgrade` does."""
    app = create_app(app_settings(database_url))
    with app.app_context():
        upgrade()
        dispose(app)


def dispose(app: object) -> None:
    """Close the connections that an application keeps."""
    db.session.remove()
    for engine in db.engines.values():
        engine.dispose()
