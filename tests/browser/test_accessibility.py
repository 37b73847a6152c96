"""axe-core finds nothing serious on any page, in both colour schemes, on a phone and on a desk."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from spotistats.simulator import Simulator
from tests.browser.conftest import new_listener
from tests.browser.pages import SIGNED_IN, SIGNED_OUT
from tests.browser.seeding import seed_history
from tests.browser.server import AppServer
from tests.browser.visitor import DESKTOP, PHONE, Visitor

# Long tables take axe-core long; one of a template is enough.
_DRAWN_LIKE_ANOTHER = {"history-30", "days", "top-artist-rows", "top-track-rows"}
_VIEWS: list[tuple[str, dict[str, int]]] = list(product(("dark", "light"), (PHONE, DESKTOP)))


Check = Callable[[Page], list[str]]


@pytest.fixture
def flaws() -> Check:
    """Return what axe-core finds on a page, in each view."""
    axe = Axe()

    def run(page: Page) -> list[str]:
        found = []
        for scheme, size in _VIEWS:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            page.set_viewport_size(size)  # type: ignore[arg-type]
            violations = axe.run(page).response["violations"]
            found += [f"{page.url} {scheme} {size}: {_told(violation)}" for violation in violations]
        return found

    return run


def _told(finding: dict[str, Any]) -> str:
    places = "; ".join(f"{node['target']} {node['failureSummary']}" for node in finding["nodes"][:3])
    return f"{finding['id']} ({finding['impact']}): {places}"


def test_signed_out(visitor: Visitor, flaws: Check) -> None:
    visitor.expected_statuses = {400}
    for path in SIGNED_OUT.values():
        assert flaws(visitor.go(path)) == []


def test_a_new_listener(visitor: Visitor, flaws: Check, spotify: Simulator) -> None:
    visitor.sign_in(new_listener(spotify, "Ines Okafor", []))
    for name in ("dashboard", "history", "top-artists", "my-data", "plays"):
        assert flaws(visitor.go(SIGNED_IN[name])) == []


def test_weeks_of_history(visitor: Visitor, flaws: Check, server: AppServer) -> None:
    visitor.sign_in("demo")
    seed_history(server, "demo", days=40)
    visitor.sync()
    visitor.expected_statuses = {404}
    for name in SIGNED_IN.keys() - _DRAWN_LIKE_ANOTHER:
        assert flaws(visitor.go(SIGNED_IN[name])) == []


def test_what_a_sync_says(visitor: Visitor, flaws: Check, listener: str, spotify: Simulator) -> None:
    page = visitor.sign_in(listener)
    visitor.expected_statuses = {400, 403, 429, 502}
    spotify.faults.add("/v1/me/top", "html", times=1)
    visitor.sync()
    assert flaws(page) == []
    visitor.go("/dashboard")
    visitor.sync()
    expect(page.locator("#sync-status .status")).to_have_class("status succeeded")
    assert flaws(page) == []
    visitor.sync()
    expect(page.locator("#sync-status .status")).to_have_class("status cooling_down")
    assert flaws(page) == []


def test_a_form_that_was_not_accepted(visitor: Visitor, flaws: Check, listener: str) -> None:
    page = visitor.sign_in(listener)
    visitor.expected_statuses = {400}
    visitor.go("/settings").get_by_label("Type “delete everything”").fill("no")
    page.get_by_role("button", name="Delete my account").click()
    expect(page.locator("#delete-error")).to_be_visible()
    assert flaws(page) == []
