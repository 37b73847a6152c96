"""Changing the time zone: each day made anew, all of it or nothing."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from spotistats.extensions import db, end_reading
from spotistats.models import User
from spotistats.services import accounts
from tests.services.tables import days_of
from tests.support.rows import Heard, store_listener, store_plays

# Over a change of Newfoundland's clocks a minute after midnight, and over several batches of plays.
FIRST = datetime(2010, 10, 1, tzinfo=UTC)
PLAYS = [Heard(FIRST + timedelta(minutes=17 * number), f"a{number % 7}") for number in range(5_000)]


def zone_of(user_id: int) -> str | None:
    end_reading()
    return db.session.scalar(select(User.timezone).where(User.id == user_id))


def test_every_day_is_as_if_it_had_always_been_this_zone(app: Flask) -> None:
    with app.app_context():
        before, there = store_listener("before"), store_listener("there", timezone="America/St_Johns")
        store_plays(before, PLAYS)
        store_plays(there, PLAYS, timezone="America/St_Johns")
        unchanged = days_of(before)
        where = ZoneInfo("America/St_Johns")
        dates = {play.played_at.astimezone(where).date() for play in PLAYS}
        assert accounts.set_timezone(before, "America/St_Johns") == len(dates)
        assert set(days_of(before)) == dates
        assert days_of(before) == days_of(there) != unchanged
        assert sum(day.plays for day in days_of(before).values()) == len(PLAYS)
        accounts.set_timezone(before, "UTC")
        assert days_of(before) == unchanged


def test_where_it_fails_midway_zone_and_days_are_as_before(app: Flask) -> None:
    with app.app_context():
        user_id = store_listener("somebody")
        store_plays(user_id, PLAYS[:500])
        days = days_of(user_id)
        _refuse_days_of(app, "2010-10-03")
        with pytest.raises(DatabaseError):
            accounts.set_timezone(user_id, "Asia/Tokyo")
        assert (zone_of(user_id), days_of(user_id)) == ("UTC", days)


def _refuse_days_of(app: Flask, day: str) -> None:
    """Let the database refuse one of the days, after others have been stored."""
    with db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(
                text(
                    "CREATE TRIGGER refuse BEFORE INSERT ON daily_listening"
                    f" WHEN new.date = '{day}' BEGIN SELECT raise(ABORT, 'refused'); END"
                )
            )
        else:
            check = f"ALTER TABLE daily_listening ADD CHECK (date <> '{day}') NOT VALID"
            connection.execute(text(check))
