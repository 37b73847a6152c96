"""The list of all listeners."""

from datetime import timedelta

from flask import Flask

from spotistats.extensions import transaction
from spotistats.models import User
from spotistats.stats.listeners import ListenerLine, find_user_id, listeners
from tests.stats.test_standing import NOW, connect, run
from tests.support.rows import BORN, store_listener


def test_each_with_the_last_success_and_the_connection(tables: Flask) -> None:
    assert listeners(NOW + timedelta(hours=3)) == ()
    alice, bob, charlie = (store_listener(name) for name in ("zoe", "bob", "anna"))
    connect(alice, days_ago=1)
    connect(bob, days_ago=1, broken=True)
    for number, status in enumerate(["succeeded", "succeeded", "failed"], start=1):
        run(alice, number, status, ended=NOW + timedelta(hours=number))
        run(charlie, number, "partial", ended=NOW)
    assert listeners(NOW + timedelta(hours=3)) == (
        ListenerLine(alice, "zoe", "Zoe", NOW + timedelta(hours=2), "connected"),
        ListenerLine(bob, "bob", "Bob", None, "needs to reconnect"),
        ListenerLine(charlie, "anna", "Anna", None, "disconnected"),
    )


def test_a_sync_from_the_future_does_not_count(tables: Flask) -> None:
    alice = store_listener("alice")
    run(alice, 1, "succeeded", ended=NOW)
    run(alice, 2, "succeeded", ended=NOW + timedelta(days=30))
    assert [line.last_success_at for line in listeners(NOW)] == [NOW]


def test_a_listener_is_found_by_either_id_and_the_spotify_id_wins(tables: Flask) -> None:
    with transaction() as session:
        alice = User(spotify_id="alice", account_id="bob", created_at=BORN)
        bob = User(spotify_id="bob", account_id="b", created_at=BORN)
        session.add_all([alice, bob])
        session.flush()
    assert find_user_id("alice") == alice.id
    assert find_user_id("b") == bob.id
    assert find_user_id("bob") == bob.id
    assert find_user_id("nobody") is None
