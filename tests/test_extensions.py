"""The one transaction of the program."""

import pytest
from flask import Flask
from sqlalchemy import select

from spotistats.extensions import db, end_reading, read, transaction
from spotistats.models import User
from tests.support.rows import BORN, store_listener


def names() -> list[str]:
    return [row.spotify_id for row in read(select(User.spotify_id).order_by(User.spotify_id))]


def test_a_second_transaction_inside_is_refused_and_the_first_can_go_on(app: Flask) -> None:
    with app.app_context():
        with transaction() as session:
            session.add(User(spotify_id="outer", created_at=BORN))
            session.flush()
            with pytest.raises(RuntimeError, match="open already"), transaction():
                pass
        assert names() == ["outer"]


def store_and_fail() -> None:
    with transaction() as session:
        session.add(User(spotify_id="lost", created_at=BORN))
        session.flush()
        raise ZeroDivisionError


def test_what_fails_leaves_nothing(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(ZeroDivisionError):
            store_and_fail()
        assert names() == []
        store_listener("kept")
        assert names() == ["kept"]


def test_a_request_reads_one_moment_and_lets_it_go(app: Flask) -> None:
    with app.app_context():
        assert names() == []
        with app.app_context():
            store_listener("later")
        assert names() == []
        end_reading()
        assert names() == ["later"]
        db.session.remove()
