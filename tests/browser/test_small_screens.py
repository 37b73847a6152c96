"""On a phone nothing runs out of the screen, whatever things are called, and fingers find their targets."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from spotistats.simulator import ScriptedPlay, Simulator
from tests.browser.conftest import new_listener
from tests.browser.pages import SIGNED_IN, SIGNED_OUT
from tests.browser.visitor import PHONE, Visitor

LONG = "W" * 10_000
UNKIND_NAMES = [
    LONG,
    "🎷🪗" * 200,
    "أغنية طويلة جدا عن البحر والليل والمدينة القديمة التي لا تنام أبدا",
    '\u202eevil\u202c <script>alert(1)</script> & "quotes"',
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "x" * 64,
]
_TOO_SMALL = """() => [...document.querySelectorAll("a, button, input, select, summary")]
    .filter(element => element.type !== "hidden" && element.checkVisibility())
    .filter(element => getComputedStyle(element).display !== "inline" && !element.closest(".skip"))
    .map(element => [element, element.getBoundingClientRect()])
    .filter(([, box]) => box.height < 43.5 || box.width < 43.5)
    .map(([element, box]) => `${element.outerHTML.slice(0, 80)} ${box.width} x ${box.height}`)"""
_TOO_FINE = """() => [...document.querySelectorAll("body *")]
    .filter(element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .filter(element => element.checkVisibility() && element.getClientRects().length)
    .filter(element => {
        const svg = element.ownerSVGElement;
        const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
        return parseFloat(getComputedStyle(element).fontSize) * scale < 11.99 && element.tagName !== "title";
    })
    .map(element => element.outerHTML.slice(0, 80))"""


@pytest.fixture
def phone(open_browser: Callable[..., Visitor]) -> Visitor:
    return open_browser(viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)


@pytest.fixture
def unkind_listener(spotify: Simulator) -> str:
    return new_listener(spotify, LONG, unkind_plays())


def unkind_plays() -> list[ScriptedPlay]:
    """Plays of tracks, artists and albums that bear the names above."""
    latest = datetime.now(UTC) - timedelta(minutes=5)
    return [
        ScriptedPlay(
            played_at=latest - timedelta(minutes=4 * number),
            track_id=f"unkind-{number}",
            name=name,
            artists=[(f"unkind-artist-{number}", name), ("second", LONG)],
            album=(f"unkind-album-{number}", name),
        )
        for number, name in enumerate(UNKIND_NAMES)
    ]


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than the screen."""
    width: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return width


def test_no_page_scrolls_sideways(phone: Visitor, unkind_listener: str) -> None:
    page = phone.sign_in(unkind_listener)
    phone.sync()
    phone.expected_statuses = {400, 404}
    for width in (360, 320):
        page.set_viewport_size({"width": width, "height": 780})
        for path in [*SIGNED_IN.values(), "/history?days=3650", "/history?days=1"]:
            phone.go(path)
            assert overflow(page) <= 0, (path, width)
    page.get_by_role("button", name="Sign out").click()
    for path in SIGNED_OUT.values():
        phone.go(path)
        assert overflow(page) <= 0, path


def test_fingers_find_their_targets_and_eyes_can_read(phone: Visitor, unkind_listener: str) -> None:
    page = phone.sign_in(unkind_listener)
    phone.sync()
    phone.expected_statuses = {404}
    for path in SIGNED_IN.values():
        phone.go(path)
        assert page.evaluate(_TOO_SMALL) == [], path
        assert page.evaluate(_TOO_FINE) == [], path


def test_no_heading_breaks_inside_a_word(phone: Visitor) -> None:
    phone.expected_statuses = {400}
    page = phone.go(SIGNED_OUT["signed-out-error"])
    for width in range(280, 420, 10):
        page.set_viewport_size({"width": width, "height": 780})
        word = page.locator("h1 span", has_text="sign-in")
        assert word.evaluate("word => word.getClientRects().length") == 1, width


def test_the_head_of_the_page_has_two_lines(phone: Visitor, listener: str) -> None:
    """On the narrowest phone, too; the name is whole where it can be, and numbers keep their words."""
    page = phone.sign_in(listener)
    phone.sync()
    for width in (360, 320):
        page.set_viewport_size({"width": width, "height": 780})
        brand, settings = (page.locator(place).bounding_box() for place in (".brand", ".who"))
        assert brand is not None
        assert settings is not None
        assert brand["y"] == settings["y"], width
        assert page.locator(".who bdi").evaluate("name => name.scrollWidth <= name.clientWidth"), width
        assert page.get_by_text("5 new plays.").evaluate("words => words.getClientRects().length") == 1


def test_a_finger_is_not_sent_to_days_that_are_too_small_for_it(phone: Visitor, listener: str) -> None:
    page = phone.sign_in(listener)
    phone.sync()
    phone.go("/history")
    expect(page.get_by_text("Choose a day to see its plays.")).to_be_hidden()
    day = page.locator(".months a rect").last
    day.scroll_into_view_if_needed()
    box = day.bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.get_by_role("link", name="My data").tap()
    page.wait_for_url("**/my-data")
    page.go_back()
    assert page.url.endswith("/history")


def test_the_sync_button_is_in_sight_at_once(phone: Visitor, listener: str, spotify: Simulator) -> None:
    page = phone.sign_in(listener)
    page.set_viewport_size({"width": 360, "height": 560})
    button = page.get_by_role("button", name="Sync", exact=True)
    expect(button).to_be_in_viewport(ratio=1)
    phone.sync()
    phone.go("/dashboard")
    expect(button).to_be_in_viewport(ratio=1)
    spotify.revoke(listener)
    phone.go("/dashboard")
    expect(button).to_be_in_viewport(ratio=1)
    box = button.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 560, "without a step down the page"


def test_a_row_of_the_history_is_a_link_from_end_to_end(phone: Visitor, listener: str) -> None:
    page = phone.sign_in(listener)
    phone.sync()
    phone.go("/history")
    minutes = page.locator(".days tbody td.n").last
    minutes.scroll_into_view_if_needed()
    box = minutes.bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    page.wait_for_url("**/history/2*")
    expect(page.get_by_role("heading", name="All plays")).to_be_visible()


def test_the_week_s_table_keeps_its_columns_apart(phone: Visitor, listener: str) -> None:
    page = phone.sign_in(listener)
    phone.sync()
    page.get_by_text("Show as a table").click()
    expect(page.get_by_text("Hide the table")).to_be_visible()
    gap = page.evaluate(
        """() => {
            const words = [...document.querySelectorAll(".as-table thead th.n")].map(cell => {
                const range = document.createRange();
                range.selectNodeContents(cell);
                return range.getBoundingClientRect();
            });
            return words[1].left - words[0].right;
        }"""
    )
    assert gap >= 8
    heights = page.locator(".as-table tbody th").evaluate_all(
        "cells => cells.map(cell => cell.getBoundingClientRect().height)"
    )
    assert max(heights) <= 45, "a date wraps"
    phone.go("/history")
    title, total = (page.locator(f".month summary {part}").first.bounding_box() for part in ("h3", ".n"))
    assert title is not None
    assert total is not None
    assert title["height"] < 30, "the month wraps"
    assert page.locator(".month h3").first.evaluate("title => title.scrollWidth <= title.clientWidth")
    assert title["x"] + title["width"] <= total["x"]


def test_buttons_below_each_other_keep_their_distance(
    open_browser: Callable[..., Visitor], phone: Visitor, listener: str
) -> None:
    open_browser(timezone_id="America/Bogota").sign_in(listener)
    page = phone.sign_in(listener)
    phone.go("/settings")
    boxes = [page.get_by_role("button", name=name).bounding_box() for name in ("Save", "Use this browser’s")]
    save, use = boxes
    assert save is not None
    assert use is not None
    assert use["y"] - (save["y"] + save["height"]) >= 16


def test_markup_in_a_name_stays_text(phone: Visitor, unkind_listener: str) -> None:
    page = phone.sign_in(unkind_listener)
    page.on("dialog", lambda dialog: pytest.fail(f"a name ran as a script: {dialog.message}"))
    phone.sync()

    assert "<script>alert(1)</script>" in page.locator("#recent-plays").inner_text()


def test_nothing_moves_for_who_wants_no_motion(
    open_browser: Callable[..., Visitor], listener: str, spotify: Simulator
) -> None:
    still = open_browser(reduced_motion="reduce")
    page = still.sign_in(listener)
    spotify.latency = 1.0
    page.get_by_role("button", name="Sync", exact=True).click()
    page.locator(".sync-form .progress").wait_for()

    assert page.evaluate("document.getAnimations().filter(one => one.playState === 'running').length") == 0
