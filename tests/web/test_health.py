"""What whoever watches over the server is told."""

from flask import Flask

from spotistats.extensions import transaction
from tests.support.listeners import Browser, json_of


def test_while_all_is_well(browser: Browser) -> None:
    answer = browser.get("/healthz")
    expected = {"status": "ok", "database": "current", "message": "All is well."}
    assert (answer.status_code, answer.json) == (200, expected)


def test_a_schema_that_is_not_this_programs(app: Flask, browser: Browser) -> None:
    for revision, state, status, words in (
        ("9999", "ahead", 200, "restart the server"),
        (None, "behind", 503, "flask --app wsgi db upgrade"),
    ):
        with app.app_context(), transaction() as session:
            connection = session.connection()
            connection.exec_driver_sql("DELETE FROM alembic_version")
            if revision:
                connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{revision}')")
        answer = browser.get("/healthz")
        assert (answer.status_code, json_of(answer)["database"]) == (status, state)
        assert words in json_of(answer)["message"]
    with app.app_context(), transaction() as session:
        session.connection().exec_driver_sql("DROP TABLE alembic_version")
    assert json_of(browser.get("/healthz"))["database"] == "behind"
