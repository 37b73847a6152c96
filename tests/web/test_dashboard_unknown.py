"""The dashboard says of which days nothing is known, instead of showing them as silent."""

from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

import pytest
from flask import Flask

from tests.support.listeners import Browser
from tests.support.pages import SVG, by_id, checked, text_of
from tests.support.rows import Heard, store_plays, store_sync, user_id_of

LEAST_3 = "≥ at least 3"  # The sign is for the eye, the words are for the ear.


def ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def words(moment: datetime) -> str:
    return f"{moment.day} {moment:%B} {moment.year}"


def card(browser: Browser) -> Element:
    return by_id(checked(browser.get("/dashboard").text, "/dashboard"), "stats-card")


def labels(stats: Element) -> list[str]:
    """Return the numbers under the seven bars."""
    [found] = [element for element in stats.iter("ol") if element.attrib.get("class") == "bar-labels"]
    return [text_of(number) for number in found.iter("b")]


@pytest.fixture
def alice_id(alice: Browser, app: Flask) -> int:
    with app.app_context():
        return user_id_of("alice")


def listen(app: Flask, user_id: int, *days_ago: float, synced: float, **sync: object) -> None:
    """Store a play of 3 minutes for each of the days, and the end of a sync."""
    with app.app_context():
        store_plays(user_id, [Heard(ago(days), f"a{number}") for number, days in enumerate(days_ago)])
        store_sync(user_id, 1, ended=ago(synced), **sync)


def test_two_whole_weeks_are_compared(alice: Browser, app: Flask, alice_id: int) -> None:
    listen(app, alice_id, 20, 9, 8, 2, synced=0)
    stats = card(alice)
    text = text_of(stats)
    assert labels(stats) == ["0", "0", "0", "0", "3", "0", "0"]
    assert f"The longest day was {ago(2):%A}, with 3 minutes." in text
    assert "50 % less than in the seven days before · 1 of 7 days with music" in text
    for missing in ("at least", "not known", "known day"):
        assert missing not in text


def test_silence_in_two_whole_weeks_is_told_as_silence(alice: Browser, app: Flask, alice_id: int) -> None:
    listen(app, alice_id, 20, synced=0)
    text = text_of(card(alice))
    assert "0 minutes" in text
    assert "No plays in the last 7 days." in text
    assert "known" not in text.lower()


def test_a_history_that_begins_in_the_week(alice: Browser, app: Flask, alice_id: int) -> None:
    listen(app, alice_id, 3, 1, 0, synced=0)
    stats = card(alice)
    text = text_of(stats)
    assert (stats.attrib["data-minutes"], stats.attrib["data-active-days"]) == ("9", "3")
    assert labels(stats) == ["–", "–", "–", LEAST_3, "0", "3", "3"]
    assert "at least 9 minutes" in text
    assert f"Your history begins on {words(ago(3))}. Music on 3 of 4 known days." in text
    assert "%" not in text
    drawing = next(stats.iter(f"{SVG}svg"))
    marks = [mark.attrib["class"] for mark in drawing.iter() if "class" in mark.attrib]
    assert marks == ["unknown", "unknown", "unknown", "day", "none", "day", "max"], "the latest of several"
    assert f"not known, {ago(6):%a}" in text
    [table] = stats.iter("tbody")
    assert text_of(table[3]).endswith("≥ at least 3≥ at least 1")


def test_a_history_that_begins_in_the_week_before(alice: Browser, app: Flask, alice_id: int) -> None:
    listen(app, alice_id, 9, 1, synced=0)
    text = text_of(card(alice))
    assert f"Your history begins on {words(ago(9))}. 1 of 7 days with music." in text
    assert "at least" not in text, "the seven days are whole"
    assert "%" not in text


def test_nobody_has_looked_for_days(alice: Browser, app: Flask, alice_id: int) -> None:
    listen(app, alice_id, 20, 5, synced=4)
    stats = card(alice)
    text = text_of(stats)
    assert labels(stats) == ["0", "3", "0", "–", "–", "–", "–"]
    assert "at least 3 minutes" in text
    assert f"Nothing is known since {words(ago(4))}. Press Sync. Music on 1 of 3 known days." in text


def test_nobody_has_looked_for_weeks(alice: Browser, app: Flask, alice_id: int) -> None:
    listen(app, alice_id, 400, 390, synced=380)
    stats = card(alice)
    text = text_of(stats)
    assert stats.attrib["data-minutes"] == "0"
    assert "0 minutes" not in text
    assert f"Nothing is known since {words(ago(380))}." in text
    assert "No plays are stored for the last 7 days." in text


def test_a_gap_between_two_syncs(alice: Browser, app: Flask, alice_id: int) -> None:
    listen(app, alice_id, 20, 5, 1, synced=0, gap_started_at=ago(5), gap_ended_at=ago(1))
    stats = card(alice)
    text = text_of(stats)
    assert labels(stats) == ["0", LEAST_3, "–", "–", "–", LEAST_3, "0"]
    assert "at least 6 minutes" in text
    assert f"The longest day was {ago(1):%A}, with at least 3 minutes." in text
    assert "Plays may be missing, so nothing is compared. Music on 2 of 4 known days." in text
    assert "more than 50 were played between two syncs" in text


def test_without_any_play_nothing_is_known(alice: Browser) -> None:
    text = text_of(card(alice))
    assert "0 minutes" not in text
    assert "No plays yet. Press Sync." in text
    assert "Nothing is known since" not in text


def test_a_sync_that_brings_nothing_ends_what_is_unknown(alice: Browser, app: Flask, alice_id: int) -> None:
    listen(app, alice_id, 20, 5, synced=4)
    assert "–" in labels(card(alice))
    assert alice.sync_json().json["plays_added"] == 0  # type: ignore[index]
    assert labels(card(alice)) == ["0", "3", "0", "0", "0", "0", "0"]
