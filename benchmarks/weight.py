"""How much a browser loads with the first dashboard, pictures of albums aside."""

import re

from benchmarks.browser import Browser
from benchmarks.results import Bar, Section
from benchmarks.servers import Answer

_MOST = 60_000
_RESOURCES = re.compile(rb'<(?:link|script)[^>]*? (?:href|src)="([^"]+)"')


def measured(browser: Browser) -> Section:
    """Load the page and everything that its head names, each compressed as a browser gets it."""
    page = browser.get("/dashboard")
    addresses = [address.decode() for address in _RESOURCES.findall(page.body_plain)]
    loaded = [("/dashboard", page), *((address, browser.get(address)) for address in addresses)]
    total = sum(answer.size for _, answer in loaded)
    rows = [_row(address.partition("?")[0], answer) for address, answer in loaded]
    rows.append(("**all**", f"{sum(len(answer.body_plain) for _, answer in loaded):,}", "", f"**{total:,}**"))
    text = "Bytes as they are sent, headers included. Files other than the page are kept for a year after."
    bar = Bar(
        "bytes of the first dashboard load", f"{total / 1000:.1f} kB", f"≤ {_MOST // 1000} kB", total <= _MOST
    )
    return Section("The first load", text, ("", "bytes plain", "coding", "bytes sent"), rows, [bar])


def _row(name: str, answer: Answer) -> tuple[str, ...]:
    return name, f"{len(answer.body_plain):,}", answer.coding, f"{answer.size:,}"
