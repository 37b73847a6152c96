"""Tokens at rest: unreadable without the key, which may be changed."""

import pytest
from sqlalchemy import select

from spotistats import clock
from spotistats.extensions import db, end_reading, settings
from spotistats.models import SpotifyConnection
from spotistats.services import connections, vault
from spotistats.services.sync import SyncState, sync_user
from spotistats.simulator import Simulator
from spotistats.stats.listeners import listeners
from tests.services.listening import play
from tests.services.tables import connected, connection_of, plays_of
from tests.support.apps import MakeApp

pytestmark = pytest.mark.usefixtures("in_app")


def tokens_of(user_id: int) -> tuple[str, str]:
    row = connection_of(user_id)
    return vault.unseal(row.access_token, settings()), vault.unseal(row.refresh_token, settings())


def test_a_changed_key_asks_to_reconnect_and_loses_nothing_else(
    make_app: MakeApp, simulator: Simulator
) -> None:
    alice = connected(simulator)
    play(simulator, 3)
    sync_user(alice)
    simulator.log.clear()
    with make_app(SECRET_KEY="another", SYNC_COOLDOWN_SECONDS="0").app_context():
        assert sync_user(alice).state is SyncState.NEEDS_RECONNECT
        assert simulator.calls == []
        assert [line.connection for line in listeners(clock.now())] == ["needs to reconnect"]
        assert connected(simulator) == alice
        assert sync_user(alice).state is SyncState.SUCCEEDED
        assert len(plays_of(alice)) == 3
        assert [line.connection for line in listeners(clock.now())] == ["connected"]


def test_a_key_that_comes_back_reads_them_again(make_app: MakeApp, simulator: Simulator) -> None:
    alice = connected(simulator)
    with make_app(SECRET_KEY="another").app_context():
        assert sync_user(alice).state is SyncState.NEEDS_RECONNECT
    assert sync_user(alice).state is SyncState.SUCCEEDED
    assert [line.connection for line in listeners(clock.now())] == ["connected"]


def test_an_old_key_is_left_behind_with_the_next_refresh(make_app: MakeApp, simulator: Simulator) -> None:
    with make_app(SECRET_KEY="old").app_context():
        alice = connected(simulator)
    rotated = {"SECRET_KEY": "new", "SYNC_COOLDOWN_SECONDS": "0"}
    with make_app(**rotated, SECRET_KEY_FALLBACKS="older, old").app_context():
        assert sync_user(alice).state is SyncState.SUCCEEDED
        simulator.expire_access_tokens()
        assert sync_user(alice).state is SyncState.SUCCEEDED
    with make_app(**rotated).app_context():
        assert sync_user(alice).state is SyncState.SUCCEEDED


def test_no_token_lies_open_in_the_table(simulator: Simulator) -> None:
    alice = connected(simulator)
    end_reading()
    row = db.session.execute(
        select(SpotifyConnection.access_token, SpotifyConnection.refresh_token).where(
            SpotifyConnection.user_id == alice
        )
    ).one()
    for stored, token in zip(row, tokens_of(alice), strict=True):
        assert token not in stored
    access = connections.stored_access(alice)
    assert access.access_token not in repr(access)
    assert access.refresh_token not in repr(access)
