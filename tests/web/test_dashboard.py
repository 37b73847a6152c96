"""The first page shows what the tables hold, in the listener's own days."""

import re
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import update

from spotistats.extensions import transaction
from spotistats.models import SpotifyWait, User
from spotistats.simulator import Simulator
from tests.support.apps import MakeApp
from tests.support.listeners import ORIGIN, Browser
from tests.support.pages import SVG, by_id, checked, checked_fragment, text_of
from tests.support.rows import Heard, store_plays, store_sync, user_id_of
from tests.support.weeks import plays_of


def card(browser: Browser) -> dict[str, str]:
    root = checked(browser.get("/dashboard").text, "/dashboard")
    return dict(by_id(root, "stats-card").attrib)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Australia/Lord_Howe"])
def test_the_card_counts_seven_local_days(alice: Browser, bob: Browser, app: Flask, zone: str) -> None:
    where = ZoneInfo(zone)
    midnight = datetime.now(where).replace(hour=0, minute=0, second=0, microsecond=0)
    first = midnight - timedelta(days=6)
    heard = [
        Heard(midnight, "a1", 90_000),  # 1.5 minutes, rounded half up
        Heard(midnight - timedelta(milliseconds=1), "a2", 89_999),
        Heard(first, "b1", 29_999),  # Heard, though no whole minute
        Heard(first - timedelta(milliseconds=1), "c1", 600_000),  # The day before the seven
        Heard(first - timedelta(days=8), "d1", 600_000),  # Before the fourteen
    ]
    in_utc = [Heard(play.played_at.astimezone(UTC), play.track_id, play.ms_played) for play in heard]
    with app.app_context():
        with transaction() as session:
            session.execute(update(User).values(timezone=zone))
        store_plays(user_id_of("alice"), in_utc, timezone=zone)
        store_sync(user_id_of("alice"), 1, ended=datetime.now(UTC))
        store_plays(user_id_of("bob"), [Heard(play.played_at, "z1") for play in in_utc], timezone=zone)
    attributes = card(alice)
    assert (attributes["data-minutes"], attributes["data-active-days"]) == ("3", "3")
    text = text_of(by_id(checked(alice.get("/dashboard").text, "/"), "stats-card"))
    assert "70 % less" in text
    assert "3 of 7 days" in text


def test_the_week_is_drawn_and_told(alice: Browser, app: Flask) -> None:
    now = datetime.now(UTC)
    with app.app_context():
        store_plays(
            user_id_of("alice"), [Heard(now, "a1", 120_000), Heard(now - timedelta(days=2), "b1", 60_000)]
        )
    root = checked(alice.get("/dashboard").text, "/dashboard")
    [chart] = [element for element in root.iter("figure") if element.attrib.get("class") == "bars"]
    drawing = next(chart.iter(f"{SVG}svg"))
    marks = [mark.attrib["class"] for mark in drawing.iter() if "class" in mark.attrib]
    assert marks == ["unknown", "unknown", "unknown", "unknown", "day", "none", "max"]
    rows = [[text_of(cell) for cell in row] for body in chart.iter("tbody") for row in body.iter("tr")]
    assert rows[-1] == [f"{now:%a} {now.day} {now:%b}", "2", "1"]
    first = ["≥ at least 1", "≥ at least 1"]  # The history begins in the middle of that day.
    assert [row[1:] for row in rows[3:6]] == [["not known", "not known"], first, ["0", "0"]]
    assert len(rows) == 7
    days = [link.attrib["href"] for body in chart.iter("tbody") for link in body.iter("a")]
    bars = [link.attrib["href"] for link in drawing.iter(f"{SVG}a")]
    assert days == bars == [f"/history/{now.date() - timedelta(days=ago)}" for ago in (2, 1, 0)]
    most = text_of(by_id(root, "most-played"))
    assert "Name of artist-a" in most
    assert "Name of a1" in most
    recent = [text_of(next(row.iter("bdi"))) for row in by_id(root, "recent-plays").iter("li")]
    assert recent == ["Name of a1", "Name of b1"]


def test_when_the_next_sync_may_be(alice: Browser, app: Flask, simulator: Simulator) -> None:
    def facts() -> str:
        return text_of(by_id(checked(alice.get("/dashboard").text, "/dashboard"), "sync-facts"))

    assert facts() == "Not synced yet."
    simulator.script_plays("alice", plays_of("alice", 1))
    alice.sync_json()
    assert facts() == "Last sync just now · 1 new play."
    later = datetime.now(UTC) + timedelta(minutes=9, seconds=30)
    with app.app_context(), transaction() as session:
        session.add(SpotifyWait(client_id="simulator-client", refused_until=later))
        session.add(SpotifyWait(client_id="another", refused_until=later + timedelta(days=1)))
    assert facts().endswith("The next sync is possible in 10 minutes.")
    with app.app_context(), transaction() as session:
        session.execute(update(User).values(sync_lock_holder="x", sync_lock_expires_at=later))
    assert not facts().endswith("A sync is running."), "no lock lasts so long: a clock was ahead"
    soon = datetime.now(UTC) + timedelta(seconds=50)
    with app.app_context(), transaction() as session:
        session.execute(update(User).values(sync_lock_expires_at=soon))
    assert facts().endswith("A sync is running.")


def test_how_things_stand_is_told_anew_without_the_page(make_app: MakeApp, simulator: Simulator) -> None:
    alice = Browser(make_app().test_client(), simulator)
    alice.sign_in("alice")

    def facts() -> Element:
        answer = alice.get("/dashboard/sync-facts", headers={"HX-Request": "true"})
        assert answer.status_code == 200
        [found] = checked_fragment(answer.text)
        assert found.attrib["id"] == "sync-facts"
        assert "hx-swap-oob" not in found.attrib
        assert by_id(checked(alice.get("/dashboard").text, "/"), "sync-facts").attrib == found.attrib
        return found

    assert text_of(facts()) == "Not synced yet."
    assert "class" not in facts().attrib
    alice.sync_json()
    assert text_of(facts()) == "Last sync just now · 0 new plays. The next sync is possible in 1 hour."
    assert facts().attrib["class"] == "too-early"
    simulator.log.clear()
    alice.post("/settings/disconnect")
    assert "Spotify is not connected." in text_of(facts())
    assert text_of(facts()).count("Connect Spotify") == 1
    assert "Connect Spotify again" not in text_of(facts())
    assert "class" not in facts().attrib, "to connect again is possible now"
    assert simulator.calls == []
    alice.post("/auth/logout")
    answer = alice.get("/dashboard/sync-facts", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/login")


def test_pictures_come_from_spotify_alone(alice: Browser, simulator: Simulator) -> None:
    plays = plays_of("alice", 3)
    addresses = [
        "https://i.scdn.co/image/good",
        "https://evil.example/x.png",
        "https://i.scdn.co@evil.example/x",
    ]
    simulator.script_plays(
        "alice",
        [
            type(play)(
                played_at=play.played_at,
                track_id=play.track_id,
                name=play.name,
                album=(f"album-{number}", "Album"),
                image_url=addresses[number],
            )
            for number, play in enumerate(plays)
        ],
    )
    covers = [
        {
            "id": f"liked-{number}",
            "name": "Song",
            "artists": [{"id": "artist", "name": "Artist"}],
            "album": {"id": "album", "name": "Album", "images": [{"url": url, "width": 64, "height": 64}]},
        }
        for number, url in enumerate(addresses)
    ]
    simulator.script_top("alice", "tracks", "short_term", covers)
    alice.sync_json()
    for path in ("/dashboard", "/top/tracks?range=short_term"):
        images = [element.attrib["src"] for element in checked(alice.get(path).text, path).iter("img")]
        assert set(images) == {addresses[0]}, path


def test_what_was_drawn_is_drawn_anew_when_anything_changed(make_app: MakeApp, simulator: Simulator) -> None:
    """Two processes serve one listener; each keeps drawings of its own."""
    here, there = (Browser(make_app().test_client(), simulator) for _ in range(2))
    here.sign_in("alice")
    there.sign_in("alice", timezone="Asia/Tokyo")
    for browser in (here, there):
        assert card(browser)["data-minutes"] == "0"
    simulator.script_plays("alice", plays_of("alice", 5))
    assert here.sync_json().status_code == 200
    for browser in (here, there):
        assert card(browser)["data-minutes"] == "15"
        assert "alice’s song 4" in browser.get("/dashboard").text
    before = there.get("/dashboard").text
    assert here.post("/settings", {"timezone": "Pacific/Kiritimati"}).status_code == 303
    assert there.get("/dashboard").text != before
    stranger = Browser(there.client.application.test_client(), simulator)
    stranger.sign_in("bob")
    assert card(stranger)["data-minutes"] == "0"


def test_a_page_is_kept_for_one_session_alone(alice: Browser, app: Flask, simulator: Simulator) -> None:
    """Each session finds tokens of its own in it, and what is said once is said once."""
    elsewhere = Browser(app.test_client(), simulator)
    elsewhere.sign_in("alice")
    for browser in (alice, elsewhere, alice, elsewhere):
        page = browser.get("/dashboard").text
        [token] = set(re.findall(r'name="csrf_token" value="([^"]+)"', page))
        for other, status in ((browser, 303), (alice if browser is elsewhere else elsewhere, 400)):
            answer = other.client.post(
                "/settings", base_url=ORIGIN, data={"csrf_token": token, "timezone": "UTC"}
            )
            assert answer.status_code == status
        told = "Your days" in text_of(by_id(checked(browser.get("/dashboard").text, "/dashboard"), "notice"))
        again = text_of(by_id(checked(browser.get("/dashboard").text, "/dashboard"), "notice"))
        assert (told, again) == (True, "")
