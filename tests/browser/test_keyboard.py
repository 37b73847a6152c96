"""With the keyboard alone: everything is reached, the focus is seen, and no swap loses it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from spotistats.simulator import Simulator
from tests.browser.seeding import seed_history
from tests.browser.server import AppServer
from tests.browser.visitor import Visitor

_FOCUSED = """() => {
    const element = document.activeElement, style = getComputedStyle(element);
    return {
        text: (element.innerText || element.getAttribute("aria-label") || element.name || element.id).trim(),
        tag: element.tagName,
        ring: parseFloat(style.outlineWidth),
        line: style.outlineStyle,
    };
}"""


def focused(page: Page) -> dict[str, Any]:
    """Return what has the focus, and the ring around it."""
    found: dict[str, Any] = page.evaluate(_FOCUSED)
    return found


def tab_to(page: Page, text: str) -> list[str]:
    """Press Tab until what says `text` has the focus; return what was passed on the way."""
    stops = stops_until(page, text)
    assert without_ring(stops) == []
    return [stop["text"] for stop in stops[:-1]]


def stops_until(page: Page, text: str) -> list[dict[str, Any]]:
    """Press Tab until what says `text` has the focus; return all that had it, the last one included."""
    stops: list[dict[str, Any]] = []
    for _ in range(80):
        page.keyboard.press("Tab")
        stops.append(focused(page))
        if stops[-1]["text"].startswith(text):
            return stops
    pytest.fail(f"{text!r} was never reached: {[stop['text'] for stop in stops]}")


def without_ring(stops: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [stop for stop in stops if (stop["ring"], stop["line"]) != (3, "solid")]


def test_sign_in_and_sync_by_keyboard_alone(visitor: Visitor, listener: str, spotify: Simulator) -> None:
    spotify.auto_agree = listener
    page = visitor.go("/login")
    tab_to(page, "Sign in with")
    page.keyboard.press("Enter")
    page.wait_for_url("**/dashboard")

    passed = tab_to(page, "Sync")
    assert passed[0] == "Skip to the content"
    assert [name for name in passed if name in {"Dashboard", "History", "Top", "My data"}] == [
        "Dashboard",
        "History",
        "Top",
        "My data",
    ]
    page.keyboard.press("Enter")

    expect(page.locator("#sync-status")).to_contain_text("5 new plays")
    assert focused(page)["tag"] == "BUTTON"
    assert focused(page)["text"] == "Sync"
    visitor.expected_statuses = {429}
    page.keyboard.press("Space")
    expect(page.locator("#sync-status")).to_contain_text("The next sync is possible in")
    assert focused(page)["text"] == "Sync"


def test_the_focus_stays_where_the_listener_has_moved_it_meanwhile(
    visitor: Visitor, listener: str, spotify: Simulator
) -> None:
    page = visitor.sign_in(listener)
    page.locator(".sync-form button").focus()
    spotify.latency = 1.0
    page.keyboard.press("Enter")
    expect(page.locator(".sync-form button")).to_be_disabled()

    page.get_by_role("link", name="History").focus()

    expect(page.locator("#sync-status")).to_contain_text("5 new plays")
    assert focused(page)["text"] == "History"


def test_the_skip_link_leads_past_the_navigation(visitor: Visitor, listener: str) -> None:
    page = visitor.sign_in(listener)
    visitor.go("/history")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()

    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.getElementById('main').contains(document.activeElement)")


def test_days_are_reached_without_a_stop_at_each_square_of_the_calendar(
    visitor: Visitor, server: AppServer, listener: str
) -> None:
    page = visitor.sign_in(listener)
    seed_history(server, listener, days=60)
    visitor.go("/history")
    visible_rows = page.locator(".month[open] tbody tr").count()
    passed = tab_to(page, "Sign out")
    assert len(passed) < 20 + visible_rows
    visitor.go("/dashboard")
    tab_to(page, page.locator(".bar-labels a.max b").inner_text())
    page.keyboard.press("Enter")
    page.wait_for_url("**/history/2*")
    expect(page.get_by_role("heading", name="All plays")).to_be_visible()


def test_every_control_of_every_page_has_a_ring(visitor: Visitor, listener: str) -> None:
    page = visitor.sign_in(listener)
    visitor.sync()
    today = f"/history/{datetime.now(UTC):%Y-%m-%d}"
    for path in (
        "/dashboard",
        "/history?days=30",
        today,
        "/top/tracks",
        "/my-data",
        "/my-data/plays",
        "/settings",
    ):
        visitor.go(path)
        stops = stops_until(page, "Sign out")
        assert len(stops) > 5, path
        assert without_ring(stops) == [], path
