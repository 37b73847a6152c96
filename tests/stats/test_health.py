"""What the doors learn of a database that fails them."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Result, select

from spotistats.extensions import db, read
from spotistats.models import SpotifyConnection
from spotistats.stats import health
from tests.support.locks import table_locked

_ANY = select(SpotifyConnection.user_id)


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
@pytest.mark.parametrize(
    "reading", [lambda: read(_ANY), lambda: db.session.execute(_ANY)], ids=["in the views", "in the services"]
)
def test_after_a_refused_reading_the_next_one_succeeds(
    reading: Callable[[], Result[tuple[int]]], tables: Flask, database_url: str
) -> None:
    with (
        table_locked(database_url, "spotify_connections"),
        pytest.raises(health.Unusable, match="lock timeout"),
        health.needed(),
    ):
        reading()
    assert reading().all() == []
