"""A day's page: every play of it in local time, and in words what is not known."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from sqlalchemy import update

from spotistats.extensions import transaction
from spotistats.models import User
from tests.support.kinds import ON_SQLITE
from tests.support.listeners import Browser
from tests.support.pages import SVG, by_id, checked, text_of
from tests.support.rows import Heard, store_plays, store_sync, user_id_of

pytestmark = ON_SQLITE

NO_DAYS = (
    "yesterday",
    "2026-02-30",
    "2026-2-3",
    "20261120",
    "2026-W47-5",
    "2026-11-20T00:00",
    "2026-11-20%0A",
    "0001-01-01",
    "9999-12-31",
    "٢٠٢٦-11-20",
    "-2026-11-20",
    "2026-11-20 ",
    "x" * 5000,
    "%00",
)


@pytest.fixture
def listen(alice: Browser, app: Flask) -> Callable[..., None]:
    """Store plays of Alice's, and the end of a sync."""

    def store(*played_at: datetime, synced: datetime, timezone: str = "UTC", **sync: object) -> None:
        with app.app_context():
            with transaction() as session:
                session.execute(update(User).values(timezone=timezone))
            heard = [Heard(moment, f"a{number}") for number, moment in enumerate(played_at)]
            store_plays(user_id_of("alice"), heard, timezone=timezone)
            store_sync(user_id_of("alice"), 1, ended=synced, **sync)

    return store


def page_of(browser: Browser, day: date | str, *, number: int | None = None) -> Element:
    path = f"/history/{day}" + (f"?page={number}" if number else "")
    answer = browser.get(path)
    assert answer.status_code == 200
    return next(checked(answer.text, path).iter("main"))


def links(root: Element) -> list[str]:
    return [link.attrib["href"] for link in (*root.iter("a"), *root.iter(f"{SVG}a"))]


def test_what_is_no_day(alice: Browser) -> None:
    for text in NO_DAYS:
        answer = alice.get(f"/history/{text}")
        assert answer.status_code == 400, text
        checked(answer.text, text)
        assert "There is no such day." in answer.text
        assert '<a class="button" href="/history">To the history</a>' in answer.text


def test_the_plays_of_a_local_day_the_first_one_first(
    alice: Browser, bob: Browser, app: Flask, listen: Callable[..., None]
) -> None:
    """At 23:50 in Tokyo it is the 20th still, which in UTC ended hours later."""
    day = datetime(2026, 3, 20, tzinfo=UTC)
    played = [
        day - timedelta(hours=9, seconds=1),
        day - timedelta(hours=8),
        day + timedelta(hours=14, minutes=50),
    ]
    after = day + timedelta(hours=15)
    listen(*played, after, synced=day + timedelta(days=2), timezone="Asia/Tokyo")
    with app.app_context():
        store_plays(user_id_of("bob"), [Heard(day, "z1")])
    main = page_of(alice, "2026-03-20")
    text = text_of(main)
    rows = [text_of(row) for row in main.findall(".//section[2]//li")]
    assert [row[-5:] for row in rows] == ["01:00", "23:50"]
    assert ["a1" in rows[0], "a2" in rows[1]] == [True, True]
    assert "Friday, 20 March 2026 6 minutes 2 plays" in text
    assert "at least" not in text
    assert links(main)[1:] == ["/history/2026-03-19", "/history/2026-03-21"]
    assert "z1" not in text
    assert "z1" in text_of(page_of(bob, "2026-03-20"))


def test_a_silent_day_is_told_from_one_that_is_not_known(alice: Browser, listen: Callable[..., None]) -> None:
    noon = datetime(2026, 3, 20, 12, tzinfo=UTC)
    listen(noon, noon + timedelta(days=3), synced=noon + timedelta(days=5))
    silent = text_of(page_of(alice, "2026-03-21"))
    assert "Nothing was heard on this day." in silent
    for unknown, words in (
        ("2026-03-19", "Your history begins on 20 March 2026."),
        ("2026-03-26", "Nothing is known since 25 March 2026."),
    ):
        text = text_of(page_of(alice, unknown))
        assert "Nothing is known of this day." in text
        assert words in text
        assert "0 minutes" not in text
        assert "Nothing was heard" not in text


def test_days_that_are_known_in_part(alice: Browser, listen: Callable[..., None]) -> None:
    noon = datetime(2026, 3, 20, 12, tzinfo=UTC)
    gap = {"gap_started_at": noon + timedelta(days=1), "gap_ended_at": noon + timedelta(days=4)}
    days = [noon + timedelta(days=number) for number in (0, 1, 4, 6)]
    listen(*days, synced=noon + timedelta(days=6, hours=3), **gap)
    for day, words in (
        ("2026-03-20", "Your history begins on this day"),
        ("2026-03-21", "may be missing: more than 50 were played"),
        ("2026-03-24", "may be missing: more than 50 were played"),
        ("2026-03-26", "Nothing is known after 15:00 of this day."),
    ):
        text = text_of(page_of(alice, day))
        assert "at least 3 minutes ≥ at least 1 play" in text, day
        assert words in text
    inside = text_of(page_of(alice, "2026-03-22"))
    assert "Nothing is known of this day." in inside
    assert "may be missing" in inside
    assert "at least" not in text_of(page_of(alice, "2026-03-25")), "a silent day between"


def test_today_and_tomorrow(alice: Browser, listen: Callable[..., None]) -> None:
    now = datetime.now(UTC)
    listen(now - timedelta(days=30), now, synced=now)
    assert "3 minutes 1 play, so far" in text_of(page_of(alice, now.date()))
    assert "so far" not in text_of(page_of(alice, now.date() - timedelta(days=30)))
    tomorrow = text_of(page_of(alice, now.date() + timedelta(days=1)))
    assert "This day has not come yet." in tomorrow
    assert "Nothing is known" not in tomorrow


def test_today_without_plays_is_not_over(alice: Browser, listen: Callable[..., None]) -> None:
    now = datetime.now(UTC)
    listen(now - timedelta(days=30), synced=now)
    main = page_of(alice, now.date())
    assert "No plays so far today. What you hear appears here after a sync. To the Sync button" in _spaced(
        main
    )
    assert "/dashboard" in links(main)
    assert "Nothing was heard" not in text_of(main)
    assert "Nothing was heard on this day." in text_of(page_of(alice, now.date() - timedelta(days=1)))


def test_today_before_its_first_sync(alice: Browser, listen: Callable[..., None]) -> None:
    now = datetime.now(UTC)
    listen(now - timedelta(days=30), synced=now - timedelta(days=2))
    assert "Nothing is known of today yet." in text_of(page_of(alice, now.date()))
    assert "Nothing is known of this day." in text_of(page_of(alice, now.date() - timedelta(days=1)))


def test_the_most_played_with_their_plays(alice: Browser, app: Flask) -> None:
    """Of tracks that were played once, none was played most."""
    noon = datetime(2026, 3, 20, 12, tzinfo=UTC)
    with app.app_context():
        for day, heard in ((0, "a1 a2 b1 b1 a3"), (1, "a1 a2 b1"), (2, "a1 b1 c1"), (3, "a1 b1 a1 b1")):
            plays = [
                Heard(noon + timedelta(days=day, minutes=5 * at), track)
                for at, track in enumerate(heard.split())
            ]
            store_plays(user_id_of("alice"), plays)
    assert "Name of artist-a Artist 3 plays" in _spaced(page_of(alice, "2026-03-20"))
    assert "Name of b1 Name of artist-b 2 plays" in _spaced(page_of(alice, "2026-03-20"))
    one_artist = _spaced(page_of(alice, "2026-03-21"))
    assert "Name of artist-a Artist 2 plays" in one_artist
    assert "1 play" not in one_artist
    assert "Most played" not in text_of(page_of(alice, "2026-03-22"))
    rule = "Among equals, the one that was heard longer."
    days = [date(2026, 3, day) for day in (20, 21, 22, 23)]
    assert [day.day for day in days if rule in text_of(page_of(alice, day))] == [23], "nobody else is equal"


def _spaced(main: Element) -> str:
    return " ".join(" ".join(main.itertext()).split())


def test_a_long_day_is_cut_into_pages(alice: Browser, app: Flask) -> None:
    start = datetime(2026, 3, 20, tzinfo=UTC)
    heard = [Heard(start + timedelta(minutes=5 * number), f"a{number}") for number in range(230)]
    with app.app_context():
        store_plays(user_id_of("alice"), heard)
    shown = []
    for number in (1, 2, 3):
        main = page_of(alice, "2026-03-20", number=number)
        shown += [text_of(next(row.iter("bdi"))) for row in main.findall(".//section[2]//li")]
        assert (f"/history/2026-03-20?page={number + 1}" in links(main)) == (number < 3)
    assert shown == [f"Name of a{number}" for number in range(230)]
    assert text_of(by_id(main, "plays-title")) == "Plays 201 – 230"
    for wrong in ("4", "0", "-1", "x", "", "1e3", "²", "100000", "9" * 5000):
        answer = alice.get("/history/2026-03-20", query_string={"page": wrong})
        assert answer.status_code == 400, wrong
        assert "no such page of this day" in answer.text
        assert '<a class="button" href="/history/2026-03-20">' in answer.text


def test_every_way_to_a_day(alice: Browser, listen: Callable[..., None]) -> None:
    """Bars, calendar and rows lead to it; the calendar's days are no stops for the Tab key."""
    now = datetime.now(UTC)
    listen(now - timedelta(days=2), now, synced=now)
    root = checked(alice.get("/dashboard").text, "/dashboard")
    days = [f"/history/{now.date() - timedelta(days=ago)}" for ago in (2, 1, 0)]
    labels = next(element for element in root.iter("ol") if element.attrib.get("class") == "bar-labels")
    assert links(labels) == days
    assert links(next(root.iter("figure")))[-3:] == days, "the bars themselves, for a pointer"
    recent = by_id(root, "recent-plays")
    assert links(recent) == [days[-1], "/history"]
    assert "All plays of today All days" in text_of(recent)
    root = checked(alice.get("/history").text, "/history")
    cells = list(root.iter(f"{SVG}a"))
    assert [cell.attrib["href"] for cell in cells] == days
    assert {cell.attrib["tabindex"] for cell in cells} == {"-1"}
    assert links(next(root.iter("tbody"))) == [days[2], days[0]]
