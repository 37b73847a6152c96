"""On a desk the stored rows have all their columns in sight, and lists in two columns read line by line."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from spotistats import clock
from spotistats.extensions import transaction
from spotistats.models import SyncRun
from spotistats.simulator import Simulator
from spotistats.stats.listeners import find_user_id
from tests.browser.conftest import new_listener
from tests.browser.pages import SIGNED_IN
from tests.browser.seeding import seed_history
from tests.browser.server import AppServer
from tests.browser.test_small_screens import UNKIND_NAMES, unkind_plays
from tests.browser.visitor import DESKTOP, PHONE, Visitor
from tests.support.programs import until

TABLES = ("plays", "days", "top-artist-rows", "syncs")
_SIDEWAYS = "Some columns are out of sight: scroll the table sideways."


def beyond(page: Page) -> int:
    """Return by how many pixels the table is wider than its place."""
    width: int = page.locator(".scroll").evaluate("place => place.scrollWidth - place.clientWidth")
    return width


@pytest.fixture
def ranked_listener(spotify: Simulator) -> str:
    """Somebody of whom Spotify has a ranking."""
    name = new_listener(spotify, "Ines Okafor", unkind_plays())
    images = [{"url": f"{spotify.origin}/images/{'x' * 60}", "width": 64, "height": 64}]
    tops = [
        {"id": f"{number:022}", "name": f"Somebody {title}", "images": images, "genres": ["jazz"] * 9}
        for number, title in enumerate(UNKIND_NAMES * 2)
    ]
    spotify.script_top(name, "artists", "short_term", tops)
    return name


def test_the_stored_rows_need_no_scrolling(
    visitor: Visitor, server: AppServer, spotify: Simulator, ranked_listener: str
) -> None:
    """Neither with kind names nor with unkind ones, nor when a sync has failed at length and left a gap."""
    page = visitor.sign_in(ranked_listener)
    seed_history(server, ranked_listener, days=40)
    spotify.faults.add("/v1/me/top", "html", times=1)
    visitor.expected_statuses = {502}
    visitor.sync()
    visitor.go("/dashboard")
    visitor.sync()
    with server.own_app(), transaction() as session:
        of_hers = SyncRun.user_id == find_user_id(ranked_listener)
        gap = {"gap_started_at": clock.now(), "gap_ended_at": clock.now()}
        session.execute(update(SyncRun).where(of_hers).values(gap))
    for name in TABLES:
        visitor.go(SIGNED_IN[name])
        assert beyond(page) <= 0, name
        expect(page.get_by_text(_SIDEWAYS)).to_be_hidden()


def test_a_table_that_is_wider_than_its_place_says_so(
    visitor: Visitor, server: AppServer, listener: str
) -> None:
    page = visitor.sign_in(listener)
    visitor.sync()
    visitor.go("/my-data/days")
    page.set_viewport_size({"width": 740, "height": 900})
    assert beyond(page) > 0
    expect(page.get_by_text(_SIDEWAYS)).to_be_visible()
    region = page.get_by_role("region", name="Days, row by row")
    region.focus()
    page.keyboard.press("ArrowRight")
    until(lambda: region.evaluate("place => place.scrollLeft") > 0, "it has scrolled")
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        expect(page.get_by_text(_SIDEWAYS)).to_be_hidden()


@pytest.mark.parametrize(("path", "rows"), [("/dashboard", ".recent li"), ("/top/artists", ".pairs li")])
def test_two_columns_read_line_by_line(
    visitor: Visitor, server: AppServer, ranked_listener: str, path: str, rows: str
) -> None:
    page = visitor.sign_in(ranked_listener)
    seed_history(server, ranked_listener, days=3)
    visitor.go("/dashboard")
    visitor.sync()
    visitor.go(path)
    places = page.locator(rows).evaluate_all(
        "rows => rows.map(row => row.getBoundingClientRect()).map(box => [Math.round(box.y), box.x])"
    )
    assert len({x for _y, x in places[-4:]}) == 2, "two columns"
    assert places == sorted(places)
    numbers = page.locator(".ranked li:nth-child(-n + 3) .rank").evaluate_all(
        "numbers => numbers.map(number => Math.round(number.getBoundingClientRect().y))"
    )
    assert len(set(numbers)) <= 1, "the first three stand on one line, however long their names are"


def test_a_row_that_is_left_over_has_the_whole_line(
    visitor: Visitor, listener: str, ranked_listener: str
) -> None:
    for name, path, rows in (
        (listener, "/dashboard", "#recent-plays .rows"),
        (ranked_listener, "/top/artists", ".ranked"),
    ):
        page = visitor.sign_in(name)
        visitor.sync()
        visitor.go(path)
        places = page.locator(f"{rows}, {rows} li").evaluate_all(
            "all => all.map(one => one.getBoundingClientRect()).map(box => [box.x, box.width, box.y])"
        )
        (*whole, _top), (*last, line) = places[0], places[-1]
        assert [y for _x, _width, y in places].count(line) == 1, "it stands alone"
        assert last == whole


def test_what_is_told_begins_where_the_words_of_the_cards_do(
    open_browser: Callable[..., Visitor], listener: str
) -> None:
    page = open_browser(java_script_enabled=False).sign_in(listener)
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        begins = [
            page.locator(place).evaluate(
                """element => {
                    const range = document.createRange();
                    range.selectNodeContents(element);
                    return range.getBoundingClientRect().x;
                }"""
            )
            for place in ("#notice .notice", "#recent-title")
        ]
        assert begins[0] == pytest.approx(begins[1], abs=0.5)


def test_before_the_first_sync_the_button_stands_beside_the_words_about_it(
    visitor: Visitor, listener: str
) -> None:
    page = visitor.sign_in(listener)
    words = page.get_by_text("No plays yet. Press Sync.").bounding_box()
    hero, button = (page.locator(place).bounding_box() for place in (".hero", ".sync-form button"))
    assert words is not None
    assert hero is not None
    assert button is not None
    assert abs(button["y"] - words["y"]) < 60
    assert hero["height"] < 220, "not blank below them"
    expect(page.locator("#most-played")).to_be_hidden()
    visitor.sync()
    expect(page.locator("#most-played")).to_be_visible()


def test_a_card_is_as_tall_as_what_it_holds(visitor: Visitor, listener: str) -> None:
    page = visitor.sign_in(listener)
    visitor.sync()
    most = page.locator("#most-played")
    before = most.bounding_box()
    page.get_by_text("Show as a table").click()
    expect(page.get_by_text("Hide the table")).to_be_visible()
    assert most.bounding_box() == before
    heights = page.locator(".as-table tbody tr").evaluate_all(
        "rows => rows.map(row => row.getBoundingClientRect().height)"
    )
    assert len(heights) == 7
    assert len(set(heights)) == 1, "whether a day is known or not"
