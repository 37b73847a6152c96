"""Every stored row, to look at and to take away."""

import base64
import csv
import io
import json
import re
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from spotistats.extensions import transaction
from spotistats.models import User
from spotistats.simulator import Simulator
from spotistats.stats import my_data
from spotistats.stats.my_data import TABLES
from spotistats.web.my_data import _csv_cell
from tests.support.listeners import Browser
from tests.support.names import NASTY
from tests.support.pages import checked, text_of
from tests.support.rows import Heard, everything, store_plays, user_id_of
from tests.support.weeks import give_everybody_plays, plays_named

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def cursor(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).decode()


NO_PLACES = [
    "",
    "x",
    "é",
    "====",
    "\0",
    "a" * 5000,
    base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    cursor("not JSON"),
    cursor("[" * 3000),
    cursor("1" * 5000),
    cursor(None),
    cursor({}),
    cursor([]),
    cursor(["x"]),
    cursor([None, None]),
    cursor([1, 2]),
    cursor([["x"], "y"]),
    cursor(["x", "y", "z"]),
    cursor(["2026-01-01T00:00:00", "track"]),
    cursor(["2026-01-01", "track"]),
    cursor(["0000-01-01T00:00:00+00:00", "track"]),
    cursor(["0001-01-01T00:00:00+14:00", "track"]),
    cursor(["9999-12-31T23:59:59-14:00", "track"]),
    cursor(["99999-12-31T23:59:59+00:00", "track"]),
    cursor(["2026-01-01T00:00:00+99:00", "track"]),
    cursor(["2026-01-01T00:00:00+00:00", "tr\0ack"]),
    cursor(["2026-01-01T00:00:00+00:00\0", "track"]),
    cursor(["2026-01-01T00:00:00+00:00", "\ud800"]),
    cursor(["short_term", "1e3"]),
    cursor(["short_term", "-1"]),
    cursor(["short_term", str(2**31)]),
    cursor(["short_term", "9" * 5000]),
    cursor(["\ud800", "1"]),
    cursor(["0000-00-00"]),
    cursor(["2026-02-30"]),
    cursor(["10000-01-01"]),
    cursor(["NaN"]),
]


@pytest.mark.parametrize("name", TABLES)
def test_a_place_that_does_not_exist(alice: Browser, name: str) -> None:
    for after in NO_PLACES:
        answer = alice.get(f"/my-data/{name}", query_string={"after": after})
        assert answer.status_code == 400, after
        checked(answer.text, name)
        assert "no such page of this table" in answer.text
        assert f'<a class="button" href="/my-data/{name}">' in answer.text


@pytest.mark.parametrize(
    ("name", "after"),
    [
        ("plays", ["0001-01-01T00:00:00+00:00", ""]),
        ("plays", ["9999-12-31T23:59:59.999999+00:00", "x" * 600]),
        ("days", ["0001-01-01"]),
        ("days", ["9999-12-31"]),
        ("top-artists", ["", "0"]),
        ("top-tracks", ["zzz", str(2**31 - 1)]),
        ("syncs", [str(2**31 - 1)]),
    ],
)
def test_a_place_at_the_end_of_the_world_is_no_error(alice: Browser, name: str, after: list[str]) -> None:
    assert alice.get(f"/my-data/{name}", query_string={"after": cursor(after)}).status_code == 200


def test_after_the_last_row_there_is_a_way_back(app: Flask, alice: Browser) -> None:
    with app.app_context():
        store_plays(user_id_of("alice"), [Heard(NOON, "a1")])
    words, links = look(alice, f"/my-data/plays?after={cursor([NOON.isoformat(), 'a1'])}")
    assert (words, links) == ("‹ Previous", {"prev": "/my-data/plays"})
    page = alice.get("/my-data/plays", query_string={"after": cursor([NOON.isoformat(), "a1"])}).text
    assert "Nothing comes after this." in page
    assert "The first sync brings it." not in page


def walk(browser: Browser, name: str) -> Iterator[list[list[str]]]:
    """Yield the rows of each page of a table, following its links."""
    address: str | None = f"/my-data/{name}"
    while address:
        root = checked(browser.get(address).text, address)
        yield [
            [text_of(cell) for cell in row.iter() if cell.tag == "td"]
            for body in root.iter("tbody")
            for row in body.iter("tr")
        ]
        following = [link for link in root.iter("a") if link.attrib.get("rel") == "next"]
        address = following[0].attrib["href"] if following else None


def test_the_pages_show_every_play_once_newest_first(app: Flask, alice: Browser, bob: Browser) -> None:
    """Two plays that end together may lie on two pages."""
    heard = [Heard(NOON - timedelta(minutes=number // 2), f"a{number % 2}") for number in range(120)]
    with app.app_context():
        store_plays(user_id_of("alice"), heard)
        store_plays(user_id_of("bob"), [Heard(play.played_at, "b1") for play in heard[::2]])
    pages = list(walk(alice, "plays"))
    assert [len(page) for page in pages] == [50, 50, 20]
    shown = [(row[0], row[-1]) for page in pages for row in page]
    expected = sorted(((play.played_at, play.track_id) for play in heard), reverse=True)
    assert shown == [(f"{played_at:%Y-%m-%d %H:%M:%S}.000", track_id) for played_at, track_id in expected]


def look(browser: Browser, address: str) -> tuple[str, dict[str, str]]:
    """Return what a page says of its place in the table, and where its links lead."""
    root = checked(browser.get(address).text, address)
    [pages] = [nav for nav in root.iter("nav") if nav.attrib["aria-label"] == "Pages"]
    links = {link.attrib.get("rel", "first"): link.attrib["href"] for link in pages.iter("a")}
    return text_of(pages), links


def test_the_way_back_and_how_far_one_is(app: Flask, alice: Browser) -> None:
    """The places are counted anew on each page, so that they are right when plays have come meanwhile."""
    heard = [Heard(NOON - timedelta(minutes=number), f"a{number}") for number in range(151)]
    with app.app_context():
        store_plays(user_id_of("alice"), heard)
    told, addresses, links = [], [], {"next": "/my-data/plays"}
    while "next" in links:
        addresses.append(links["next"])
        words, links = look(alice, addresses[-1])
        told.append(words)
    assert told == [
        "1 – 50 of 151 Next 50 ›",
        "‹ Previous 51 – 100 of 151 Next 50 ›",
        "First page ‹ Previous 101 – 150 of 151 Next 1 ›",
        "First page ‹ Previous 151 of 151",
    ]
    for here, before in zip(addresses[:0:-1], addresses[-2::-1], strict=True):
        assert look(alice, here)[1]["prev"] == before
    with app.app_context():
        newer = [Heard(NOON + timedelta(minutes=number), f"b{number}") for number in range(1, 4)]
        store_plays(user_id_of("alice"), newer)
    words, links = look(alice, addresses[2])
    assert words == "First page ‹ Previous 104 – 153 of 154 Next 1 ›"
    words, links = look(alice, links["prev"])
    assert words == "First page ‹ Previous 54 – 103 of 154 Next 50 ›"
    words, links = look(alice, links["prev"])
    assert words == "‹ Previous 4 – 53 of 154 Next 50 ›"
    assert look(alice, links["prev"])[0] == "1 – 50 of 154 Next 50 ›"


def columns_of(browser: Browser, name: str) -> dict[str, list[str]]:
    root = checked(browser.get(f"/my-data/{name}").text, name)
    [table] = [table for table in root.iter("table") if table.attrib["class"] == "records"]
    head, *rows = [[text_of(cell) for cell in row] for row in table.iter("tr")]
    return {title: [row[place] for row in rows] for place, title in enumerate(head)}


def test_the_pages_speak_in_words_and_leave_out_what_says_nothing(
    alice: Browser, simulator: Simulator
) -> None:
    give_everybody_plays(simulator)
    artist = {"id": "id", "name": "Somebody", "genres": [], "images": []}
    for time_range, tops in (("short_term", []), ("medium_term", [artist]), ("long_term", [])):
        simulator.script_top("alice", "artists", time_range, tops)
    alice.sync_json()
    plays, artists, syncs = (columns_of(alice, name) for name in ("plays", "top-artists", "syncs"))
    assert list(plays)[:4] == ["Played at (UTC)", "Track", "Artists", "Duration"]
    assert list(plays)[-1] == "Track id"
    assert set(plays["Duration"]) == {"3:00"}
    assert set(plays["Source"]) == {"Sync"}
    assert list(artists) == ["Time range", "Rank", "Artist", "Created at (UTC)", "Spotify id"]
    assert artists["Time range"] == ["6 months"]
    assert syncs["Status"] == ["Succeeded"]
    assert not {"Error", "Gap started at (UTC)"} & set(syncs)
    left_out = "nothing stands in them on this page: Error, Gap started at (UTC) and Gap ended at (UTC)."
    assert left_out in alice.get("/my-data/syncs").text
    assert read_csv(alice, "syncs")[0]["status"] == "succeeded"


def read_csv(browser: Browser, name: str) -> list[dict[str, str]]:
    answer = browser.get(f"/my-data/{name}.csv")
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="spotistats-{name}.csv"'
    cells = r'(?:"(?:[^"]|"")*"|\d+)'
    assert re.fullmatch(rf"(?:{cells}(?:,{cells})*\r\n)+", answer.text), "every text stands in quotes"
    reader = csv.DictReader(io.StringIO(answer.text, newline=""), strict=True)
    assert tuple(reader.fieldnames or ()) == TABLES[name].columns
    return list(reader)


def test_the_files_hold_what_the_tables_hold(app: Flask, alice: Browser, simulator: Simulator) -> None:
    give_everybody_plays(simulator)
    simulator.script_plays("alice", plays_named(NASTY))
    top = {"id": "1", "name": "=1+1", "genres": ["a, b", '"'], "popularity": 7, "images": []}
    simulator.script_top("alice", "artists", "short_term", [top])
    alice.sync_json()
    rows = everything(app)
    plays = read_csv(alice, "plays")
    assert len(plays) == len(rows["plays"]) == len(NASTY)
    names = {_unguarded(row["track"]) for row in plays}
    assert names == {name.replace("\0", "") for name in NASTY}
    for row in plays:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", row["played_at"])
        moment = datetime.fromisoformat(row["played_at"])
        assert (1, moment, row["track_id"], int(row["ms_played"]), row["source"]) in rows["plays"]
    days = read_csv(alice, "days")
    assert {date.fromisoformat(row["date"]) for row in days} == {row[1] for row in rows["daily_listening"]}
    [artist] = [row for row in read_csv(alice, "top-artists") if row["time_range"] == "short_term"]
    assert (artist["name"], json.loads(artist["genres"]), artist["popularity"]) == (
        "'=1+1",
        ["a, b", '"'],
        "7",
    )
    assert len(read_csv(alice, "top-tracks")) == len(rows["user_top_tracks"])
    [run] = read_csv(alice, "syncs")
    assert (run["status"], run["error"]) == ("succeeded", "")


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "\ufeff-", "\u200b\u00a0@", '"=', "＝"]
)
def test_no_spreadsheet_takes_a_name_for_a_formula(start: str) -> None:
    assert _csv_cell(f"{start}HYPERLINK()") == f"'{start}HYPERLINK()"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a;=1+1", "a;'=1+1"),
        ('a; "=1+1";+2', "a; \"'=1+1\";'+2"),
        ("a\n@b", "a\n'@b"),
        (";=1", "';'=1"),
        (";; =1;x", "';; '=1;x"),
        ("\t=1", "'\t'=1"),
        ("Stay; go", "Stay; go"),
        ("a, -b = c", "a, -b = c"),
    ],
)
def test_a_name_that_another_separator_would_cut_into_a_formula(text: str, written: str) -> None:
    """Where ; separates columns, a spreadsheet cuts there, whatever quotes stand around."""
    assert _csv_cell(text) == written


def test_the_guard_does_not_dawdle_over_a_hostile_name() -> None:
    text = "\n; " * 1_000_000
    assert _csv_cell(text) == f"'{text}"


def test_other_values_stay_as_they_are() -> None:
    assert _csv_cell("a=b") == "a=b"
    assert _csv_cell(-5) == -5
    assert _csv_cell(None) is None
    assert _csv_cell(["好"]) == '["好"]'


def test_a_long_file_comes_piece_by_piece(app: Flask, alice: Browser) -> None:
    count = 12_000
    with app.app_context():
        heard = (Heard(NOON - timedelta(seconds=number), f"a{number % 7}") for number in range(count))
        store_plays(user_id_of("alice"), heard)
    answer = alice.get("/my-data/plays.csv", buffered=False)
    pieces, lines, previous = 0, 0, "9999"
    tracemalloc.start()
    for piece in answer.iter_encoded():
        pieces += 1
        lines += piece.count(b"\n")
        first = piece.partition(b",")[0].decode()
        assert pieces == 1 or first < previous, "newest first"
        previous = first
        assert len(piece) < 70_000
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    answer.close()
    assert lines == count + 1
    assert pieces > 10
    assert peak < 8_000_000, "the whole file is not in memory at once"


def test_what_is_stored_about_the_person(alice: Browser, simulator: Simulator) -> None:
    root = checked(alice.get("/my-data").text, "/my-data")
    facts = dict(zip(map(text_of, root.iter("dt")), map(text_of, root.iter("dd")), strict=True))
    assert facts["Name"] == "Alice"
    assert facts["Spotify id"] == "alice"
    assert facts["Account id"] == "account-alice"
    assert facts["Time zone"] == "UTC"
    assert facts["Signed-in browsers"] == "1"


def test_the_person_can_be_taken_away_too(
    app: Flask, alice: Browser, bob: Browser, simulator: Simulator
) -> None:
    assert Browser(app.test_client(), simulator).sign_in("alice").status_code == 302
    assert 'href="/my-data/about-you.csv" download' in alice.get("/my-data").text
    answer = alice.get("/my-data/about-you.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="spotistats-about-you.csv"'
    [row] = csv.DictReader(io.StringIO(answer.text, newline=""), strict=True)
    with app.app_context():
        stored = my_data.person(user_id_of("alice"))
    assert (row["spotify_id"], row["account_id"], row["display_name"]) == ("alice", "account-alice", "Alice")
    assert row["timezone"] == "UTC"
    assert datetime.fromisoformat(row["created_at"]) == _to_the_millisecond(stored.created_at)
    assert stored.consented_at
    assert datetime.fromisoformat(row["consented_at"]) == _to_the_millisecond(stored.consented_at)
    moments = [datetime.fromisoformat(text) for text in json.loads(row["signed_in_at"])]
    assert moments == [_to_the_millisecond(moment) for moment in stored.signed_in_at]
    assert len(moments) == 2


def test_no_name_of_a_person_becomes_a_formula(app: Flask, alice: Browser) -> None:
    with app.app_context(), transaction() as session:
        session.execute(update(User).values(display_name="=1+1"))
    [row] = csv.DictReader(io.StringIO(alice.get("/my-data/about-you.csv").text, newline=""), strict=True)
    assert row["display_name"] == "'=1+1"


def _to_the_millisecond(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _unguarded(text: str) -> str:
    return text[1:] if re.match(r"'[=+\-@\t\r\n]", text) else text
