"""The Sync button in a real browser: what is seen while it works, and after it did or could not."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from spotistats.simulator import Simulator
from tests.browser.conftest import new_listener
from tests.browser.server import AppServer
from tests.browser.visitor import Visitor
from tests.support.databases import SqliteDatabases

_MARK = "window.stillTheSamePage = true"


def test_the_card_changes_without_a_page_load(visitor: Visitor, listener: str) -> None:
    page = visitor.sign_in(listener)
    expect(page.locator("#stats-card")).to_contain_text("No plays yet. Press Sync.")
    page.evaluate(_MARK)
    loads = len(visitor.page_loads)

    visitor.sync()

    expect(page.locator("#sync-status")).to_contain_text("5 new plays")
    expect(page.locator("#stats-card")).to_have_attribute("data-minutes", "15")
    expect(page.locator("#stats-card .figure")).to_contain_text("15 minutes")
    expect(page.locator("#recent-plays")).to_contain_text("Slow Harbour 0")
    expect(page.locator("#most-played")).to_contain_text("Tidewater")
    expect(page.locator("#sync-facts")).to_contain_text("Last sync")
    assert page.evaluate("window.stillTheSamePage") is True
    assert len(visitor.page_loads) == loads


def test_the_button_is_disabled_and_progress_shows_while_it_runs(
    visitor: Visitor, listener: str, spotify: Simulator
) -> None:
    page = visitor.sign_in(listener)
    progress = page.locator(".sync-form .progress")
    expect(progress).to_be_hidden()
    height = page.locator(".sync").bounding_box()
    spotify.latency = 1.0

    page.get_by_role("button", name="Sync", exact=True).click()

    expect(page.locator(".sync-form button")).to_be_disabled()
    expect(progress).to_be_visible()
    assert page.locator(".sync").bounding_box() == height, "the page jumped"
    expect(page.locator("#sync-status")).to_contain_text("5 new plays")
    expect(page.locator(".sync-form button")).to_be_enabled()
    expect(progress).to_be_hidden()


def test_a_second_press_says_when_the_next_sync_is_possible(visitor: Visitor, listener: str) -> None:
    page = visitor.sign_in(listener)
    visitor.sync()
    visitor.expected_statuses = {429}
    page.evaluate(_MARK)

    visitor.sync()

    expect(page.locator("#sync-status")).to_contain_text("The next sync is possible in")
    expect(page.locator("#stats-card")).to_have_attribute("data-minutes", "15")
    assert page.evaluate("window.stillTheSamePage") is True


def test_a_failure_of_spotify_says_what_was_kept(visitor: Visitor, listener: str, spotify: Simulator) -> None:
    page = visitor.sign_in(listener)
    spotify.faults.add("/v1/me/top", "html")
    visitor.expected_statuses = {502}

    visitor.sync()

    expect(page.locator("#sync-status")).to_contain_text("5 new plays were kept")
    assert page.locator("#stats-card").get_attribute("data-minutes") == "15"


def test_a_withdrawn_consent_offers_to_connect_again_and_that_works(
    visitor: Visitor, listener: str, spotify: Simulator
) -> None:
    page = visitor.sign_in(listener)
    spotify.revoke(listener)
    visitor.expected_statuses = {403}

    visitor.sync()
    spotify.auto_agree = listener
    page.locator("#sync-status").get_by_role("button", name="Connect Spotify again").click()
    page.wait_for_url("**/dashboard")
    visitor.sync()

    assert "5 new plays" in page.locator("#sync-status").inner_text()


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda route: route.abort("connectionreset"), id="the connection breaks"),
        pytest.param(
            lambda route: route.fulfill(status=502, content_type="text/html", body="<h1>Bad Gateway</h1>"),
            id="a proxy answers instead",
        ),
    ],
)
def test_an_answer_that_is_not_ours_becomes_a_message(
    visitor: Visitor, listener: str, answer: Callable[[Route], None]
) -> None:
    page = visitor.sign_in(listener)
    page.route("**/sync", answer)
    visitor.expected_statuses = {502}
    visitor.expects_broken_connections = True

    visitor.sync()

    said = page.locator("#sync-status").inner_text()
    assert said == "The server did not answer. What is stored is safe. Try again in a moment."
    expect(page.locator(".sync-form button")).to_be_enabled()


def test_a_server_that_goes_away_in_the_middle_becomes_a_message(
    open_browser: Callable[..., Visitor], spotify: Simulator, sqlite_databases: SqliteDatabases
) -> None:
    listener = new_listener(spotify, "Ines Okafor", [])
    with sqlite_databases.fresh() as url, AppServer(spotify, url) as server:
        visitor = open_browser(server)
        page = visitor.sign_in(listener)
        visitor.expects_broken_connections = True
        spotify.latency = 5.0

        page.get_by_role("button", name="Sync", exact=True).click()
        expect(page.locator(".sync-form button")).to_be_disabled()
        server.stop()

        expect(page.locator(".sync-form button")).to_be_enabled()
        assert "The server did not answer." in page.locator("#sync-status").inner_text()


def test_a_page_whose_session_has_ended_leads_to_the_sign_in(visitor: Visitor, listener: str) -> None:
    page = visitor.sign_in(listener)
    visitor.context.clear_cookies()
    visitor.expected_statuses = {401}

    page.get_by_role("button", name="Sync", exact=True).click()

    page.get_by_role("button", name="Sign in with").wait_for()
    assert page.url == f"{visitor.server.url}/login"


def test_two_presses_of_two_windows_run_one_sync(
    open_browser: Callable[..., Visitor], listener: str, spotify: Simulator
) -> None:
    first, second = open_browser(), open_browser()
    first.sign_in(listener)
    second.sign_in(listener)
    second.expected_statuses = {429}
    spotify.latency = 1.0
    spotify.log.clear()

    first.page.get_by_role("button", name="Sync", exact=True).click()
    expect(first.page.locator(".sync-form button")).to_be_disabled()
    second.sync()

    expect(second.page.locator("#sync-status")).to_contain_text("already running")
    expect(first.page.locator("#sync-status")).to_contain_text("5 new plays")
    assert len(spotify.calls_to("/v1/me/player")) == 1
