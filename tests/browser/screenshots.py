"""`make screenshots`: a picture of every page, on a phone and on a desk, in light and in dark.

They go to ./screenshots, named page-state-size-scheme. `python -m tests.browser.screenshots dashboard` takes
only those whose name begins so.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from spotistats.simulator import Simulator
from tests.browser.conftest import new_listener
from tests.browser.pages import SIGNED_IN, SIGNED_OUT
from tests.browser.seeding import seed_history
from tests.browser.server import AppServer
from tests.browser.test_small_screens import unkind_plays
from tests.browser.visitor import DESKTOP, LAUNCH_ARGUMENTS, PHONE, Visitor
from tests.conftest import CHROMIUM
from tests.support.databases import SqliteDatabases

_FOLDER = Path(__file__).parent.parent.parent / "screenshots"
_SIZES = {"phone": PHONE, "desktop": DESKTOP}
_SCHEMES = ("light", "dark")
# A page that has just changed its colours is drawn after the next frame.
_PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
_EMPTY = ("dashboard", "history", "top-artists", "my-data", "plays")


def main(wanted: str = "") -> None:
    """Take the pictures whose name begins with `wanted`."""
    _FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        Simulator() as spotify,
        SqliteDatabases(Path(folder)).fresh() as url,
        AppServer(spotify, url) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=LAUNCH_ARGUMENTS)
        photographer = Photographer(browser, server, wanted)
        for scene in (_signed_out, _empty, _full, _unkind, _states):
            scene(photographer)
        browser.close()


class Photographer:
    """Opens browsers and takes pictures of what they show."""

    def __init__(self, browser: Browser, server: AppServer, wanted: str) -> None:
        self._browser = browser
        self._wanted = wanted
        self.server = server

    def wants(self, name: str) -> bool:
        return name.startswith(self._wanted)

    @contextmanager
    def visitor(self, timezone_id: str = "Europe/Berlin") -> Iterator[Visitor]:
        context = self._browser.new_context(
            viewport=DESKTOP,  # type: ignore[arg-type]
            locale="en-GB",
            timezone_id=timezone_id,
            reduced_motion="reduce",
        )
        yield Visitor(context, self.server)
        context.close()

    def take(self, page: Page, name: str) -> None:
        """Take the page as it stands in all sizes and schemes."""
        for size, scheme in product(_SIZES, _SCHEMES):
            page.set_viewport_size(_SIZES[size])  # type: ignore[arg-type]
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.evaluate(_PAINTED)
            page.screenshot(path=_FOLDER / f"{name}-{size}-{scheme}.png", full_page=True)

    def take_all(self, visitor: Visitor, pages: dict[str, str], state: str) -> None:
        for name, path in pages.items():
            if self.wants(f"{name}-{state}"):
                visitor.go(path).wait_for_load_state("networkidle")
                self.take(visitor.page, f"{name}-{state}")


def _signed_out(photographer: Photographer) -> None:
    with photographer.visitor() as visitor:
        photographer.take_all(visitor, SIGNED_OUT, "signed-out")


def _empty(photographer: Photographer) -> None:
    with photographer.visitor() as visitor:
        visitor.sign_in(new_listener(photographer.server.simulator, "Ines Okafor", []))
        photographer.take_all(visitor, {name: SIGNED_IN[name] for name in _EMPTY}, "empty")


def _full(photographer: Photographer) -> None:
    with photographer.visitor() as visitor:
        visitor.sign_in("demo")
        seed_history(photographer.server, "demo", days=400)
        visitor.go("/dashboard")
        visitor.sync()
        pages = SIGNED_IN | {
            "history-90": "/history?days=90",
            "history-1095": "/history?days=1095",
            "history-3650": "/history?days=3650",
        }
        photographer.take_all(visitor, pages, "full")
    with photographer.visitor(timezone_id="America/Bogota") as elsewhere:
        elsewhere.sign_in("demo")
        photographer.take_all(elsewhere, {"settings": "/settings"}, "elsewhere")
        unusual = {"history": "/history?days=7", "plays-end": "/my-data/plays?after=x"}
        photographer.take_all(elsewhere, unusual, "unusual")


def _unkind(photographer: Photographer) -> None:
    with photographer.visitor() as visitor:
        visitor.sign_in(new_listener(photographer.server.simulator, "W" * 10_000, unkind_plays()))
        visitor.sync()
        photographer.take_all(visitor, SIGNED_IN, "unkind")


def _states(photographer: Photographer) -> None:
    """What the dashboard says before, while and after a sync that is no plain success."""
    spotify = photographer.server.simulator
    scenes: dict[str, Callable[[Visitor], None]] = {
        "dashboard-failing": lambda visitor: _fail(visitor, spotify),
        "dashboard-synced": Visitor.sync,
        "dashboard-cooling": Visitor.sync,
        "dashboard-reconnect": lambda visitor: _revoke(visitor, spotify),
        "dashboard-syncing": lambda visitor: _begin(visitor, spotify),
    }
    with photographer.visitor() as visitor:
        visitor.sign_in("demo-jonas")
        seed_history(photographer.server, "demo-jonas", days=20)
        for name, act in scenes.items():
            visitor.go("/dashboard")
            act(visitor)
            if photographer.wants(name):
                photographer.take(visitor.page, name)


def _fail(visitor: Visitor, spotify: Simulator) -> None:
    spotify.faults.add("/v1/me/top", "html")
    visitor.sync()
    spotify.faults.clear()


def _revoke(visitor: Visitor, spotify: Simulator) -> None:
    """Take back the consent of somebody new, who is not cooling down."""
    name = new_listener(spotify, "Ines Okafor", unkind_plays())
    visitor.sign_in(name)
    spotify.revoke(name)
    visitor.sync()


def _begin(visitor: Visitor, spotify: Simulator) -> None:
    """Begin a sync that lasts longer than the pictures of it take."""
    visitor.sign_in(new_listener(spotify, "Ines Okafor", []))
    spotify.latency = 6.0
    visitor.page.locator(".sync-form button").click()


if __name__ == "__main__":
    main(*sys.argv[1:2])
