"""Whatever is sent and whatever breaks: an answer in words, never a traceback."""

from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.engine import make_url

from spotistats.extensions import db, transaction
from spotistats.simulator import Simulator
from tests.support import databases
from tests.support.apps import MakeApp
from tests.support.kinds import ON_POSTGRESQL, ON_SQLITE
from tests.support.listeners import ORIGIN, Browser, json_of
from tests.support.pages import checked

PAGES = (
    "/dashboard",
    "/history",
    "/top/artists",
    "/settings",
    "/my-data",
    "/my-data/plays",
    "/my-data/plays.csv",
)
JSON = {"Accept": "application/json"}
HTMX = {"HX-Request": "true"}


def path_of(app: Flask) -> Path:
    database = make_url(app.config["SQLALCHEMY_DATABASE_URI"]).database
    assert database is not None
    return Path(database)


def let_go(app: Flask) -> None:
    with app.app_context():
        databases.dispose(app)


def assert_unusable(browser: Browser) -> None:
    """Every answer says that the database cannot be used, in the form that was asked for."""
    for path in (*PAGES, "/", "/login", "/nothing-here", "/my-data/nothing", "/sync"):
        answer = browser.get(path)
        assert answer.status_code == 503, path
        checked(answer.text, path)
        assert "What is stored is safe" in answer.text
        for leak in ("Traceback", "sqlite", "SELECT", "psycopg"):
            assert leak not in answer.text
    for headers in (JSON, HTMX):
        answer = browser.client.post("/sync", base_url=ORIGIN, headers=headers)
        assert answer.status_code == 503
        assert "What is stored is safe" in answer.text
    health = browser.get("/healthz")
    assert (health.status_code, json_of(health)["database"]) == (503, "unreachable")


@ON_SQLITE  # A server that is gone follows below.
def test_the_database_file_is_gone(app: Flask, alice: Browser) -> None:
    path = path_of(app)
    let_go(app)
    aside = path.rename(path.with_suffix(".aside"))
    path.mkdir()
    assert_unusable(alice)
    path.rmdir()
    aside.rename(path)
    assert alice.get("/dashboard").status_code == 200
    assert alice.get("/healthz").status_code == 200


def test_the_database_is_not_migrated(app: Flask, alice: Browser) -> None:
    with app.app_context():
        with transaction() as session:
            session.connection().exec_driver_sql("ALTER TABLE alembic_version RENAME TO version_aside")
            session.connection().exec_driver_sql("ALTER TABLE daily_listening RENAME TO days_aside")
        db.session.remove()
    assert alice.get("/dashboard").status_code == 503
    health = alice.get("/healthz")
    assert (health.status_code, json_of(health)["database"]) == (503, "behind")


def test_somebody_else_keeps_writing(app: Flask, alice: Browser) -> None:
    """Reading goes on; what would write waits a while and then says so."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    with app.app_context(), db.engine.connect() as other:
        with db.engine.connect() as next_one:
            is_sqlite = next_one.dialect.name == "sqlite"
            next_one.exec_driver_sql(f"{'PRAGMA busy' if is_sqlite else 'SET lock'}_timeout = 50")
            next_one.commit()
        other.exec_driver_sql("UPDATE users SET id = id")
        token = alice.csrf_token()
        assert alice.get("/dashboard").status_code == 200
        answer = alice.post("/settings", {"timezone": "Asia/Tokyo", "csrf_token": token})
        assert answer.status_code == 503
        checked(answer.text, "/settings")
    assert alice.post("/settings", {"timezone": "Asia/Tokyo"}).status_code == 303


@ON_POSTGRESQL  # A file that is gone stands above.
def test_the_database_server_is_gone(make_app: MakeApp, simulator: Simulator, app: Flask) -> None:
    alice = Browser(app.test_client(), simulator)
    alice.sign_in("alice")
    elsewhere = make_app(DATABASE_URL="postgresql://tester@127.0.0.1:9/nothing?connect_timeout=1")
    browser = Browser(elsewhere.test_client(), simulator)
    cookie = alice.client.get_cookie("spotistats", domain="127.0.0.1")
    assert cookie is not None
    browser.client.set_cookie("spotistats", cookie.value, domain="127.0.0.1")
    assert_unusable(browser)


@ON_POSTGRESQL  # A file closes no connection.
def test_a_connection_that_the_server_closed_is_made_anew(app: Flask, alice: Browser) -> None:
    assert alice.get("/dashboard").status_code == 200
    with app.app_context():
        name = make_url(app.config["SQLALCHEMY_DATABASE_URI"]).database
        with db.engine.connect() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                f"WHERE datname = '{name}' AND pid <> pg_backend_pid()"
            )
    assert alice.get("/dashboard").status_code == 200


def test_a_mistake_of_ours_shows_no_traceback(app: Flask, simulator: Simulator) -> None:
    def broken() -> str:
        raise KeyError("secret detail")

    app.testing = False
    app.add_url_rule("/broken", "broken", broken)
    alice = Browser(app.test_client(), simulator)
    alice.sign_in("alice")
    answer = alice.get("/broken")
    assert answer.status_code == 500
    checked(answer.text, "/broken")
    assert "Our mistake" in answer.text
    assert "secret detail" not in answer.text
    assert alice.get("/broken", headers=JSON).json == {
        "error": "Something went wrong on our side. What was stored is safe. Try again in a moment."
    }


def test_bodies_that_are_too_large(alice: Browser, browser: Browser) -> None:
    for somebody, path in ((alice, "/settings"), (alice, "/sync"), (browser, "/auth/login")):
        for headers in ({}, JSON, HTMX):
            answer = somebody.post(path, {"timezone": "x" * 70_000}, headers=headers)
            assert answer.status_code == 413
            assert "larger than what we take" in answer.text
    many = {f"field{number}": "x" for number in range(2000)}
    assert alice.post("/settings", {**many, "timezone": "UTC"}).status_code in {303, 413}
    parts = alice.client.post(
        "/settings",
        base_url=ORIGIN,
        data={"csrf_token": alice.csrf_token(), "timezone": "x" * 70_000},
        content_type="multipart/form-data",
    )
    assert parts.status_code == 413


def test_what_is_not_there(alice: Browser) -> None:
    for path in (
        "/nothing-here",
        "/my-data/nothing",
        "/my-data/nothing.csv",
        "/my-data/plays.csv.csv",
        "/my-data/%00",
        "/my-data/..%2f..%2fetc%2fpasswd",
        "/top/albums",
        "/static/../../etc/passwd",
        "/%ff",
        "/<script>alert(1)</script>",
    ):
        answer = alice.get(path)
        assert answer.status_code == 404, path
        checked(answer.text, path)
        assert "<script>alert" not in answer.text
        assert alice.get(path, headers=JSON).json == {
            "error": "There is no page at this address. It may have moved, or a letter went missing."
        }


def test_odd_requests(alice: Browser) -> None:
    client = alice.client
    requests: tuple[dict[str, Any], ...] = (
        {"data": b"\xff\xfe\x00", "content_type": "application/x-www-form-urlencoded"},
        {"data": b"{", "content_type": "application/json"},
        {"data": b"--x", "content_type": "multipart/form-data; boundary=y"},
        {"data": b"x", "content_type": "multipart/form-data"},
        {"data": b"x", "content_type": "\xe9"},
    )
    for arguments in requests:
        answer = client.post("/settings", base_url=ORIGIN, **arguments)
        assert answer.status_code == 400
        checked(answer.text, "/settings")
    answer = alice.get("/dashboard", headers={"Accept": "\x7f;;q=x", "Accept-Language": "%%%"})
    assert answer.status_code == 200
