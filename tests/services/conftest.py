"""Tests of the services run inside the application's context, as views and commands do."""

from collections.abc import Iterator

import pytest
from flask import Flask

from spotistats import create_app
from tests.support.databases import SqliteDatabases, dispose
from tests.support.settings import app_settings


@pytest.fixture
def in_app(app: Flask) -> Iterator[Flask]:
    """The application with its context open, once on each kind of database."""
    with app.app_context():
        yield app


@pytest.fixture
def in_sqlite_app(sqlite_databases: SqliteDatabases) -> Iterator[Flask]:
    """An application on SQLite and without Spotify, for what would take too long on both databases."""
    with sqlite_databases.fresh() as url:
        app = create_app(app_settings(url))
        with app.app_context():
            yield app
            dispose(app)
