"""Which error an answer of Spotify's stands for, and how long it may make us wait."""

import logging
import time
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import responses
from urllib3 import HTTPResponse
from urllib3.exceptions import MaxRetryError

from spotistats.spotify import http
from spotistats.spotify.errors import (
    AccessTokenRefused,
    NeedsReconnect,
    NotAllowed,
    RateLimited,
    SpotifyError,
    Unavailable,
)

URL = "https://api.spotify.test/v1/me"
TOKEN = "BQD-the-access-token"


def ask(deadline: float) -> http.JSON:
    return http.get(URL, token=TOKEN, params={"limit": 50}, deadline=deadline)


@responses.activate
def test_a_good_answer_is_its_json(deadline: float) -> None:
    responses.get(URL, json={"id": "alice"})
    assert ask(deadline) == {"id": "alice"}
    request = responses.calls[0].request
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.url == f"{URL}?limit=50"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, '{"error": {"status": 401, "message": "The access token expired"}}', AccessTokenRefused),
        (403, "User not registered in the Developer Dashboard", NotAllowed),
        (403, '{"error": {"status": 403, "message": "Active premium subscription required"}}', NotAllowed),
        (403, '{"error": {"status": 403, "message": "Insufficient client scope"}}', NeedsReconnect),
        (429, '{"error": {"status": 429, "message": "API rate limit exceeded"}}', RateLimited),
        (400, '{"error": {"status": 400, "message": "Invalid limit"}}', Unavailable),
        (404, "Service not found", Unavailable),
        (418, "", Unavailable),
        (500, '{"error": {"status": 500, "message": "Server error."}}', Unavailable),
        (502, "<html>Bad gateway</html>", Unavailable),
        (503, "", Unavailable),
        (504, "upstream request timeout", Unavailable),
        (204, "", Unavailable),
        (302, "", Unavailable),
        (200, "<!doctype html><title>Log in to this hotel's network</title>", Unavailable),
        (200, '{"items": [', Unavailable),
        (200, "", Unavailable),
        (200, "\xff\xfe", Unavailable),
        (200, '{"number": ' + "9" * 5000 + "}", Unavailable),
        (200, "[" * 100_000, Unavailable),
    ],
)
@responses.activate
def test_each_answer_has_its_error(status: int, body: str, kind: type[SpotifyError], deadline: float) -> None:
    responses.get(URL, status=status, body=body.encode("latin-1"))
    with pytest.raises(SpotifyError) as caught:
        ask(deadline)
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("header", "body", "remembered"),
    [
        ("30", "", 30),
        ("3600", "", 3600),
        (" 90 ", "", 90),
        ("0", "", None),
        (None, "", None),
        (None, '{"error": {"status": 429, "reason": "QUOTA_EXCEEDED"}}', 3600),
        ("0", '{"error": {"status": 429, "reason": "QUOTA_EXCEEDED"}}', 3600),
        ("50000", '{"error": {"status": 429, "reason": "QUOTA_EXCEEDED"}}', 50000),
        ("-5", "", None),
        ("soon", "", None),
        ("٣٠", "", None),
        ("1.5", "", None),
        ("9" * 400, "", 7 * 24 * 3600),
        ("Wed, 21 Oct 2015 07:28:00 GMT", "", None),
        ("Wed, 99 Oct 2015 07:28:00 GMT", "", None),
    ],
)
@responses.activate
def test_the_wait_after_a_429(header: str | None, body: str, remembered: int | None, deadline: float) -> None:
    headers = {} if header is None else {"Retry-After": header}
    responses.get(URL, status=429, body=body, headers=headers)
    with pytest.raises(RateLimited) as caught:
        ask(deadline)
    assert caught.value.retry_after == remembered


@responses.activate
def test_a_wait_told_as_a_date(deadline: float) -> None:
    until = datetime.now(UTC) + timedelta(hours=2)
    responses.get(URL, status=429, headers={"Retry-After": format_datetime(until, usegmt=True)})
    with pytest.raises(RateLimited) as caught:
        ask(deadline)
    assert caught.value.retry_after is not None
    assert 7190 <= caught.value.retry_after <= 7200
    assert len(responses.calls) == 1


@responses.activate
def test_a_service_that_is_down_and_says_how_long(deadline: float) -> None:
    responses.get(URL, status=503, headers={"Retry-After": "120"})
    with pytest.raises(RateLimited) as caught:
        ask(deadline)
    assert caught.value.retry_after == 120
    assert len(responses.calls) == 1


def refusal(status: int, **headers: str) -> HTTPResponse:
    return HTTPResponse(
        status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


def bounded_retry() -> http.BoundedRetry:
    return http.BoundedRetry(total=5)


@pytest.mark.parametrize("seconds", ["0", "1", "5"])
def test_a_short_wait_is_waited_out_exactly(seconds: str) -> None:
    answer = refusal(429, Retry_After=seconds)
    retry = bounded_retry().increment("GET", "/", answer)
    assert (retry.get_retry_after(answer) or retry.get_backoff_time()) == max(int(seconds), 1)


@pytest.mark.parametrize("status", [429, 503, 413])
def test_a_wait_of_more_than_five_seconds_is_not_waited_out(status: int) -> None:
    with pytest.raises(MaxRetryError):
        bounded_retry().increment("GET", "/", refusal(status, Retry_After="6"))


@pytest.mark.parametrize("header", [{}, {"Retry_After": "5"}, {"Retry_After": "soon"}])
def test_only_one_wait_is_waited_out(header: dict[str, str]) -> None:
    retry = bounded_retry().increment("GET", "/", refusal(429, **header))
    with pytest.raises(MaxRetryError):
        retry.increment("GET", "/", refusal(429, **header))


def test_a_wait_that_cannot_be_read_is_one_second() -> None:
    for header in ("soon", "", "1e9", "Wed, 21 Oct 2015 07:28:00 GMT"):
        answer = refusal(429, Retry_After=header)
        retry = bounded_retry().increment("GET", "/", answer)
        assert (retry.get_retry_after(answer) or retry.get_backoff_time()) == 1


@responses.activate
def test_trouble_is_tried_three_times_and_no_more(deadline: float) -> None:
    responses.get(URL, status=502)
    with pytest.raises(Unavailable):
        ask(deadline)
    assert len(responses.calls) == 3


@responses.activate
def test_trouble_that_passes_is_not_seen(deadline: float) -> None:
    responses.get(URL, status=500)
    responses.get(URL, json={"id": "alice"})
    assert ask(deadline) == {"id": "alice"}


@pytest.mark.parametrize("status", [400, 401, 403, 404])
@responses.activate
def test_a_refusal_is_not_asked_twice(status: int, deadline: float) -> None:
    responses.get(URL, status=status)
    with pytest.raises(SpotifyError):
        ask(deadline)
    assert len(responses.calls) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@responses.activate
def test_a_redirect_is_never_followed(status: int, deadline: float) -> None:
    elsewhere = responses.get("https://elsewhere.test/steal", json={"id": "mallory"})
    responses.get(URL, status=status, headers={"Location": "https://elsewhere.test/steal"})
    responses.post(URL, status=status, headers={"Location": "https://elsewhere.test/steal"})
    with pytest.raises(Unavailable):
        ask(deadline)
    with pytest.raises(Unavailable):
        http.post_form(URL, user="id", password="secret", fields={"refresh_token": "r"}, deadline=deadline)
    assert elsewhere.call_count == 0


@responses.activate
def test_without_time_left_nothing_is_asked() -> None:
    everything = responses.get(URL, json={})
    with pytest.raises(Unavailable):
        ask(0.0)
    assert everything.call_count == 0


@responses.activate
def test_what_spotify_sets_as_a_cookie_is_not_sent_back(deadline: float) -> None:
    responses.get(URL, json={}, headers={"Set-Cookie": "listener=alice; Path=/"})
    ask(deadline)
    ask(deadline)
    assert "Cookie" not in responses.calls[1].request.headers


@pytest.mark.parametrize("status", [200, 401, 429, 500])
@responses.activate
def test_no_token_in_a_log_or_an_error(
    status: int, deadline: float, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    responses.get(URL, status=status, body="not JSON")
    with pytest.raises(SpotifyError) as caught:
        ask(deadline)
    assert TOKEN not in caplog.text + repr(caught.value) + "".join(traceback.format_exception(caught.value))


@responses.activate
@pytest.mark.parametrize("location", ["http://[", "http://a:b:c/", "http://a:99999999/", "/elsewhere"])
def test_a_redirect_is_an_answer_like_any_other(location: str) -> None:
    responses.get("https://api.example.org/v1/me", status=302, headers={"Location": location})
    with pytest.raises(Unavailable, match="302"):
        http.get("https://api.example.org/v1/me", token="t", params={}, deadline=time.monotonic() + 5)
    assert len(responses.calls) == 1
