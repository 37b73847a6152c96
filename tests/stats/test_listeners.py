"""The list of all listeners."""

from datetime import timedelta

from flask import Flask

from spotistats.stats.listeners import ListenerLine, listeners
from tests.stats.test_syncs import NOW, connect, run
from tests.support.rows import store_listener


def test_each_with_the_last_success_and_the_connection(tables: Flask) -> None:
    assert listeners() == ()
    alice, bob, charlie = (store_listener(name) for name in ("zoe", "bob", "anna"))
    connect(alice, days_ago=1)
    connect(bob, days_ago=1, broken=True)
    for number, status in enumerate(["succeeded", "succeeded", "failed"], start=1):
        run(alice, number, status, ended=NOW + timedelta(hours=number))
        run(charlie, number, "partial", ended=NOW)
    assert listeners() == (
        ListenerLine("zoe", "Zoe", NOW + timedelta(hours=2), "connected"),
        ListenerLine("bob", "Bob", None, "needs to reconnect"),
        ListenerLine("anna", "Anna", None, "disconnected"),
    )
