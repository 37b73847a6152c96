"""What is asked of the database ends in time, however many locks it has to wait for."""

import time
from threading import Event, Thread

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError

from spotistats import time_limit
from spotistats.extensions import end_reading, read, transaction
from spotistats.models import SpotifyConnection, User
from tests.support.locks import rows_locked, table_locked
from tests.support.rows import store_listener

ON_POSTGRESQL = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


def rename(*names: str) -> None:
    with transaction() as session:
        for name in names:
            session.execute(update(User).where(User.spotify_id == name).values(display_name="New"))


def seconds_of_failure(seconds: float, *names: str) -> float:
    began = time.monotonic()
    with time_limit.within(seconds), pytest.raises(OperationalError):
        rename(*names)
    return time.monotonic() - began


def test_a_lock_is_waited_for_as_long_as_the_limit_says(app: Flask, database_url: str) -> None:
    with app.app_context():
        store_listener("alice")
        with rows_locked(database_url, "users"):
            assert 0.4 < seconds_of_failure(0.5, "alice") < 2
            assert seconds_of_failure(0, "alice") < 1
            began = time.monotonic()
            with pytest.raises(OperationalError):
                rename("alice")
            assert 3 < time.monotonic() - began < 6, "without a limit it takes its usual time"
        rename("alice")


def test_a_lock_is_waited_for_longer_than_usual_where_there_is_time(app: Flask, database_url: str) -> None:
    held = Event()

    def hold_for_five_seconds() -> None:
        with rows_locked(database_url, "users"):
            held.set()
            time.sleep(5)

    with app.app_context():
        store_listener("alice")
        other = Thread(target=hold_for_five_seconds)
        other.start()
        held.wait()
        began = time.monotonic()
        with time_limit.within(15):
            rename("alice")
        assert 4 < time.monotonic() - began < 14, "it waited until the lock was free"
        assert read(select(User.display_name)).scalar_one() == "New"
        end_reading()
        other.join()


def test_time_that_is_used_up_says_so_before_anything_is_kept(app: Flask) -> None:
    with app.app_context():
        store_listener("alice")
        with time_limit.within(30):
            rename("alice")
            assert 0 < (time_limit.milliseconds_left() or 0) <= 30_000
        assert time_limit.milliseconds_left() is None


def test_a_limit_inside_another_does_not_lengthen_it(app: Flask) -> None:
    with app.app_context(), time_limit.within(5) as outer:
        with time_limit.within(60) as inner:
            assert inner == outer
        assert time_limit.milliseconds_left() is not None


@ON_POSTGRESQL
def test_locks_that_are_each_freed_late_do_not_add_up(app: Flask, database_url: str) -> None:
    freed = Event()

    def hold_for_a_while() -> None:
        with rows_locked(database_url, "users"):
            held.set()
            freed.wait(1.2)

    held = Event()
    with app.app_context():
        store_listener("alice")
        other = Thread(target=hold_for_a_while)
        other.start()
        held.wait()
        with rows_locked(database_url, "data_version"):
            # The first lock is got after 1.2 seconds; the second, at the end, has the rest of the two.
            assert 1.9 < seconds_of_failure(2, "alice") < 3
        other.join()


@ON_POSTGRESQL
def test_reading_and_slow_statements_end_in_time_too(app: Flask, database_url: str) -> None:
    with app.app_context():
        began = time.monotonic()
        with time_limit.within(0.5), pytest.raises(OperationalError):
            read(select(text("pg_sleep(5)")))
        end_reading()
        with (
            time_limit.within(0.5),
            table_locked(database_url, "spotify_connections"),
            pytest.raises(OperationalError),
        ):
            read(select(SpotifyConnection.user_id))
        end_reading()
        assert time.monotonic() - began < 3
        read(select(text("pg_sleep(0.6)")))  # The limit ended with its block.
        end_reading()
