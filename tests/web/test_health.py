"""What whoever watches over the server is told."""

from flask import Flask

from spotistats.extensions import transaction
from tests.support.listeners import Browser


def test_while_all_is_well(browser: Browser) -> None:
    answer = browser.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "database": "current"})


def test_a_schema_that_is_not_this_programs(app: Flask, browser: Browser) -> None:
    for revision, state, status, word in (("9999", "ahead", 200, "ok"), (None, "behind", 503, "unavailable")):
        with app.app_context(), transaction() as session:
            connection = session.connection()
            connection.exec_driver_sql("DELETE FROM alembic_version")
            if revision:
                connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{revision}')")
        answer = browser.get("/healthz")
        assert (answer.status_code, answer.json) == (status, {"status": word, "database": state})
    with app.app_context(), transaction() as session:
        session.connection().exec_driver_sql("DROP TABLE alembic_version")
    assert browser.get("/healthz").json == {"status": "unavailable", "database": "behind"}
