"""One call to Spotify: session, timeouts, bounded retry, and which error a status stands for.

Retries are urllib3's. A call that hangs is given up by its timeouts, one whose answer trickles in, headers
included, by its deadline, and an answer is read up to a size that none of Spotify's comes near.
"""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import ceil
from typing import Any, Self

import requests
from requests.auth import AuthBase
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError, MaxRetryError, ProtocolError, ReadTimeoutError, ResponseError
from urllib3.util.retry import Retry

from spotistats.spotify import punctual
from spotistats.spotify.errors import (
    AccessTokenRefused,
    NeedsReconnect,
    NotAllowed,
    RateLimited,
    SpotifyError,
    Unavailable,
)
from spotistats.spotify.punctual import READ_SECONDS, PunctualAdapter

# A sync says in one line how it ended; urllib3 would add one for every call that it repeats.
logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)

JSON = Any  # What json.loads returns; payloads.py gives it types.

CONNECT_SECONDS = 3.0
LONGEST_WAIT_SECONDS = 5
_LONGEST_REMEMBERED_WAIT = 7 * 24 * 3600
_QUOTA_WAIT = 3600
_LARGEST_ANSWER = 8 * 1024 * 1024
_CHUNK = 64 * 1024
_REFUSED = frozenset({429, 503})  # Nothing was done.
_TRANSIENT = _REFUSED | {500, 502, 504}


class BoundedRetry(Retry):
    """urllib3's retry with Spotify's rules: a short wait that Spotify asks for is waited out, once."""

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> Self:
        """Return the state for the next try, or raise: MaxRetryError means that the answer stands.

        A post that may have spent a refresh token is not repeated: its answer did not come, or a gateway
        answered in the place of Spotify.
        """
        error = kwargs.get("error") or (args[0] if args else None)
        if error is not None and punctual.seconds_left() <= 0:
            raise error
        if method == "POST" and isinstance(error, ReadTimeoutError | ProtocolError):
            raise error
        if method == "POST" and response is not None and response.status not in _REFUSED:
            raise MaxRetryError(None, url, ResponseError("it may have been done"))  # type: ignore[arg-type]
        if response is not None and (response.status == 429 or "Retry-After" in response.headers):
            asked_for = retry_after_seconds(response.headers) or 0
            waited_before = any(past.status == 429 or past.status == response.status for past in self.history)
            if waited_before or asked_for > min(LONGEST_WAIT_SECONDS, punctual.seconds_left()):
                raise MaxRetryError(None, url, ResponseError("Spotify asks for a wait"))  # type: ignore[arg-type]
        retry = super().increment(method, url, response, *args, **kwargs)
        if response is not None:
            # Else urllib3 would read the refusal to its end, however slowly that comes.
            response.close()
        return retry

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        """Return the wait that `increment` has judged; urllib3's own reading sleeps for hours or raises."""
        return retry_after_seconds(response.headers)

    def get_backoff_time(self) -> float:
        """Return the seconds to wait where Spotify named none: one after a 429, else growing from zero."""
        if self.history and self.history[-1].status == 429:
            return 1.0
        return super().get_backoff_time()


class BearerToken(AuthBase):
    """An access token as authentication, so that a `.netrc` on the machine cannot replace it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def get(url: str, *, token: str, params: Mapping[str, str | int], deadline: float) -> JSON:
    """Return the JSON that Spotify answers; `deadline` is a moment of `time.monotonic()`.

    Raises AccessTokenRefused, NeedsReconnect, NotAllowed, RateLimited or Unavailable.
    """
    status, headers, body = _exchange("GET", url, auth=BearerToken(token), params=params, deadline=deadline)
    if status == 200:
        return _parsed(body)
    raise _error(status, headers, body)


def post_form(
    url: str, *, user: str, password: str, fields: Mapping[str, str], deadline: float
) -> tuple[int, JSON]:
    """Post a form with HTTP Basic; return the status (200, or 4xx but 429) and its JSON, None if none.

    Raises RateLimited or Unavailable.
    """
    status, headers, body = _exchange("POST", url, auth=(user, password), data=fields, deadline=deadline)
    if status == 200:
        return status, _parsed(body)
    if 400 <= status < 500 and status != 429:
        return status, _parsed_or_none(body)
    raise _error(status, headers, body)


def retry_after_seconds(headers: Mapping[str, str]) -> int | None:
    """Return the whole seconds of a `Retry-After` header, None where there is none that can be read.

    It may hold seconds or a date (RFC 9110, section 10.2.3).
    """
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:12]), _LONGEST_REMEMBERED_WAIT)
    try:
        until = parsedate_to_datetime(text)
        seconds = (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    except (ValueError, OverflowError):
        return None
    return min(max(0, ceil(seconds)), _LONGEST_REMEMBERED_WAIT)


class OneAnswerSession(requests.Session):
    """A session that takes a redirect for an answer: the token belongs to the configured address alone.

    requests would otherwise read its target, and all of its body, even where it is told not to follow.
    """

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002
        return None


def _session() -> requests.Session:
    """Return a session for one call.

    Calls are made side by side, and requests does not promise that they can share one. Nor does anything that
    Spotify sets for one listener, such as a cookie, reach the next.
    """
    session = OneAnswerSession()
    retry = BoundedRetry(
        total=2,
        connect=1,
        read=1,
        redirect=0,
        other=0,
        status_forcelist=_TRANSIENT,
        allowed_methods=None,
        backoff_factor=0.4,
        raise_on_status=False,
    )
    session.mount("https://", PunctualAdapter(max_retries=retry))
    session.mount("http://", PunctualAdapter(max_retries=retry))
    return session


def _exchange(
    method: str, url: str, *, deadline: float, **arguments: Any
) -> tuple[int, Mapping[str, str], bytes]:
    punctual.set_deadline(deadline)
    remaining = punctual.seconds_left()
    if remaining <= 0:
        raise Unavailable("there was no time left to ask")
    timeout = (min(CONNECT_SECONDS, remaining), min(READ_SECONDS, remaining))
    try:
        with (
            _session() as session,
            session.request(
                method, url, timeout=timeout, stream=True, allow_redirects=False, **arguments
            ) as response,
        ):
            return response.status_code, response.headers, _body(response)
    except (requests.RequestException, HTTPError, OSError) as error:
        raise Unavailable(f"the connection failed ({type(error).__name__})") from error


def _body(response: requests.Response) -> bytes:
    body = bytearray()
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > _LARGEST_ANSWER or punctual.seconds_left() <= 0:
            raise Unavailable("the answer was too long or too slow")
    return bytes(body)


def _parsed(body: bytes) -> JSON:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unavailable("the answer is not JSON") from error


def _parsed_or_none(body: bytes) -> JSON:
    try:
        return _parsed(body)
    except Unavailable:
        return None


def _error(status: int, headers: Mapping[str, str], body: bytes) -> SpotifyError:
    if status == 401:
        return AccessTokenRefused("the access token is not accepted")
    complaint = _complaint(body)
    if status == 403 and complaint.get("message") == "Insufficient client scope":
        return NeedsReconnect("the permission given is too narrow")
    if status == 403:
        return NotAllowed("Spotify does not allow this application or this account")
    wait = retry_after_seconds(headers)
    if status == 429 and not wait and complaint.get("reason") == "QUOTA_EXCEEDED":
        wait = _QUOTA_WAIT
    if status == 429 or (status == 503 and wait):
        return RateLimited("Spotify asks for a pause", wait or None)
    return Unavailable(f"Spotify answered with status {status}")


def _complaint(body: bytes) -> dict[str, JSON]:
    """Return the error object of Spotify's JSON; an empty one where the answer is anything else."""
    answer = _parsed_or_none(body)
    error = answer.get("error") if isinstance(answer, dict) else None
    return error if isinstance(error, dict) else {}
