"""Tokens for a code and for older tokens: what comes back, and what a refusal means."""

import base64
from typing import Any
from urllib.parse import parse_qs

import pytest
import responses

from spotistats.spotify.errors import (
    ApplicationRefused,
    CodeRefused,
    Malformed,
    NeedsReconnect,
    RateLimited,
    SpotifyError,
    Unavailable,
)
from spotistats.spotify.tokens import Application, TokenPair, exchange, refresh, token_pair

APPLICATION = Application("https://accounts.spotify.test", "client-id", "client-secret")
URL = "https://accounts.spotify.test/api/token"


@responses.activate
def test_a_refresh_says_who_asks_and_spends_the_token(deadline: float) -> None:
    responses.post(URL, json={"access_token": "new", "expires_in": 1800, "refresh_token": "newer"})
    assert refresh(APPLICATION, "old", deadline=deadline) == TokenPair("new", "newer", 1800)
    request = responses.calls[0].request
    assert (
        request.headers["Authorization"] == "Basic " + base64.b64encode(b"client-id:client-secret").decode()
    )
    assert parse_qs(str(request.body)) == {"grant_type": ["refresh_token"], "refresh_token": ["old"]}


@pytest.mark.parametrize("told", [{}, {"refresh_token": None}, {"refresh_token": ""}])
@responses.activate
def test_where_no_new_refresh_token_comes_the_old_one_stays(told: dict[str, Any], deadline: float) -> None:
    responses.post(URL, json={"access_token": "new", "expires_in": 3600, **told})
    assert refresh(APPLICATION, "old", deadline=deadline).refresh_token == "old"


@pytest.mark.parametrize("status", [400, 401, 403])
@pytest.mark.parametrize("error", ["invalid_grant", "invalid_client"])
@responses.activate
def test_an_ended_permission(status: int, error: str, deadline: float) -> None:
    responses.post(URL, status=status, json={"error": error, "error_description": "Refresh token revoked"})
    with pytest.raises(NeedsReconnect):
        refresh(APPLICATION, "old", deadline=deadline)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, '{"error": "server_error"}'),
        (400, '{"error": {"status": 400, "message": "invalid_grant"}}'),
        (400, '{"error": ["invalid_grant"]}'),
        (400, '{"error": null}'),
        (400, '"invalid_grant"'),
        (400, "<html>invalid_grant</html>"),
        (403, ""),
        (404, "{}"),
        (500, '{"error": "invalid_grant"}'),
        (502, "<html>Bad gateway</html>"),
        (503, ""),
        (302, ""),
        (200, "<html>Log in to this hotel's network</html>"),
        (200, '{"access_'),
        (200, "[]"),
        (200, "null"),
        (200, '{"access_token": null}'),
        (200, '{"access_token": ""}'),
        (200, '{"access_token": 5}'),
        (200, '{"access_token": "two\\nlines"}'),
        (200, '{"access_token": "n\\u00f6"}'),
        (200, '{"access_token": "new", "refresh_token": 5}'),
    ],
)
@responses.activate
def test_trouble_does_not_end_a_permission(status: int, body: str, deadline: float) -> None:
    responses.post(URL, status=status, body=body)
    with pytest.raises(Unavailable):
        refresh(APPLICATION, "old", deadline=deadline)


def exchanged(deadline: float) -> TokenPair:
    return exchange(
        APPLICATION, "the code", code_verifier="v", redirect_uri="http://127.0.0.1/back", deadline=deadline
    )


@responses.activate
def test_an_exchange_says_who_asks_and_proves_who_began(deadline: float) -> None:
    responses.post(URL, json={"access_token": "new", "expires_in": 1800, "refresh_token": "newer"})
    assert exchanged(deadline) == TokenPair("new", "newer", 1800)
    request = responses.calls[0].request
    assert request.headers["Authorization"].startswith("Basic ")
    assert parse_qs(str(request.body)) == {
        "grant_type": ["authorization_code"],
        "code": ["the code"],
        "redirect_uri": ["http://127.0.0.1/back"],
        "code_verifier": ["v"],
    }


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, '{"error": "invalid_grant"}', CodeRefused),
        (400, '{"error": "invalid_request"}', CodeRefused),
        (400, '{"error": "invalid_client"}', ApplicationRefused),
        (401, '{"error": "invalid_client"}', ApplicationRefused),
        (400, '{"error": {"status": 400}}', Unavailable),
        (400, "<html>", Unavailable),
        (500, '{"error": "invalid_grant"}', Unavailable),
        (200, "[]", Malformed),
        (200, '{"access_token": "new"}', Malformed),
        (429, "", RateLimited),
    ],
)
@responses.activate
def test_a_code_that_brings_nothing(
    status: int, body: str, error: type[SpotifyError], deadline: float
) -> None:
    responses.post(URL, status=status, body=body)
    with pytest.raises(error):
        exchanged(deadline)


@responses.activate
def test_a_pause(deadline: float) -> None:
    responses.post(URL, status=429, headers={"Retry-After": "40000"})
    with pytest.raises(RateLimited) as caught:
        refresh(APPLICATION, "old", deadline=deadline)
    assert caught.value.retry_after == 40000


@pytest.mark.parametrize("lifetime", [None, "3600", 0, -5, True, 10**9, 3600.0, {}])
def test_an_odd_lifetime_is_an_hour(lifetime: Any) -> None:
    told = {"access_token": "new", "refresh_token": "newer", "expires_in": lifetime}
    assert token_pair(told).lifetime_seconds == 3600


def test_a_first_answer_without_a_refresh_token_is_none() -> None:
    with pytest.raises(Malformed):
        token_pair({"access_token": "new", "expires_in": 3600})


@responses.activate
def test_no_secret_is_shown(deadline: float, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    shown = repr(APPLICATION) + repr(TokenPair("access-secret", "refresh-secret", 5))
    responses.post(URL, status=400, json={"error": "invalid_grant"})
    with pytest.raises(SpotifyError) as caught:
        refresh(APPLICATION, "refresh-secret", deadline=deadline)
    assert "secret" not in shown + repr(caught.value) + caplog.text
