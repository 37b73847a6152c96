"""Tables to ask, without Spotify."""

from collections.abc import Iterator

import pytest
from flask import Flask

from spotistats import create_app
from spotistats.extensions import end_reading
from tests.support.databases import dispose
from tests.support.settings import app_settings


@pytest.fixture
def tables(database_url: str) -> Iterator[Flask]:
    """An application context with an empty database."""
    app = create_app(app_settings(database_url))
    with app.app_context():
        yield app
        end_reading()
        dispose(app)
