"""How many requests a second the dashboard answers, against the least that a page can cost."""

from dataclasses import dataclass
from statistics import median

from benchmarks import load
from benchmarks.browser import ACCEPTS, Browser
from benchmarks.load import Measured
from benchmarks.results import Bar, Section
from benchmarks.servers import Server

# Each round opens new connections, and gunicorn's workers share them out by chance: now four and four, now
# seven and one, which halves the rate of either page. So there are many short rounds, and their sum counts.
_ROUNDS = 12
_SECONDS = 2
_LEAST = 0.5


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the comparison in one round; `cpu` is what the workers used, in ms a request."""

    measured: Measured
    cpu: float


def measured(kind: str, browser: Browser, bare: Server) -> Section:
    """Load both pages in turn, so that what else the machine does falls on both alike."""
    for server, path, headers in (_dashboard(browser), (bare, "/", ACCEPTS)):
        load.load(server.port, path, headers, seconds=1)
    pairs = [(_side(*_dashboard(browser)), _side(bare, "/", ACCEPTS)) for _ in range(_ROUNDS)]
    ours, theirs = [side for side, _ in pairs], [side for _, side in pairs]
    rate = _rate(ours) / _rate(theirs)
    cpu = median(bare_side.cpu for bare_side in theirs) / median(side.cpu for side in ours)
    rows = [
        _row("dashboard", ours),
        _row("bare page", theirs),
        ("ratio", f"**{rate:.2f}**", "", "", f"{cpu:.2f}"),
    ]
    text = (
        f"365 days and 50,000 plays stored, gunicorn with 2 workers × 4 threads, {load.CONNECTIONS} "
        f"connections, {_ROUNDS} rounds of {_SECONDS} s on each side in turn. The bare page is "
        "`benchmarks/bare.py`: no sign-in, no session, no compression, one query for ten rows by the primary "
        "key. CPU is that of gunicorn's workers alone; its ratio depends least on what else the machine does."
    )
    what = f"requests a second, dashboard ÷ bare page ({kind})"
    bar = Bar(what, f"{rate:.2f}", f"≥ {_LEAST}", rate >= _LEAST)
    columns = ("", "requests/s", "p50 ms", "p95 ms", "CPU ms a request")
    return Section(f"Dashboard under load, {kind}", text, columns, rows, [bar])


def _dashboard(browser: Browser) -> tuple[Server, str, dict[str, str]]:
    return browser.server, "/dashboard", browser.headers


def _side(server: Server, path: str, headers: dict[str, str]) -> Side:
    before = server.cpu_seconds()
    result = load.load(server.port, path, headers, seconds=_SECONDS)
    return Side(result, (server.cpu_seconds() - before) * 1000 / result.requests)


def _rate(sides: list[Side]) -> float:
    """Return the requests a second over all rounds."""
    return sum(side.measured.requests for side in sides) / sum(side.measured.seconds for side in sides)


def _row(name: str, sides: list[Side]) -> tuple[str, ...]:
    values = [side.measured for side in sides]
    return (
        name,
        f"{_rate(sides):,.0f}",
        f"{median(value.median for value in values):.1f}",
        f"{median(value.slow for value in values):.1f}",
        f"{median(side.cpu for side in sides):.2f}",
    )
