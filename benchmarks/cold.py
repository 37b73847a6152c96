"""What the dashboard costs when nothing of it is kept: after each commit of anybody it is drawn from new."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from benchmarks.browser import ACCEPTS, Browser
from benchmarks.results import Section
from benchmarks.servers import Server

_TIMES = 200


@dataclass(frozen=True, slots=True)
class Cost:
    """What one request costs: its time as seen from outside, and the workers' CPU, in ms."""

    time: float
    cpu: float


def measured(kind: str, browser: Browser, bare: Server, commit: Callable[[], None]) -> Section:
    """Ask for the pages one at a time; before each there is a commit, but not for the page as kept."""
    drawn = _cost(browser.server, lambda: browser.get("/dashboard"), before=commit)
    kept = _cost(browser.server, lambda: browser.get("/dashboard"), before=lambda: None)
    least = _cost(bare, lambda: bare.get("/", ACCEPTS), before=commit)
    rows = [
        _row("dashboard, drawn from new", drawn),
        _row("dashboard, as kept", kept),
        _row("bare page", least),
        (
            "bare page ÷ dashboard drawn from new",
            f"{least.time / drawn.time:.2f}",
            f"{least.cpu / drawn.cpu:.2f}",
        ),
    ]
    text = (
        "The cards of the dashboard are kept until anybody's next commit. Here there is a commit before each "
        f"request, so that every one finds nothing kept; one request at a time, {_TIMES} of each, medians. "
        "No bar stands for this: a listener meets it at the first look after anybody's commit, of which a "
        "sync makes three to five."
    )
    return Section(f"Dashboard drawn from new, {kind}", text, ("", "ms", "CPU ms a request"), rows)


def _cost(server: Server, ask: Callable[[], object], *, before: Callable[[], None]) -> Cost:
    for _ in range(10):  # Each worker has then answered once.
        before()
        ask()
    times, used = [], server.cpu_seconds()
    for _ in range(_TIMES):
        before()
        began = time.perf_counter()
        ask()
        times.append(time.perf_counter() - began)
    return Cost(median(times) * 1000, (server.cpu_seconds() - used) * 1000 / _TIMES)


def _row(name: str, cost: Cost) -> tuple[str, ...]:
    return name, f"{cost.time:.1f}", f"{cost.cpu:.2f}"
