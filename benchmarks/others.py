"""What has no bar, but should be known."""

import time
from statistics import median

from benchmarks import sync
from benchmarks.browser import Browser
from benchmarks.results import Section
from spotistats.simulator import Simulator

_TIMES = 5


def measured(kind: str, browser: Browser, simulator: Simulator) -> Section:
    """Time a sync, a change of the time zone and the long pages, one request at a time."""
    rows = [
        ("a sync with 50 new plays, Spotify answering at once",
         _ms([sync.fifty_new_plays(browser, simulator) for _ in range(_TIMES)]), ""),
        ("the time zone changed, all 365 days rebuilt",
         _ms([_move(browser, zone) for zone in ("Asia/Tokyo", "Europe/Berlin", "UTC")]), ""),
        *(_page(browser, path) for path in _PAGES),
    ]  # fmt: skip
    text = "Seen from outside, one request at a time; 50,000 plays stored. Medians."
    return Section(f"Also measured, {kind}", text, ("", "ms", "bytes sent"), rows)


_PAGES = (
    "/dashboard",
    "/history?days=365",
    "/history?days=3650",
    "/top/artists?range=short_term",
    "/my-data/plays",
    "/settings",
)


def _move(browser: Browser, zone: str) -> float:
    began = time.perf_counter()
    browser.post("/settings", {"timezone": zone}, status=303)
    return time.perf_counter() - began


def _page(browser: Browser, path: str) -> tuple[str, ...]:
    times, size = [], 0
    for _ in range(_TIMES):
        began = time.perf_counter()
        size = browser.get(path).size
        times.append(time.perf_counter() - began)
    return f"`{path}`", _ms(times), f"{size:,}"


def _ms(times: list[float]) -> str:
    return f"{median(times) * 1000:.0f}"
