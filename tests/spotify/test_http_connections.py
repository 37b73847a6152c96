"""What happens below HTTP's statuses: connections that drop, hang, trickle or bring too much."""

import gzip
import os
import socket
import time
from pathlib import Path
from threading import Event

import pytest

from spotistats.spotify import http
from spotistats.spotify.errors import RateLimited, SpotifyError, Unavailable
from tests.spotify.conftest import Wire, http_answer

TOKEN = "BQD-the-access-token"


def ask(wire: Wire, deadline: float) -> http.JSON:
    return http.get(f"{wire.url}/v1/me", token=TOKEN, params={}, deadline=deadline)


def post(wire: Wire, deadline: float) -> tuple[int, http.JSON]:
    return http.post_form(
        f"{wire.url}/api/token",
        user="id",
        password="secret",
        fields={"refresh_token": "r"},
        deadline=deadline,
    )


def hang_up(connection: socket.socket) -> None:
    connection.close()


def test_a_dropped_question_is_asked_once_more(wire: Wire, deadline: float) -> None:
    wire.answer(hang_up, http_answer(200, b'{"id": "alice"}'))
    assert ask(wire, deadline) == {"id": "alice"}
    wire.answer(hang_up)
    with pytest.raises(Unavailable):
        ask(wire, deadline)
    assert len(wire.requests) == 4


def test_no_connection_outlives_its_call(wire: Wire, deadline: float) -> None:
    ended = Event()

    def keep_open(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        if connection.recv(1) == b"":
            ended.set()

    wire.answer(keep_open)
    assert ask(wire, deadline) == {}
    assert ended.wait(5), "who asked has closed it, though the server would answer more"


def test_a_post_whose_answer_was_lost_is_not_repeated(wire: Wire, deadline: float) -> None:
    wire.answer(hang_up, http_answer(200))
    with pytest.raises(Unavailable):
        post(wire, deadline)
    assert len(wire.requests) == 1


def test_a_post_that_is_answered_too_late_is_not_repeated(wire: Wire) -> None:
    wire.answer(lambda _connection: wire.over.wait(3), http_answer(200))
    with pytest.raises(Unavailable):
        post(wire, time.monotonic() + 0.3)
    assert len(wire.requests) == 1


def test_a_post_that_reached_nobody_is_tried_again(deadline: float) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/api/token"
    with pytest.raises(Unavailable):
        http.post_form(url, user="id", password="secret", fields={}, deadline=deadline)


def test_a_short_wait_is_waited_out_once(wire: Wire, deadline: float) -> None:
    wire.answer(http_answer(429, Retry_After="1"), http_answer(200, b"[1]"))
    began = time.monotonic()
    assert ask(wire, deadline) == [1]
    assert 1 <= time.monotonic() - began < 3


def test_a_date_as_the_wait_does_not_make_us_sleep(wire: Wire, deadline: float) -> None:
    wire.answer(http_answer(429, Retry_After="Wed, 21 Oct 2099 07:28:00 GMT"))
    began = time.monotonic()
    with pytest.raises(RateLimited):
        ask(wire, deadline)
    assert time.monotonic() - began < 1
    assert len(wire.requests) == 1


def test_a_wait_that_cannot_be_read_is_a_pause_all_the_same(wire: Wire, deadline: float) -> None:
    wire.answer(http_answer(429, Retry_After="soon"), http_answer(200, b"[1]"))
    assert ask(wire, deadline) == [1]


def test_a_refusal_that_trickles_in_is_not_read_to_its_end(wire: Wire, deadline: float) -> None:
    def trickle(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 503 Trouble\r\nContent-Length: 1000\r\n\r\n")
        for _drop in range(100):
            wire.over.wait(0.05)
            connection.sendall(b".")

    wire.answer(trickle, http_answer(200, b"[1]"))
    began = time.monotonic()
    assert ask(wire, deadline) == [1]
    assert time.monotonic() - began < 2


def test_an_answer_that_trickles_in_ends_with_the_deadline(wire: Wire) -> None:
    def trickle(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[")
        for _drop in range(100):
            wire.over.wait(0.05)
            connection.sendall(b" ")

    wire.answer(trickle)
    began = time.monotonic()
    with pytest.raises(Unavailable):
        ask(wire, time.monotonic() + 0.5)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("beginning", "piece"),
    [(b"", b"H"), (b"HTTP/1.1 200 OK\r\nX-Long: ", b"."), (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n")],
    ids=["status", "long-header", "many-headers"],
)
def test_headers_that_trickle_in_end_with_the_deadline(wire: Wire, beginning: bytes, piece: bytes) -> None:
    def trickle(connection: socket.socket) -> None:
        connection.sendall(beginning)
        for _drop in range(80):
            wire.over.wait(0.05)
            connection.sendall(piece)

    wire.answer(trickle)
    began = time.monotonic()
    with pytest.raises(Unavailable):
        ask(wire, began + 0.5)
    assert time.monotonic() - began < 1.5
    assert len(wire.requests) == 1, "who has no time left does not ask again"


def test_a_wait_that_is_longer_than_what_is_left_is_not_waited_out(wire: Wire) -> None:
    wire.answer(http_answer(429, Retry_After="4"))
    began = time.monotonic()
    with pytest.raises(RateLimited) as caught:
        ask(wire, began + 2)
    assert caught.value.retry_after == 4
    assert time.monotonic() - began < 1


def test_an_answer_that_never_comes_ends_with_the_deadline(wire: Wire) -> None:
    wire.answer(lambda _connection: wire.over.wait(30))
    began = time.monotonic()
    with pytest.raises(Unavailable):
        ask(wire, time.monotonic() + 0.4)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[1, 2",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[1, 2]",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1, 2",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n[1]",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n[1]",
        b"HTTP/1.1 OK\r\n\r\n",
        b"not HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * 70_000 + b"\r\n\r\n[1]",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n[1]",
    ],
    ids=["short", "short-but-whole", "chunk", "no-chunk", "no-gzip", "no-status", "no-http", "long", "many"],
)
def test_an_answer_that_is_not_whole_is_no_answer(wire: Wire, answer: bytes, deadline: float) -> None:
    wire.answer(answer)
    with pytest.raises(Unavailable):
        ask(wire, deadline)


@pytest.mark.parametrize("packed", [False, True])
def test_a_huge_answer_is_not_read(wire: Wire, deadline: float, *, packed: bool) -> None:
    body = b"[" + b" " * (9 * 1024 * 1024) + b"]"
    wire.answer(
        http_answer(200, gzip.compress(body), Content_Encoding="gzip") if packed else http_answer(200, body)
    )
    with pytest.raises(Unavailable):
        ask(wire, deadline)


def test_a_packed_answer_is_unpacked(wire: Wire, deadline: float) -> None:
    wire.answer(http_answer(200, gzip.compress(b'{"id": "alice"}'), Content_Encoding="gzip"))
    assert ask(wire, deadline) == {"id": "alice"}


@pytest.mark.parametrize("status", [400, 401, 403])
def test_the_body_of_a_refused_post_is_told(wire: Wire, deadline: float, status: int) -> None:
    wire.answer(http_answer(status, b'{"error": "invalid_grant"}'))
    assert post(wire, deadline) == (status, {"error": "invalid_grant"})
    wire.answer(http_answer(status, b"<html>"))
    assert post(wire, deadline) == (status, None)


def test_a_netrc_on_the_machine_does_not_replace_the_token(
    wire: Wire, deadline: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login mallory password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    wire.answer(http_answer(200))
    ask(wire, deadline)
    assert f"Authorization: Bearer {TOKEN}\r\n".encode() in wire.requests[0]


def test_a_proxy_on_the_machine_does_not_replace_the_token(
    wire: Wire, deadline: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.lower() == "no_proxy"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("http_proxy", wire.url.replace("//", "//mallory:secret@"))
    wire.answer(http_answer(200))
    http.get("http://spotify.test/v1/me", token=TOKEN, params={}, deadline=deadline)
    assert wire.requests[0].startswith(b"GET http://spotify.test/v1/me")
    assert f"Authorization: Bearer {TOKEN}\r\n".encode() in wire.requests[0]


def test_an_address_that_answers_nothing_is_given_up(deadline: float) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(SpotifyError):
        http.get(url, token=TOKEN, params={}, deadline=deadline)
