"""A history without years of syncs: a generated listener's plays, stored by the program's own steps."""

from datetime import timedelta
from typing import Any

from spotistats import clock
from spotistats.extensions import transaction
from spotistats.services import recording
from spotistats.simulator import Simulator
from spotistats.simulator.life import MARA, life_of
from spotistats.simulator.payloads import play_item
from spotistats.spotify.payloads import recently_played
from spotistats.stats.listeners import find_user_id
from tests.browser.server import AppServer

_BATCH = 1000


def seed_history(server: AppServer, spotify_id: str, *, days: int) -> None:
    """Store what Mara heard in the last so many days, up to an hour ago, for somebody who has signed in."""
    items = _items(server.simulator, days)
    with server.own_app():
        user_id = find_user_id(spotify_id)
        assert user_id is not None, "nobody of that name has signed in"
        with transaction() as session:
            for start in range(0, len(items), _BATCH):
                told = recently_played({"items": items[start : start + _BATCH]}, limit=_BATCH + 1)
                recording.record_plays(
                    session, user_id, told.plays, clock.zone("UTC"), full_since=None, now=clock.now()
                )
            recording.rebuild_all_days(session, user_id, clock.zone("UTC"), now=clock.now())


def _items(simulator: Simulator, days: int) -> list[dict[str, Any]]:
    """Return the plays as Spotify would tell them, the oldest first."""
    now = clock.now()
    heard = life_of(MARA, simulator.seed).between(now - timedelta(days=days), now - timedelta(hours=1))
    return [play_item(play, simulator.origin) for play in reversed(list(heard))]
