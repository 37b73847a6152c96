"""The Sync card of a page that stays open: it tells the time by itself, and rests while nobody looks."""

from datetime import timedelta

from playwright.sync_api import Locator, Request, expect
from sqlalchemy import update

from spotistats import clock
from spotistats.extensions import transaction
from spotistats.models import SyncRun
from spotistats.simulator import Simulator
from spotistats.stats import listeners
from tests.browser.server import AppServer
from tests.browser.visitor import Visitor

_HIDE = "Object.defineProperty(document, 'hidden', {configurable: true, get: () => true})"
_SHOW = "delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))"
_RESTING = "not-allowed"


def make_older(server: AppServer, listener: str, **by: int) -> None:
    """Let the listener's syncs have ended so much earlier."""
    with server.own_app():
        user_id = listeners.find_user_id(listener)
        with transaction() as session:
            session.execute(
                update(SyncRun)
                .where(SyncRun.user_id == user_id)
                .values(finished_at=clock.now() - timedelta(**by))
            )


def open_dashboard(visitor: Visitor, listener: str) -> tuple[Locator, list[Request]]:
    """Open it in a browser whose clock can be set; return the line of the syncs, and who asked for it."""
    page = visitor.sign_in(listener)
    page.clock.install()
    visitor.go("/dashboard")
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if "sync-facts" in request.url else None)
    return page.locator("#sync-facts"), asked


def test_it_counts_down_and_the_button_wakes_up(visitor: Visitor, listener: str, server: AppServer) -> None:
    facts, _ = open_dashboard(visitor, listener)
    page, button = visitor.page, visitor.page.locator(".sync-form button")
    expect(button).not_to_have_css("cursor", _RESTING)
    visitor.sync()
    expect(facts).to_contain_text("Last sync just now · 5 new plays. The next sync is possible in 1 hour.")
    expect(button).to_have_css("cursor", _RESTING)
    expect(button).to_have_accessible_description(
        "Last sync just now · 5 new plays. The next sync is possible in 1 hour."
    )
    for minutes, words in (
        (17, "The next sync is possible in 43 minutes."),
        (58, "The next sync is possible in 2 minutes."),
    ):
        make_older(server, listener, minutes=minutes)
        page.clock.run_for(31_000)
        expect(facts).to_contain_text(f"Last sync {minutes} minutes ago")
        expect(facts).to_contain_text(words)
    make_older(server, listener, minutes=59, seconds=57)
    page.clock.run_for(31_000)
    expect(facts).to_contain_text("The next sync is possible in less than a minute.")
    make_older(server, listener, minutes=61)
    page.clock.run_for(4_000)  # The page knows when it is time, and asks no later.
    expect(facts).to_have_text("Last sync 1 hour ago · 5 new plays.")
    expect(button).not_to_have_css("cursor", _RESTING)
    expect(page.locator("#sync-status")).to_contain_text("5 new plays")
    visitor.sync()
    expect(page.locator("#sync-status")).to_have_text("No new plays. Top lists refreshed.")
    assert "Last sync just now · 0 new plays." in facts.inner_text()


def test_a_page_that_nobody_sees_asks_nothing(visitor: Visitor, listener: str) -> None:
    facts, asked = open_dashboard(visitor, listener)
    page = visitor.page
    page.evaluate(_HIDE)
    page.clock.run_for(600_000)
    assert asked == []
    with page.expect_response("**/dashboard/sync-facts"):
        page.evaluate(_SHOW)
    assert len(asked) == 1
    expect(facts).to_have_text("Not synced yet.")


def test_an_answer_that_is_not_ours_leaves_the_card_as_it_was(visitor: Visitor, listener: str) -> None:
    facts, asked = open_dashboard(visitor, listener)
    page = visitor.page
    page.route(
        "**/dashboard/sync-facts",
        lambda route: route.fulfill(status=502, content_type="text/html", body="<h1>Bad Gateway</h1>"),
    )
    visitor.expected_statuses = {502}
    with page.expect_response("**/dashboard/sync-facts"):
        page.clock.run_for(31_000)
    page.unroute("**/dashboard/sync-facts")
    with page.expect_response("**/dashboard/sync-facts"):
        page.clock.run_for(31_000)
    assert len(asked) == 2, "it asks again"
    expect(facts).to_have_text("Not synced yet.")
    expect(page.locator("body")).not_to_contain_text("Bad Gateway")


def test_who_is_not_connected_is_offered_to_connect_and_nothing_else(
    visitor: Visitor, listener: str, spotify: Simulator
) -> None:
    page = visitor.sign_in(listener)
    visitor.go("/settings")
    page.get_by_role("button", name="Disconnect Spotify").click()
    visitor.go("/dashboard")
    assert page.locator(".sync").get_by_role("button").all_inner_texts() == ["Connect Spotify"]
    spotify.auto_agree = listener
    page.get_by_role("button", name="Connect Spotify").click()
    expect(page.locator("#notice")).to_contain_text("Spotify is connected again until")
    assert page.locator(".sync").get_by_role("button").all_inner_texts() == ["Sync"]
