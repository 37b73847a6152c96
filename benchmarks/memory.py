"""Whether a worker's memory stays what it is."""

from benchmarks import load
from benchmarks.browser import Browser
from benchmarks.results import Bar, Section
from benchmarks.servers import Memory

_AFTER = (100, 1_000, 3_000)
_MOST = 120
# Less than this between 1,000 and 3,000 requests is the allocator breathing.
_STEADY = 2.0


def measured(browser: Browser) -> Section:
    """Ask a server with a single worker for 3,000 dashboards and look at its memory on the way."""
    found: dict[int, Memory] = {}
    for asked, wanted in zip((0, *_AFTER), _AFTER, strict=False):
        load.exactly(wanted - asked, browser.server.port, "/dashboard", browser.headers)
        found[wanted] = browser.server.memory()
    growth = found[3_000].resident - found[1_000].resident
    rows = [(f"{after:,}", f"{memory.resident:.1f}", f"{memory.own:.1f}") for after, memory in found.items()]
    text = "One worker × 4 threads (SQLite). PSS counts memory that is shared with the arbiter by half."
    bars = [
        Bar("memory of a worker after 1,000 dashboards", f"{found[1_000].resident:.0f} MB", f"≤ {_MOST} MB",
            found[1_000].resident <= _MOST),
        Bar("its growth over 2,000 more", f"{growth:+.1f} MB", f"< {_STEADY:.0f} MB", growth < _STEADY),
    ]  # fmt: skip
    return Section("Memory", text, ("requests", "RSS, MB", "PSS, MB"), rows, bars)
