"""Coming and going in a real browser: Spotify's page, the time zone, signing out, deleting everything."""

from collections.abc import Callable

from playwright.sync_api import expect

from spotistats.simulator import Simulator
from tests.browser.conftest import new_listener
from tests.browser.visitor import Visitor


def test_signing_in_on_spotify_s_page(visitor: Visitor) -> None:
    page = visitor.go("/")
    assert page.title() == "Sign in · Spotistats"

    page.get_by_role("button", name="Sign in with").click()
    page.get_by_role("radio", name="Jonas Brandt").check()
    page.get_by_role("button", name="Agree").click()

    page.wait_for_url("**/dashboard")
    assert "Jonas Brandt" in page.get_by_role("banner").inner_text()
    assert "No plays yet. Press Sync." in page.locator("#stats-card").inner_text()


def test_who_cancels_is_told_that_nothing_happened(visitor: Visitor) -> None:
    page = visitor.go("/login")
    page.get_by_role("button", name="Sign in with").click()

    page.get_by_role("button", name="Cancel").click()

    page.wait_for_url("**/login")
    assert "You chose not to connect Spotify." in page.locator("#notice").inner_text()


def test_the_page_first_asked_for_comes_after_the_sign_in(
    visitor: Visitor, listener: str, spotify: Simulator
) -> None:
    spotify.auto_agree = listener
    page = visitor.go("/history?days=30")

    page.get_by_role("button", name="Sign in with").click()

    page.wait_for_url("**/history?days=30")
    assert "Ines Okafor" in page.get_by_role("banner").inner_text()
    assert page.url == f"{visitor.server.url}/history?days=30"


def test_the_time_zone_of_the_browser_is_taken_over_at_the_first_sign_in(
    open_browser: Callable[..., Visitor], listener: str
) -> None:
    visitor = open_browser(timezone_id="America/Bogota")
    visitor.sign_in(listener)

    page = visitor.go("/settings")

    assert page.get_by_label("Your days begin and end at midnight in").input_value() == "America/Bogota"
    assert page.locator("#browser-zone").is_hidden()


def test_settings_offer_the_zone_of_another_browser(
    open_browser: Callable[..., Visitor], listener: str
) -> None:
    open_browser(timezone_id="America/Bogota").sign_in(listener)
    elsewhere = open_browser(timezone_id="Asia/Tokyo")
    elsewhere.sign_in(listener)
    page = elsewhere.go("/settings")
    zone = page.get_by_label("Your days begin and end at midnight in")
    assert zone.input_value() == "America/Bogota"

    page.get_by_role("button", name="Use this browser’s: Tokyo (UTC+9)").click()

    expect(page.locator("#notice")).to_contain_text("Your days now follow the clocks of Tokyo.")
    assert zone.input_value() == "Asia/Tokyo"
    assert page.locator("#browser-zone").is_hidden()


def test_a_zone_by_its_older_name_is_the_one_of_the_list(
    open_browser: Callable[..., Visitor], listener: str
) -> None:
    visitor = open_browser(timezone_id="Asia/Calcutta")
    visitor.sign_in(listener)
    page = visitor.go("/settings")
    zone = page.get_by_label("Your days begin and end at midnight in")
    assert zone.input_value() == "Asia/Kolkata"
    assert page.locator("#browser-zone").is_hidden()
    zone.select_option("UTC")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Use this browser’s: Kolkata (UTC+5:30)").click()
    expect(page.locator("#notice")).to_contain_text("Kolkata")
    assert zone.input_value() == "Asia/Kolkata"


def test_a_deletion_that_was_not_confirmed_comes_back_to_its_field(visitor: Visitor, listener: str) -> None:
    visitor.sign_in(listener)
    page = visitor.go("/settings")
    field = page.get_by_label("Type “delete everything”")
    field.fill("delete evrything")
    page.get_by_role("button", name="Delete my account").click()
    expect(page.locator("#delete-error")).to_be_in_viewport(ratio=1)
    expect(field).to_be_focused()
    assert field.input_value() == "delete evrything"
    page.reload()
    assert page.locator("#delete-error").count() == 0


def test_the_redirect_address_is_copied_by_a_press(open_browser: Callable[..., Visitor]) -> None:
    visitor = open_browser(permissions=["clipboard-read", "clipboard-write"])
    page = visitor.go("/setup")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{visitor.server.url}/auth/callback"


def test_who_chose_another_account_is_told_so(
    open_browser: Callable[..., Visitor], listener: str, spotify: Simulator
) -> None:
    visitor = open_browser(timezone_id="America/Bogota")
    page = visitor.sign_in(listener)
    visitor.go("/settings")
    spotify.auto_agree = new_listener(spotify, "Jonas Holm", [])
    page.get_by_role("button", name="Renew the permission").click()
    expect(page.locator("#notice")).to_contain_text("You are now signed in as Jonas Holm")
    assert "Jonas Holm" in page.get_by_role("banner").inner_text()
    assert page.locator("#timezone").input_value() == "America/Bogota", "it is a new account here"
    assert page.locator("#notice").get_by_text("UTC").count() == 0


def test_who_signed_out_in_another_tab_is_told_so_at_the_next_press(visitor: Visitor, listener: str) -> None:
    page = visitor.sign_in(listener)
    visitor.expected_statuses = {401}
    other = visitor.context.new_page()
    other.goto(visitor.server.url + "/settings")
    other.get_by_role("button", name="Sign out", exact=True).first.click()
    expect(other.locator("#notice")).to_have_text("You are signed out.")
    page.get_by_role("button", name="Sync", exact=True).click()
    page.wait_for_url("**/login")
    assert page.locator("#notice").inner_text() == "You have been signed out. Please sign in again."


def test_the_back_button_shows_nothing_private_after_a_sign_out(visitor: Visitor, listener: str) -> None:
    page = visitor.sign_in(listener)
    visitor.sync()
    visitor.go("/my-data/plays")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login")
    expect(page.locator("#notice")).to_contain_text("You are signed out.")

    for _ in range(2):
        page.go_back()
        expect(page.get_by_role("button", name="Sign in with")).to_be_visible()
        body = page.locator("body").inner_text()
        assert "Ines Okafor" not in body
        assert "Slow Harbour" not in body


def test_signing_out_everywhere_ends_the_other_browser(
    open_browser: Callable[..., Visitor], listener: str
) -> None:
    here, there = open_browser(), open_browser()
    here.sign_in(listener)
    there.sign_in(listener)

    here.go("/settings").get_by_role("button", name="Sign out everywhere").click()
    here.page.wait_for_url("**/login")

    there.go("/dashboard")
    assert there.page.url == f"{there.server.url}/login"


def test_an_account_is_deleted_only_after_the_words_were_typed(visitor: Visitor, listener: str) -> None:
    page = visitor.sign_in(listener)
    visitor.sync()
    visitor.go("/settings")
    words = page.get_by_label("Type “delete everything” to confirm")
    visitor.expected_statuses = {400}

    words.fill("delete it")
    page.get_by_role("button", name="Delete my account").click()
    expect(page.locator("#delete-error")).to_contain_text("Nothing was deleted.")
    assert words.get_attribute("aria-invalid") == "true"

    words.fill("delete everything")
    page.get_by_role("button", name="Delete my account").click()
    page.wait_for_url("**/login")
    expect(page.locator("#notice")).to_contain_text("Your account and everything in it are deleted.")

    visitor.sign_in(listener)
    expect(page.locator("#stats-card")).to_contain_text("No plays yet.")
