"""The promise of counting once more, through the whole path: real HTTP, real syncs."""

from flask import Flask
from hypothesis import HealthCheck, given, settings

from spotistats import clock
from spotistats.services import accounts
from spotistats.services.sync import SyncState, sync_user
from spotistats.simulator import Simulator
from tests.services.histories import History, histories
from tests.services.slow_count import slow_days, slow_plays
from tests.services.tables import connected, days_of, plays_of


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(longest=50))
def test_any_history(in_app: Flask, simulator: Simulator, history: History) -> None:
    name = f"listener-{len(simulator.listeners)}"
    simulator.add_listener(name, account_id=f"account-{name}")
    user_id = connected(simulator, name, timezone=history.zone)
    known = 0
    lengths = slow_plays(history.plays)
    for page in history.pages:
        items = [play.to_item() for play in history.plays[page]]
        simulator.script_items(name, items[::-1])
        outcome = sync_user(user_id)
        assert outcome.state is SyncState.SUCCEEDED
        new = dict(list(lengths.items())[known : page.stop])
        known = page.stop
        assert outcome.plays_added == len(new)
        assert outcome.days_aggregated == len(slow_days(new, clock.zone(history.zone)))
    assert plays_of(user_id) == lengths
    assert days_of(user_id) == slow_days(lengths, clock.zone(history.zone))
    accounts.set_timezone(user_id, "America/St_Johns")
    assert days_of(user_id) == slow_days(lengths, clock.zone("America/St_Johns"))
