"""Every form and link works without JavaScript."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from spotistats.simulator import Simulator
from tests.browser.visitor import Visitor


@pytest.fixture
def plain(open_browser: Callable[..., Visitor]) -> Visitor:
    return open_browser(java_script_enabled=False)


def test_signing_in_and_syncing(plain: Visitor, listener: str) -> None:
    page = plain.sign_in(listener)
    expect(page.locator("#notice")).to_contain_text("Your days begin and end at midnight in UTC")
    expect(page.get_by_role("link", name="choose yours in the settings")).to_have_attribute(
        "href", "/settings"
    )

    plain.sync()

    assert page.url.endswith("/dashboard")
    expect(page.locator("#sync-status")).to_contain_text("5 new plays")
    expect(page.locator("#stats-card")).to_have_attribute("data-minutes", "15")

    plain.sync()

    expect(page.locator("#sync-status")).to_contain_text("The next sync is possible in")


def test_a_withdrawn_consent_is_renewed(plain: Visitor, listener: str, spotify: Simulator) -> None:
    page = plain.sign_in(listener)
    spotify.revoke(listener)

    plain.sync()
    expect(page.locator("#sync-status")).to_contain_text("Please connect Spotify again")
    spotify.auto_agree = listener
    page.get_by_role("button", name="Connect Spotify again").first.click()
    page.wait_for_url("**/dashboard")
    plain.sync()

    assert "5 new plays" in page.locator("#sync-status").inner_text()


def test_every_form_of_the_settings(plain: Visitor, listener: str, spotify: Simulator) -> None:
    plain.sign_in(listener)
    page = plain.go("/settings")

    page.get_by_label("Your days begin and end at midnight in").select_option("Europe/Lisbon")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#notice")).to_contain_text("the clocks of Lisbon")

    page.get_by_role("button", name="Disconnect Spotify").click()
    expect(page.locator("#notice")).to_contain_text("Spotify is disconnected")
    expect(page.get_by_role("button", name="Disconnect Spotify")).to_have_count(0)

    spotify.auto_agree = listener
    page.get_by_role("button", name="Connect Spotify").click()
    page.wait_for_url("**/settings")
    expect(page.get_by_role("button", name="Disconnect Spotify")).to_be_visible()

    page.get_by_label("Type “delete everything” to confirm").fill("no")
    page.get_by_role("button", name="Delete my account").click()
    expect(page.locator("#delete-error")).to_be_in_viewport(ratio=1)

    page.get_by_label("Type “delete everything” to confirm").fill("delete everything")
    page.get_by_role("button", name="Delete my account").click()
    page.wait_for_url("**/login")
    assert "Your account and everything in it are deleted." in page.locator("#notice").inner_text()


def test_the_tables_and_their_files(plain: Visitor, listener: str) -> None:
    page = plain.sign_in(listener)
    plain.sync()
    plain.go("/my-data/plays")
    expect(page.get_by_role("row")).to_have_count(6)

    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()

    assert download.value.suggested_filename == "spotistats-plays.csv"
    assert download.value.path().read_text().count("Slow Harbour") == 5


def test_signing_out(plain: Visitor, listener: str) -> None:
    page = plain.sign_in(listener)

    page.get_by_role("button", name="Sign out").click()

    page.wait_for_url("**/login")
    assert page.locator("#notice").inner_text() == "You are signed out."
    plain.go("/dashboard")
    assert page.url == f"{plain.server.url}/login"
