"""How values are written on pages."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from spotistats.web import filters
from tests.support.apps import MakeApp
from tests.support.names import NASTY


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 minutes"),
        (1, "1 minute"),
        (999, "999 minutes"),
        (1000, "16 h 40 min"),
        (60_000, "1,000 h 0 min"),
    ],
)
def test_minutes(value: int, text: str) -> None:
    assert filters.minutes(value) == text


def test_names_are_cut_and_left_without_what_no_page_can_show() -> None:
    for name in NASTY:
        assert len(filters.short(name)) <= 300
    assert filters.short("a" * 300) == "a" * 300
    assert filters.short("a" * 301) == "a" * 299 + "…"
    assert filters.short("b\a\x1b[1m\x9f\ufffe\tc") == "b[1m\tc"


def test_initials_and_colours() -> None:
    assert filters.initial("«éclair»") == "É"
    assert filters.initial("…") == filters.initial("") == "♪"
    assert all(filters.tint(name) in range(6) for name in NASTY)


def test_dates() -> None:
    day = date(2026, 11, 1)
    assert filters.day(day) == "Sunday, 1 November 2026"
    assert filters.day_short(day) == "1 Nov"
    assert filters.weekday(day) == "Sun"
    assert (filters.month(day), filters.month_short(day)) == ("November 2026", "Nov")


def test_cells_are_escaped_and_name_their_column(app: Flask) -> None:
    def cell(value: object) -> str:
        template = app.jinja_env.get_template("components/tables.html")
        return str(template.module.cell(value, "x_at")).strip()  # type: ignore[attr-defined]

    assert "<b>" not in cell("<b>\"'")
    assert cell(["<b>", "x"]).endswith("<bdi>&lt;b&gt;, x</bdi></td>")
    assert cell(None) == '<td class="nothing" data-label="X at (UTC)">–</td>'
    assert cell(12_345) == '<td class="n" data-label="X at (UTC)">12,345</td>'
    assert cell(datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)).endswith(">2026-01-02 03:04:05.678</td>")
    assert cell(date(2026, 1, 2)).endswith(">2026-01-02</td>")


def test_columns_in_words() -> None:
    assert filters.label("played_at") == "Played at (UTC)"
    assert filters.label("top_artist") == "Top artist"
    assert filters.label("id") == "Number"
    assert [filters.label("name", f"top-{kind}") for kind in ("artists", "tracks")] == ["Artist", "Track"]


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", "UTC"),
        ("Europe/Berlin", "Berlin"),
        ("America/Argentina/Buenos_Aires", "Argentina – Buenos Aires"),
        ("Asia/Calcutta", "Kolkata"),
        ("Antarctica/DumontDUrville", "Dumont d’Urville"),
    ],
)
def test_zones_are_named_as_their_list_has_them(zone: str, shown: str) -> None:
    assert filters.place(zone) == shown


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(0, "0:00"), (999, "0:00"), (222_000, "3:42"), (3_599_999, "59:59"), (4_000_000, "1:06:40")],
)
def test_durations(milliseconds: int, text: str) -> None:
    assert filters.duration(milliseconds) == text


@pytest.mark.parametrize(("seconds", "wait"), [(None, 30), (-5, 30), (0.2, 1), (12.3, 13), (3600, 30)])
def test_a_page_looks_again_when_the_next_sync_is_possible(seconds: float | None, wait: int) -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    next_sync_at = None if seconds is None else now + timedelta(seconds=seconds)
    assert filters.look_again(next_sync_at, now) == wait


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "just now"),
        (59.9, "just now"),
        (60, "1 minute ago"),
        (47 * 3600, "1 day ago"),
        (-0.5, "in less than a minute"),
        (-59, "in less than a minute"),
        (-61, "in 2 minutes"),
        (-3600, "in 1 hour"),
    ],
)
def test_distances_from_now(seconds: float, text: str) -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert filters.ago(now - timedelta(seconds=seconds), now) == text


def test_moments_as_one_says_them_today(app: Flask) -> None:
    with app.test_request_context():
        moment = datetime(2026, 3, 1, 12, 5, tzinfo=UTC)
        assert filters.moment(moment) == "1 March 2026, 12:05"
        assert filters.local_day(moment) == "1 March 2026"
        assert filters.near(moment, date(2026, 3, 1)) == "12:05"
        assert filters.near(moment, date(2026, 3, 7)) == "Sun 12:05"
        assert filters.near(moment, date(2026, 3, 8)) == "1 Mar, 12:05"
        assert filters.near(moment, date(2027, 1, 1)) == "1 Mar 2026, 12:05"


@pytest.mark.parametrize(
    ("address", "is_shown"),
    [
        ("https://i.scdn.co/image/x", True),
        ("https://mosaic.scdn.co/640/x", True),
        ("http://i.scdn.co/image/x", False),
        ("https://i.scdn.co:8443/x", False),
        ("https://user@i.scdn.co/x", False),
        ("https://scdn.co.evil.example/x", False),
        ("https://evilscdn.co/x", False),
        ("//i.scdn.co/x", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https://[", False),
        ("http://127.0.0.1:9/cover.svg", False),
        ("", False),
        (None, False),
    ],
)
def test_only_spotifys_pictures(app_alone: Flask, address: str | None, is_shown: bool) -> None:
    with app_alone.app_context():
        assert filters.picture(address) == (address if is_shown else None)


def test_the_demo_shows_the_simulators_pictures(make_app_alone: MakeApp) -> None:
    with make_app_alone(DEMO="1", SPOTIFY_API_URL="http://127.0.0.1:9/v1").app_context():
        assert filters.picture("http://127.0.0.1:9/cover.svg") == "http://127.0.0.1:9/cover.svg"
        assert filters.picture("http://127.0.0.1:10/cover.svg") is None
