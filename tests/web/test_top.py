"""Spotify's own ranking, as it was at the last sync."""

from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import update

from spotistats.extensions import transaction
from spotistats.models import UserTopArtist
from spotistats.simulator import Simulator
from tests.support.listeners import Browser
from tests.support.pages import checked, text_of
from tests.support.weeks import plays_of


def test_a_range_that_does_not_exist(alice: Browser) -> None:
    for time_range in ("x", "", "SHORT_TERM", "short_term ", "\0", "short_term,long_term", "x" * 5000):
        for path in ("/top/artists", "/top/tracks"):
            answer = alice.get(path, query_string={"range": time_range})
            assert answer.status_code == 400, time_range
            checked(answer.text, path)
            assert "the last 4 weeks, 6 months or 1 year" in answer.text
            assert f'<a class="button" href="{path}">' in answer.text


def test_the_ranking_is_spotifys_and_says_so(alice: Browser, simulator: Simulator) -> None:
    images = [{"url": "https://i.scdn.co/image/x", "width": 300, "height": 300}]
    names = [f"Artist {number}" for number in range(25)]
    listed = [{"id": name, "name": name, "images": images, "genres": ["pop", "jazz"]} for name in names]
    simulator.script_top("alice", "artists", "long_term", listed)
    assert alice.sync_json().status_code == 200
    root = checked(alice.get("/top/artists?range=long_term").text, "/top")
    [ranked] = [element for element in root.iter("ol") if "ranked" in element.attrib["class"]]
    rows = [text_of(row) for row in ranked.iter("li")]
    assert len(rows) == 20
    assert [row.split()[:3] for row in rows[:2]] == [["1", "Artist", "0pop,"], ["2", "Artist", "1pop,"]]
    assert {image.attrib["loading"] for image in ranked.iter("img")} == {"lazy"}
    text = text_of(next(root.iter("main")))
    assert "Ranked by Spotify" in text
    assert "not a count of your plays" in text
    assert "just now" in text
    assert "No ranking yet" in alice.get("/top/artists").text
    assert "No ranking yet" in alice.get("/top/tracks?range=long_term").text


def test_a_list_older_than_a_week_is_called_old(alice: Browser, app: Flask, simulator: Simulator) -> None:
    simulator.script_plays("alice", plays_of("alice", 3, hours_ago=50))
    assert alice.sync_json().status_code == 200

    def page_at_age(**age: int) -> str:
        with app.app_context(), transaction() as session:
            session.execute(update(UserTopArtist).values(created_at=datetime.now(UTC) - timedelta(**age)))
        return alice.get("/top/artists").text

    assert "more than a week old" not in page_at_age(days=6, hours=23)
    old = page_at_age(days=7, minutes=1)
    assert "more than a week old" in old
    assert 'href="/dashboard#sync-title"' in old
    assert "7 days ago" in old
    assert "more than a week old" not in alice.get("/top/tracks").text
