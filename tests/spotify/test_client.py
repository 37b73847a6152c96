"""What the client asks for, told by the simulator's log."""

import time

import pytest

from spotistats.simulator import Simulator
from spotistats.spotify.client import SpotifyClient
from spotistats.spotify.errors import AccessTokenRefused, NeedsReconnect, NotAllowed


def client(simulator: Simulator, *, token: str | None = None, scopes: str | None = None) -> SpotifyClient:
    granted = simulator.grant("alice", scopes) if scopes is not None else simulator.grant("alice")
    return SpotifyClient(simulator.api_url, token or str(granted["access_token"]), time.monotonic() + 10)


def test_each_method_asks_one_question(simulator: Simulator) -> None:
    asking = client(simulator)
    assert asking.me().account_id == "account-alice"
    assert asking.recently_played().plays == ()
    assert asking.top_artists("short_term", 7) == ()
    assert asking.top_tracks("long_term", 50) == ()
    assert [(call.method, call.path, call.query) for call in simulator.calls] == [
        ("GET", "/v1/me", {}),
        ("GET", "/v1/me/player/recently-played", {"limit": "50"}),
        ("GET", "/v1/me/top/artists", {"time_range": "short_term", "limit": "7"}),
        ("GET", "/v1/me/top/tracks", {"time_range": "long_term", "limit": "50"}),
    ]
    assert {call.authorization for call in simulator.calls} == {"bearer"}


def test_a_next_page_elsewhere_is_not_asked_for(simulator: Simulator) -> None:
    simulator.faults.add("/v1/me", "foreign_next")
    asking = client(simulator)
    asking.recently_played()
    asking.top_artists("short_term", 7)
    assert len(simulator.calls) == 2


def test_refusals(simulator: Simulator) -> None:
    with pytest.raises(AccessTokenRefused):
        client(simulator, token="unknown").me()
    with pytest.raises(NeedsReconnect):
        client(simulator, scopes="user-top-read").recently_played()
    asking = client(simulator)
    simulator.expire_access_tokens()
    with pytest.raises(AccessTokenRefused):
        asking.me()
    for answer in ("text", "json"):
        simulator.block("alice", answer=answer)
        with pytest.raises(NotAllowed):
            client(simulator).me()


def test_no_token_is_shown(simulator: Simulator) -> None:
    assert "secret-token" not in repr(client(simulator, token="secret-token"))
