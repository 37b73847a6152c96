"""The server as `gunicorn wsgi:app` starts it."""

import signal
from http.client import HTTPConnection
from pathlib import Path

import pytest
import requests

from spotistats import create_app
from spotistats.extensions import transaction
from tests.support import databases
from tests.support.kinds import ON_SQLITE
from tests.support.programs import (
    answers,
    flask,
    free_port,
    processes_of_group,
    run,
    started,
    until,
)
from tests.support.settings import app_settings

pytestmark = ON_SQLITE


@pytest.fixture
def variables(database_url: str) -> dict[str, str]:
    return app_settings(database_url, PORT=str(free_port()))


@pytest.mark.parametrize(("name", "value"), [("SYNC_COOLDOWN_SECONDS", "soon"), ("PORT", "http")])
def test_a_bad_setting_ends_the_whole_server_with_one_line(
    variables: dict[str, str], name: str, value: str
) -> None:
    ended = run("gunicorn", "wsgi:app", variables={**variables, name: value})
    assert ended.status != 0
    assert ended.one_line().startswith(name)


def test_the_database_of_a_newer_version_is_refused_with_one_line(variables: dict[str, str]) -> None:
    app = create_app(variables)
    with app.app_context():
        with transaction() as session:
            session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        databases.dispose(app)
    ended = run("gunicorn", "--log-level", "warning", "wsgi:app", variables=variables)
    assert ended.status != 0
    assert "a newer version of Spotistats" in ended.one_line()
    ended = run("spotistats.serving", variables=variables)
    assert ended.status != 0
    assert "a newer version of Spotistats" in ended.one_line()


def test_it_serves_and_ends(variables: dict[str, str], database_url: str) -> None:
    address = f"http://127.0.0.1:{variables['PORT']}"
    with started("gunicorn", "--log-level", "warning", "wsgi:app", variables=variables) as server:
        until(lambda: answers(f"{address}/healthz"), "the server answers")
        until(lambda: len(processes_of_group(server.pid)) == 3, "there is one that watches and two that work")
        database = Path(database_url.removeprefix("sqlite:///")).name
        opened = [link.resolve().name for link in Path(f"/proc/{server.pid}/fd").iterdir()]
        assert not [name for name in opened if name.startswith(database)], (
            "SQLite's connections must not be carried into other processes"
        )
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=30) == 0
        beside = Path(database_url.removeprefix("sqlite:///")).parent.glob(f"{database}-*")
        assert list(beside) == [], "the file alone is everything"
        assert processes_of_group(server.pid) == []
    assert not answers(address)


def test_a_command_beside_the_server_leaves_its_database_whole(variables: dict[str, str]) -> None:
    address = f"http://127.0.0.1:{variables['PORT']}"
    with started("gunicorn", "--log-level", "warning", "wsgi:app", variables=variables):
        until(lambda: answers(f"{address}/healthz"), "the server answers")
        wal = Path(variables["DATABASE_URL"].removeprefix("sqlite:///") + "-wal")
        until(wal.exists, "a worker has opened the database")
        assert flask("users", variables=variables).status == 0
        assert wal.exists(), "the command took itself for the last one and cleared away what is in use"


def test_nobody_moves_the_links_of_others(variables: dict[str, str]) -> None:
    """gunicorn would let whoever asks from this machine say by a header where the app stands."""
    port = int(variables["PORT"])
    with started("gunicorn", "--workers", "1", "--log-level", "warning", "wsgi:app", variables=variables):
        until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), "the server answers")
        for path, name in (("//evil.example/setup", "SCRIPT_NAME"), ("/setup", "SCRIPT-NAME")):
            connection = HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", path, headers={name: "//evil.example"})
            connection.getresponse().read()
            connection.close()
        page = requests.get(f"http://127.0.0.1:{port}/login", timeout=10).text
    assert "evil.example" not in page
    assert 'href="/"' in page
