"""The history page: every day of the span, and spans in words."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tests.support.listeners import Browser
from tests.support.pages import SVG, checked, text_of
from tests.support.rows import Heard, store_plays, store_sync, user_id_of

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
        assert '<a class="button" href="/history">To the history</a>' in answer.text
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
    assert "4 minutes Music on 2 days. The longest was" in text
    assert "Name of a364" in text
    assert "Top artist and top track have the most plays of the day; among equals, the one that was" in text
    assert "Name of a365" not in text


def shown(browser: Browser, path: str) -> tuple[str, list[str], list[str]]:
    """Return the main part's text, the titles of the unknown cells, and the labels of the months."""
    main = next(checked(browser.get(path).text, path).iter("main"))
    unknown = [rect for rect in main.iter(f"{SVG}rect") if rect.attrib["class"] == "unknown"]
    titles = [text_of(title) for rect in unknown for title in rect.iter(f"{SVG}title")]
    spans = [span for figure in main.iter("figure") for span in figure.iter("span")]
    labels = [text_of(span) for span in spans if span.attrib.get("class") == "unseen"]
    return text_of(main), titles, labels


def test_a_span_that_is_known_from_end_to_end(alice: Browser, app: Flask) -> None:
    now = datetime.now(UTC)
    with app.app_context():
        store_plays(user_id_of("alice"), [Heard(now - timedelta(days=days), f"a{days}") for days in (40, 3)])
        store_sync(user_id_of("alice"), 1, ended=now)
    text, unknown, labels = shown(alice, "/history?days=30")
    assert "3 minutes All of it on" in text
    for missing in ("at least", "≥", "All that is stored"):
        assert missing not in text + "".join(labels)
    assert unknown == []
    for words in ("Not known", "Your history begins", "Nothing is known"):
        assert words not in text
    assert "Nothing was heard in these days." in shown(alice, "/history?days=2")[0]


def test_days_that_are_not_known_are_not_days_of_nothing(alice: Browser, app: Flask) -> None:
    """The history begins 20 days ago, has a gap from 15 to 10 days ago and ends 5 days ago."""
    now = datetime.now(UTC)

    def ago(days: int) -> datetime:
        return now - timedelta(days=days)

    with app.app_context():
        heard = [Heard(ago(days), f"a{days}") for days in (20, 15, 10)]
        store_plays(user_id_of("alice"), heard)
        store_sync(user_id_of("alice"), 1, ended=ago(5), gap_started_at=ago(15), gap_ended_at=ago(10))
    text, unknown, labels = shown(alice, "/history?days=30")
    longest, begins, ends = ago(10), ago(20), ago(5)
    assert "at least 9 minutes Music on 3 days" in text
    assert f"The longest was {longest:%A}, {longest.day} {longest:%B} {longest.year}, with at least 3" in text
    assert "“≥” means at least" in text
    assert f"Your history begins on {begins.day} {begins:%B} {begins.year}." in text
    assert f" Nothing is known since {ends.day} {ends:%B} {ends.year}. Plays may be missing" in text
    assert "Not known Nothing" in text
    expected = [ago(days) for days in [*range(29, 20, -1), 14, 13, 12, 11, *range(4, -1, -1)]]
    assert unknown == [f"{day:%A}, {day.day} {day:%B} {day.year}: not known" for day in expected]
    assert any("at least" in label for label in labels)
    root = checked(alice.get("/history?days=30").text, "/history")
    rows = [text_of(row) for body in root.iter("tbody") for row in body]
    assert [row.count("≥ at least") for row in rows] == [2, 2, 2], "the plays and the minutes of each"
    text, _, labels = shown(alice, "/history?days=3")
    assert "No plays are stored for these days." in text
    assert "Nothing was heard" not in text


def test_a_month_before_the_history_has_no_minutes_at_all(alice: Browser, app: Flask) -> None:
    now = datetime.now(UTC)
    with app.app_context():
        store_plays(user_id_of("alice"), [Heard(now)])
        store_sync(user_id_of("alice"), 1, ended=now)
    text, _, labels = shown(alice, "/history?days=90")
    assert "at least 3 minutes All that is stored is of" in text
    assert labels[0].endswith(": not known")
    assert now.day == 1 or labels[-1].endswith(": at least 3 minutes")
    assert "The calendar leaves out" not in shown(alice, "/history?days=30")[0]
    text, _, labels = shown(alice, "/history")
    assert len(labels) == 3
    assert f"The calendar leaves out the months before {labels[0].partition(':')[0]}." in text


def test_a_calendar_that_begins_late_says_so_where_the_history_began_long_before(
    alice: Browser, app: Flask
) -> None:
    now = datetime.now(UTC)
    long_ago, lately = now - timedelta(days=600), now - timedelta(days=20)
    with app.app_context():
        store_plays(user_id_of("alice"), [Heard(long_ago), Heard(lately)])
        gap = {"gap_started_at": long_ago, "gap_ended_at": lately}
        store_sync(user_id_of("alice"), 1, ended=now, **gap)
    text, _, labels = shown(alice, "/history")
    assert "Your history begins" not in text
    assert f"The calendar leaves out the months before {labels[0].partition(':')[0]}." in text


def test_a_year_is_named_twice_only_where_the_years_differ(alice: Browser) -> None:
    today = datetime.now(UTC)
    for days, year in ((1, ""), (366, f" {today.year - 1}")):
        first = today - timedelta(days=days - 1)
        text = shown(alice, f"/history?days={days}")[0]
        assert f"{first.day} {first:%b}{year} – {today.day} {today:%b} {today.year}" in text


def month_totals(browser: Browser, path: str) -> list[str]:
    root = checked(browser.get(path).text, path)
    numbers = [span for summary in root.iter("summary") for span in summary.iter("span")]
    return [text_of(span) for span in numbers if span.attrib.get("class") == "n"]


def test_a_month_with_days_that_are_not_known_has_at_least_its_minutes(alice: Browser, app: Flask) -> None:
    now = datetime.now(UTC)
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    before = first - timedelta(days=1)
    with app.app_context():
        store_plays(
            user_id_of("alice"), [Heard(before.replace(day=9)), Heard(before, "b1"), Heard(first, "c1")]
        )
        store_sync(user_id_of("alice"), 1, ended=now)
    assert month_totals(alice, "/history") == ["3 minutes", "at least 6 minutes"]
    with app.app_context():
        store_sync(
            user_id_of("alice"), 2, ended=now, gap_started_at=before, gap_ended_at=first + timedelta(hours=9)
        )
    assert month_totals(alice, "/history") == ["at least 3 minutes", "at least 6 minutes"]


def test_a_past_month_is_whole_only_where_its_last_day_is(alice: Browser, app: Flask) -> None:
    """The last sync was on the last day of the month before, at ten; later, one follows after its end."""
    first = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    last_day = first - timedelta(days=1)
    with app.app_context():
        store_plays(
            user_id_of("alice"), [Heard(last_day - timedelta(days=50)), Heard(last_day.replace(day=9), "b1")]
        )
        store_sync(user_id_of("alice"), 1, ended=last_day + timedelta(hours=10))
    assert month_totals(alice, "/history")[0] == "at least 3 minutes"
    with app.app_context():
        store_sync(user_id_of("alice"), 2, ended=first)
    assert month_totals(alice, "/history")[0] == "3 minutes"


def pills(browser: Browser, path: str) -> list[str]:
    root = checked(browser.get(path).text, path)
    return [text_of(link) for nav in root.iter("nav") if nav.attrib.get("class") == "pills" for link in nav]


def test_no_span_is_offered_that_is_longer_than_what_is_stored(alice: Browser, app: Flask) -> None:
    now = datetime.now(UTC)
    assert pills(alice, "/history") == []
    for days_ago, spans in (
        (20, ["30 days", "1 year"]),
        (30, ["30 days", "90 days", "1 year"]),
        (365, ["30 days", "90 days", "1 year", "3 years"]),
        (4000, ["30 days", "90 days", "1 year", "3 years", "10 years"]),
    ):
        with app.app_context():
            store_plays(user_id_of("alice"), [Heard(now - timedelta(days=days_ago))])
        assert pills(alice, "/history") == spans
    assert "10 years" in pills(alice, "/history?days=3650")


def test_a_span_that_is_not_among_the_usual_ones_is_offered_as_the_present_one(
    alice: Browser, app: Flask
) -> None:
    with app.app_context():
        store_plays(user_id_of("alice"), [Heard(datetime.now(UTC))])
    for days, spans in (
        (1, ["1 day", "30 days", "1 year"]),
        (7, ["7 days", "30 days", "1 year"]),
        (400, ["30 days", "1 year", "400 days"]),
        (30, ["30 days", "1 year"]),
    ):
        path = f"/history?days={days}"
        assert pills(alice, path) == spans
        links = checked(alice.get(path).text, path).iter("a")
        chosen = [link.attrib["href"] for link in links if link.attrib.get("aria-current") == "page"]
        assert chosen == ["/history", path]
