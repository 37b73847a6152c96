"""The history page: every day of the span, and spans in words."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tests.support.kinds import ON_SQLITE
from tests.support.listeners import Browser
from tests.support.pages import SVG, checked, text_of
from tests.support.rows import Heard, store_plays, user_id_of

pytestmark = ON_SQLITE

WORDS = "The number of days must be a whole number from 1 to 3,650."


NO_SPANS = (
    "abc",
    "",
    "0",
    "-1",
    "3651",
    "1e3",
    "1.5",
    "٣٠",
    "３０",
    "²",
    " 30",
    "+30",
    "0x1e",
    "9" * 5000,
    "\0",
    "30\n",
)


def test_a_span_that_is_no_number_of_days(alice: Browser) -> None:
    for days in NO_SPANS:
        answer = alice.get("/history", query_string={"days": days})
        assert answer.status_code == 400, days
        checked(answer.text, "/history")
        assert WORDS in answer.text
        answer = alice.get("/history", query_string={"days": days}, headers={"Accept": "application/json"})
        assert answer.json == {"error": WORDS}


@pytest.mark.parametrize("days", ["1", "7", "3650", "007"])
def test_every_day_of_the_span_has_a_cell(alice: Browser, app: Flask, days: str) -> None:
    now = datetime.now(UTC)
    with app.app_context():
        store_plays(user_id_of("alice"), [Heard(now), Heard(now - timedelta(days=int(days)), "b1")])
    root = checked(alice.get(f"/history?days={days}").text, "/history")
    [figure] = [element for element in root.iter("figure") if element.attrib.get("class") == "calendar"]
    cells = [title for rect in figure.iter(f"{SVG}rect") for title in rect.iter(f"{SVG}title")]
    begins = now.date() - timedelta(days=int(days) - 1)
    if int(days) > 366:  # Years of nothing are not drawn.
        begins = max(begins, now.date().replace(month=1, day=1))
    assert len(cells) == (now.date() - begins).days + 1
    assert text_of(cells[-1]) == f"{now:%A}, {now.day} {now:%B} {now.year}: 3 minutes"
    assert len([row for body in root.iter("tbody") for row in body.iter("tr")]) == 1, "the day before is out"


def test_a_year_is_the_usual_span(alice: Browser, app: Flask) -> None:
    now = datetime.now(UTC)
    with app.app_context():
        heard = [Heard(now - timedelta(days=days), f"a{days}", 120_000) for days in (0, 364, 365)]
        store_plays(user_id_of("alice"), heard)
    text = text_of(next(checked(alice.get("/history").text, "/history").iter("main")))
    assert "4 minutes on 2 days" in text
    assert "Name of a364" in text
    assert "Name of a365" not in text
