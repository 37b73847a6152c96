"""What a listener decides: time zone, connection, the end of the account."""

from datetime import UTC, date, datetime
from functools import partial
from threading import Thread
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event

from spotistats import clock
from spotistats.simulator import Simulator
from tests.support.apps import MakeApp
from tests.support.listeners import ORIGIN, Browser
from tests.support.pages import by_id, checked, text_of
from tests.support.rows import Heard, everything, store_plays, user_id_of
from tests.support.weeks import give_everybody_plays, plays_of, rank_nothing

SPOTIFY_APPS = "https://www.spotify.com/account/apps/"
NO_ZONES = (
    "",
    "Mars/Olympus",
    "../../etc/passwd",
    "UT\0",
    "\0",
    "europe/berlin",
    "localtime",
    "<b>",
    "é" * 5000,
)


def test_another_zone_rebuilds_the_days_at_once(alice: Browser, bob: Browser, app: Flask) -> None:
    late = Heard(datetime(2026, 3, 1, 23, 30, tzinfo=UTC), "a1", 60_000)
    early = Heard(datetime(2026, 3, 1, 9, 0, tzinfo=UTC), "a2", 60_000)
    with app.app_context():
        store_plays(user_id_of("alice"), [late, early])
        store_plays(user_id_of("bob"), [late])
    before = everything(app)
    answer = alice.post("/settings", {"timezone": " Asia/Tokyo "})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/settings")
    root = checked(alice.get("/settings").text, "/settings")
    assert text_of(by_id(root, "notice")) == "Saved. Your days now follow the clocks of Tokyo."
    [chosen] = [option for option in root.iter("option") if "selected" in option.attrib]
    assert (chosen.attrib["value"], text_of(chosen)) == ("Asia/Tokyo", "Tokyo (UTC+9)")
    after = everything(app)
    assert [row[1] for row in after["daily_listening"] if row[0] == 1] == [date(2026, 3, 1), date(2026, 3, 2)]
    assert [row for row in after["daily_listening"] if row[0] == 2] == [
        row for row in before["daily_listening"] if row[0] == 2
    ]
    assert after["plays"] == before["plays"], "plays themselves are never changed"
    assert [row[4] for row in after["users"]] == ["Asia/Tokyo", "UTC"]


def test_the_zones_are_listed_by_region_and_the_chosen_one_is_always_there(alice: Browser) -> None:
    for zone, listed, shown in (
        (*["America/Argentina/Buenos_Aires"] * 2, "Argentina – Buenos Aires (UTC−3)"),
        (*["Africa/Lagos"] * 2, "Lagos (UTC+1)"),
        ("Asia/Calcutta", "Asia/Kolkata", "Kolkata (UTC+5:30)"),  # Some browsers still call it so.
        (*["Etc/GMT+3"] * 2, "Etc/GMT+3"),
        (*["UTC"] * 2, "UTC"),
    ):
        assert alice.post("/settings", {"timezone": zone}).status_code == 303
        zones = by_id(checked(alice.get("/settings").text, "/settings"), "timezone")
        options = [option.attrib["value"] for option in zones.iter("option")]
        chosen = [option for option in zones.iter("option") if "selected" in option.attrib]
        assert [(option.attrib["value"], text_of(option)) for option in chosen] == [(listed, shown)]
        assert len(options) == len(set(options)) < 450
        groups = [group.attrib["label"] for group in zones.iter("optgroup")]
        assert groups == sorted(groups)
        assert {"Africa", "America", "Asia", "Australia", "Europe", "Pacific"} <= set(groups)
        assert "US/Eastern" not in options


def test_a_page_is_of_one_moment_whatever_happens_meanwhile(
    app: Flask, alice: Browser, simulator: Simulator
) -> None:
    """Another window disconnects, then deletes the account, after the page has begun to read."""
    other = Browser(app.test_client(), simulator)
    for action in ("/settings/disconnect", "/settings/delete-account"):
        alice.sign_in("alice")
        other.sign_in("alice")
        token = other.csrf_token()
        done: list[int] = []

        def act(*asked: Any, action: str = action, token: str = token, done: list[int] = done) -> None:
            if "spotify_connections" in asked[2] and not done:
                done.append(0)
                form = {"csrf_token": token, "confirmation": "delete everything"}
                press = partial(other.client.post, action, base_url=ORIGIN, data=form)
                window = Thread(target=lambda: done.append(press().status_code))
                window.start()
                window.join()

        event.listen(Engine, "before_cursor_execute", act)
        try:
            page = alice.get("/settings")
        finally:
            event.remove(Engine, "before_cursor_execute", act)
        assert (page.status_code, done) == (200, [0, 303])
        assert "You gave permission on" in page.text, "it is as it was when the page was asked for"
    assert alice.get("/settings").status_code == 302


def test_a_zone_that_does_not_exist(alice: Browser, app: Flask) -> None:
    before = everything(app)
    for zone in NO_ZONES:
        answer = alice.post("/settings", {"timezone": zone})
        assert answer.status_code == 400, zone
        root = checked(answer.text, "/settings")
        assert text_of(by_id(root, "zone-error")).startswith("That is not a time zone we know")
        assert by_id(root, "timezone").attrib["aria-invalid"] == "true"
    assert everything(app) == before


def test_the_demo_s_spotify_lists_nothing(make_app: MakeApp, simulator: Simulator) -> None:
    alice = Browser(make_app(DEMO="1").test_client(), simulator)
    alice.sign_in("alice")
    alice.post("/settings/disconnect")
    page = alice.get("/settings").text
    assert "Spotify is disconnected" in page
    assert SPOTIFY_APPS not in page


def test_a_form_without_its_field(alice: Browser) -> None:
    assert alice.post("/settings").status_code == 400


def test_disconnecting_forgets_the_tokens_and_keeps_the_history(
    alice: Browser, app: Flask, simulator: Simulator
) -> None:
    simulator.script_plays("alice", plays_of("alice"))
    rank_nothing(simulator)
    alice.sync_json()
    before = everything(app)
    assert alice.post("/settings/disconnect").status_code == 303
    page = alice.get("/settings").text
    assert "Spotify is disconnected" in page
    assert f'href="{SPOTIFY_APPS}"' in page
    after = everything(app)
    assert after["spotify_connections"] == []
    assert {name for name in after if after[name] != before[name]} == {"spotify_connections", "data_version"}
    simulator.log.clear()
    answer = alice.sync_json()
    assert answer.status_code == 403
    assert answer.json is not None
    assert answer.json["reconnect"] is True
    assert simulator.calls == []
    assert "Spotify is not connected" in alice.get("/dashboard").text
    assert alice.post("/settings/disconnect").status_code == 303, "twice is no error"
    alice.sign_in("alice")
    assert alice.sync_json().json == {
        "success": True, "days_aggregated": 0, "artists_saved": 0, "tracks_saved": 0, "plays_added": 0
    }  # fmt: skip


def test_deleting_the_account_leaves_nothing_of_it(
    alice: Browser, bob: Browser, app: Flask, simulator: Simulator
) -> None:
    give_everybody_plays(simulator)
    rank_nothing(simulator)
    bob.sync_json()
    before = everything(app)
    simulator.script_plays("alice", plays_of("alice", 5, hours_ago=50))
    alice.sync_json()
    copy = alice.client.get_cookie("spotistats", domain="127.0.0.1")
    answer = alice.post("/settings/delete-account", {"confirmation": " Delete Everything "})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    page = alice.get("/login").text
    assert "deleted" in page
    assert f'href="{SPOTIFY_APPS}"' in page
    assert "You have been signed out" not in page
    after = everything(app)
    for table in ("plays", "daily_listening", "sync_runs", "tracks", "artists", "albums", "track_artists"):
        assert after[table] == before[table], table
    assert [row[1] for row in after["users"]] == ["bob"]
    assert {row[0] for row in (*after["sign_ins"], *after["spotify_connections"])} == {2}
    assert after["user_top_artists"] == after["user_top_tracks"] == []
    assert copy is not None
    alice.client.set_cookie("spotistats", copy.value, domain="127.0.0.1")
    assert alice.get("/dashboard").status_code == 302
    alice.sign_in("alice")
    assert "No plays yet" in alice.get("/dashboard").text
    assert bob.get("/dashboard").status_code == 200


def test_the_account_is_deleted_only_as_confirmed(alice: Browser, app: Flask) -> None:
    before = everything(app)
    for typed in ("", "delete", "delete everything!", "yes", "delete  everything", "\0"):
        answer = alice.post("/settings/delete-account", {"confirmation": typed})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/settings#confirmation"), typed
        root = checked(alice.get("/settings").text, "/settings")
        assert text_of(by_id(root, "delete-error")).startswith("Nothing was deleted")
        field = by_id(root, "confirmation").attrib
        assert field["aria-describedby"] == "delete-error"
        assert field["value"] == typed.replace("\0", "")
        assert "delete-error" not in alice.get("/settings").text, "told once"
    assert everything(app) == before


def test_what_was_typed_into_one_page_is_told_on_no_other(alice: Browser) -> None:
    alice.post("/settings/delete-account", {"confirmation": "x" * 5000})
    assert "xxx" not in alice.get("/dashboard").text


def test_words_about_the_permission_fit_its_state(alice: Browser) -> None:
    def told() -> tuple[bool, bool]:
        return "When you disconnect" in alice.get("/settings").text, "stored as well" in alice.get(
            "/my-data"
        ).text

    assert told() == (True, True)
    today, end = datetime.now(UTC), clock.months_after(datetime.now(UTC), 6)
    text = text_of(by_id(checked(alice.get("/settings").text, "/settings"), "main"))
    assert (
        f"You gave permission on {today.day} {today:%B %Y}. "
        f"Spotify ends it after six months, on {end.day} {end:%B %Y}."
    ) in text, "no hour, which nobody knows"
    alice.post("/settings/disconnect")
    assert told() == (False, False)
