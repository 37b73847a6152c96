from datetime import UTC, datetime, timedelta

from spotistats.simulator import ScriptedPlay
from spotistats.simulator.life import MARA, life_of
from spotistats.simulator.listeners import Listener

NOW = datetime(2026, 6, 18, 15, tzinfo=UTC)


def scripted(count: int) -> list[ScriptedPlay]:
    return [ScriptedPlay(NOW - timedelta(minutes=5 * number), f"t{number}") for number in range(count)]


def ids(listener: Listener) -> list[str]:
    return [item["track"]["id"] for item in listener.recent_items(NOW, "")]


def top_ids(listener: Listener, now: datetime = NOW) -> list[str]:
    items, total = listener.top("tracks", "short_term", now, wanted=slice(0, 50), origin="")
    assert total >= len(items)
    return [item["id"] for item in items]


def test_only_the_last_fifty_scripted_plays_exist_newest_first() -> None:
    listener = Listener("alice", None, None)
    listener.script(reversed(scripted(60)))
    assert ids(listener) == [f"t{number}" for number in range(50)]


def test_a_listener_without_anything_played_nothing() -> None:
    listener = Listener("alice", None, None)
    assert ids(listener) == []
    assert top_ids(listener) == []


def test_items_go_before_plays_and_plays_before_the_life() -> None:
    listener = Listener("demo", None, None, life=life_of(MARA, 7))
    assert len(ids(listener)) == 50
    listener.script(scripted(2))
    assert ids(listener) == ["t0", "t1"]
    listener.items = [{"track": {"id": "raw"}}]
    assert ids(listener) == ["raw"]


def test_top_lists_follow_the_plays_until_they_are_scripted() -> None:
    listener = Listener("alice", None, None)
    tomorrow = NOW + timedelta(days=1)
    listener.script(scripted(1))
    assert top_ids(listener, tomorrow) == ["t0"]
    listener.script([ScriptedPlay(NOW, "other")])
    assert top_ids(listener, tomorrow) == ["other"]
    listener.top_items["tracks", "short_term"] = [{"id": "raw"}]
    assert top_ids(listener, tomorrow) == ["raw"]


def test_the_top_lists_of_a_life_are_worked_out_once_a_day() -> None:
    listener = Listener("demo", None, None, life=life_of(MARA, 7))
    today = top_ids(listener)
    assert len(today) == 50
    assert top_ids(listener, NOW + timedelta(hours=8)) == today
    assert top_ids(listener, NOW + timedelta(days=9)) != today
