"""What all tests share: databases built by the migrations, Spotify as the simulator, no other network."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from pytest_socket import socket_allow_hosts

from spotistats import create_app
from spotistats.simulator import Simulator
from tests.support import postgres
from tests.support.apps import MakeApp
from tests.support.databases import PostgresDatabases, SqliteDatabases, dispose
from tests.support.listeners import Browser
from tests.support.settings import NO_DATABASE, app_settings

CHROMIUM = Path("/usr/bin/chromium")
RECORDED = Path(__file__).parent.parent.parent / "shared" / "spotify" / "recorded"

_MISSING = {
    "postgresql": (
        "PostgreSQL's server programs",
        "apt-get install -y postgresql",
        postgres.programs() is None,
    ),
    "browser": ("Chromium", "apt-get install -y chromium", not CHROMIUM.exists()),
    "recorded": (
        "recorded answers of the real Web API",
        "they lie beside the project",
        not RECORDED.is_dir(),
    ),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for marker, (what, _how, is_missing) in _MISSING.items():
            if is_missing and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=f"{what} not found"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for marker, (what, how, is_missing) in _MISSING.items():
        if is_missing:
            terminalreporter.write_line(f"NOT RUN: tests marked {marker}, for want of {what} ({how}).")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where everything is installed, a part that was not found is a failure."""
    required = os.environ.get("REQUIRE_ALL_PARTS") and any(
        is_missing for marker, (_what, _how, is_missing) in _MISSING.items() if marker != "recorded"
    )
    if required:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(autouse=True)
def _only_this_machine() -> None:
    socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    return SqliteDatabases(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_databases() -> Iterator[PostgresDatabases]:
    folder = postgres.programs()
    assert folder is not None, "such tests are skipped"
    server = postgres.PostgresServer(folder)
    yield PostgresDatabases(server)
    server.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh database, once of each kind."""
    databases: SqliteDatabases | PostgresDatabases = request.getfixturevalue(
        "sqlite_databases" if request.param == "sqlite" else "postgres_databases"
    )
    with databases.fresh() as url:
        yield url


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A Spotify with Alice, Bob and Charlie, who have played nothing yet."""
    with Simulator() as running:
        for name in ("alice", "bob", "charlie"):
            running.add_listener(name, account_id=f"account-{name}", display_name=name.capitalize())
        yield running


@pytest.fixture
def make_app(database_url: str, simulator: Simulator) -> Iterator[MakeApp]:
    """Make the application on the test's database and simulator, with other settings if given."""
    made: list[Flask] = []

    def make(**changes: str) -> Flask:
        app = create_app(
            app_settings(
                database_url,
                **{
                    "SPOTIFY_ACCOUNTS_URL": simulator.accounts_url,
                    "SPOTIFY_API_URL": simulator.api_url,
                    **changes,
                },
            )
        )
        app.testing = True
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            dispose(app)


@pytest.fixture
def make_app_alone(simulator: Simulator) -> MakeApp:
    """Make an application whose database nobody can reach, for what needs none."""

    def make(**changes: str) -> Flask:
        services = {"SPOTIFY_ACCOUNTS_URL": simulator.accounts_url, "SPOTIFY_API_URL": simulator.api_url}
        app = create_app(app_settings(NO_DATABASE, **{**services, **changes}))
        app.testing = True
        return app

    return make


@pytest.fixture
def app_alone(make_app_alone: MakeApp) -> Flask:
    return make_app_alone()


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app(SYNC_COOLDOWN_SECONDS="0")


@pytest.fixture
def browser(app: Flask, simulator: Simulator) -> Browser:
    return Browser(app.test_client(), simulator)


@pytest.fixture
def alice(app: Flask, simulator: Simulator) -> Browser:
    """Alice's browser, signed in."""
    browser = Browser(app.test_client(), simulator)
    browser.sign_in("alice")
    return browser


@pytest.fixture
def bob(app: Flask, simulator: Simulator) -> Browser:
    browser = Browser(app.test_client(), simulator)
    browser.sign_in("bob")
    return browser
