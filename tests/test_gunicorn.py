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
    PATIENCE_SECONDS,
    answers,
    flask,
    free_port,
    processes_of_group,
    run,
    started,
    until,
)
from tests.support.settings import NO_DATABASE, app_settings


@pytest.fixture
def variables(database_url: str) -> dict[str, str]:
    return app_settings(database_url, PORT=str(free_port()))


@pytest.fixture
def variables_alone() -> dict[str, str]:
    """Settings with a database that nobody can reach, for what needs none."""
    return app_settings(NO_DATABASE, PORT=str(free_port()))


@pytest.mark.parametrize(("name", "value"), [("SYNC_COOLDOWN_SECONDS", "soon"), ("PORT", "http")])
def test_a_bad_setting_ends_the_whole_server_with_one_line(
    variables_alone: dict[str, str], name: str, value: str
) -> None:
    ended = run("gunicorn", "wsgi:app", variables={**variables_alone, name: value})
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


def test_it_serves_and_ends(variables: dict[str, str]) -> None:
    address = f"http://127.0.0.1:{variables['PORT']}"
    with started("gunicorn", "--log-level", "warning", "wsgi:app", variables=variables) as server:
        until(lambda: answers(f"{address}/healthz"), "the server answers")
        until(lambda: len(processes_of_group(server.pid)) == 3, "there is one that watches and two that work")
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=PATIENCE_SECONDS) == 0
        assert processes_of_group(server.pid) == []
        assert server.stderr is not None
        assert server.stderr.read() == ""
    assert not answers(address)


@ON_SQLITE  # About the file, and the two that lie beside it while it is in use.
def test_no_process_carries_the_file_of_another_and_the_last_one_leaves_it_whole(
    variables: dict[str, str], database_url: str
) -> None:
    database = Path(database_url.removeprefix("sqlite:///"))
    with started("gunicorn", "--log-level", "warning", "wsgi:app", variables=variables) as server:
        until(lambda: answers(f"http://127.0.0.1:{variables['PORT']}/healthz"), "the server answers")
        opened = [link.resolve().name for link in Path(f"/proc/{server.pid}/fd").iterdir()]
        assert not [name for name in opened if name.startswith(database.name)]
        assert list(database.parent.glob(f"{database.name}-*")), "a worker has opened it"
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=PATIENCE_SECONDS) == 0
        assert list(database.parent.glob(f"{database.name}-*")) == [], "the file alone is everything"


@ON_SQLITE  # The log beside the file is SQLite's.
def test_a_command_beside_the_server_leaves_its_database_whole(variables: dict[str, str]) -> None:
    address = f"http://127.0.0.1:{variables['PORT']}"
    with started("gunicorn", "--log-level", "warning", "wsgi:app", variables=variables):
        until(lambda: answers(f"{address}/healthz"), "the server answers")
        wal = Path(variables["DATABASE_URL"].removeprefix("sqlite:///") + "-wal")
        until(wal.exists, "a worker has opened the database")
        assert flask("users", variables=variables).status == 0
        assert wal.exists(), "the command took itself for the last one and cleared away what is in use"


def test_nobody_moves_the_links_of_others(variables_alone: dict[str, str]) -> None:
    """gunicorn would let whoever asks from this machine say by a header where the app stands."""
    port = int(variables_alone["PORT"])
    quiet = ("--workers", "1", "--log-level", "warning")
    with started("gunicorn", *quiet, "wsgi:app", variables=variables_alone):
        until(lambda: answers(f"http://127.0.0.1:{port}/login"), "the server answers")
        for path, name in (("//evil.example/setup", "SCRIPT_NAME"), ("/setup", "SCRIPT-NAME")):
            connection = HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", path, headers={name: "//evil.example"})
            connection.getresponse().read()
            connection.close()
        page = requests.get(f"http://127.0.0.1:{port}/login", timeout=10).text
    assert "evil.example" not in page
    assert 'href="/"' in page


def test_the_page_of_the_benchmarks_ends_without_a_complaint(variables_alone: dict[str, str]) -> None:
    """The page that ours are compared with has no database of ours to close."""
    address = f"http://127.0.0.1:{variables_alone['PORT']}"
    quiet = ("--workers", "1", "--log-level", "warning")
    with started("gunicorn", *quiet, "benchmarks.bare:app", variables=variables_alone) as server:
        until(lambda: answers(f"{address}/nothing-here"), "the server answers")
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=PATIENCE_SECONDS) == 0
        assert server.stderr is not None
        assert server.stderr.read() == ""
