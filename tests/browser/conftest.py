"""One Chromium and one server for all tests of this folder; each test has listeners of its own."""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from spotistats.simulator import ScriptedPlay, Simulator
from tests.browser.server import AppServer
from tests.browser.visitor import DESKTOP, LAUNCH_ARGUMENTS, Visitor
from tests.conftest import CHROMIUM
from tests.support.databases import SqliteDatabases

_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


# For this folder rather than the whole run: while it is open, an event loop runs in the main thread.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=LAUNCH_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def spotify() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.fixture(scope="package")
def server(sqlite_databases: SqliteDatabases, spotify: Simulator) -> Iterator[AppServer]:
    with sqlite_databases.fresh() as url, AppServer(spotify, url) as running:
        yield running


@pytest.fixture(autouse=True)
def _calm_spotify(spotify: Simulator) -> Iterator[None]:
    """What a test switches on at Spotify ends with it."""
    yield
    spotify.faults.clear()
    spotify.latency = 0.0
    spotify.auto_agree = None


@pytest.fixture
def open_browser(chromium: Browser, server: AppServer) -> Iterator[Callable[..., Visitor]]:
    """Open a browser window of its own, with Playwright's options for a context."""
    opened: list[Visitor] = []

    def open_one(at: AppServer = server, **options: object) -> Visitor:
        context = chromium.new_context(**{"viewport": DESKTOP, **options})  # type: ignore[arg-type]
        opened.append(Visitor(context, at))
        return opened[-1]

    yield open_one
    for visitor in opened:
        visitor.context.close()
    for visitor in opened:
        visitor.check()


@pytest.fixture
def visitor(open_browser: Callable[..., Visitor]) -> Visitor:
    return open_browser()


@pytest.fixture
def listener(spotify: Simulator) -> str:
    """Somebody new, who has heard five songs in the last two hours; the id."""
    return new_listener(spotify, "Ines Okafor", five_songs())


def new_listener(spotify: Simulator, display_name: str, plays: list[ScriptedPlay]) -> str:
    """Add a listener whom no other test knows; return the id."""
    name = f"listener-{next(_numbers)}"
    spotify.add_listener(name, account_id=f"account-{name}", display_name=display_name, plays=plays)
    return name


def five_songs() -> list[ScriptedPlay]:
    """Five plays of three minutes, all of them of today or, just after midnight, of yesterday."""
    latest = datetime.now(UTC) - timedelta(minutes=5)
    return [
        ScriptedPlay(
            played_at=latest - timedelta(minutes=4 * number),
            track_id=f"song-{number}",
            name=f"Slow Harbour {number}",
            duration_ms=180_000,
            artists=[("tidewater", "Tidewater")],
            album=("album", "Low Water"),
        )
        for number in range(5)
    ]
