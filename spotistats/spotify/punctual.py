"""Answers that end with a deadline, however small the pieces are in which they come.

Whoever asked has given up by then; what ends here is the thread, so that none outlives the server's own end.
"""

import io
import socket
import threading
import time
from http.client import HTTPResponse
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

READ_SECONDS = 6.0

_calls = threading.local()  # Each thread makes one call at a time.


def set_deadline(deadline: float) -> None:
    """Let what this thread asks from here on end by `deadline`, a moment of `time.monotonic()`."""
    _calls.deadline = deadline


def seconds_left() -> float:
    """Return how long this thread's call may still take."""
    deadline: float = getattr(_calls, "deadline", float("inf"))
    return deadline - time.monotonic()


class PunctualAdapter(HTTPAdapter):
    """Connects as usual, through a proxy too, and reads until the deadline of the thread's call."""

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        pool = super().get_connection_with_tls_context(*args, **kwargs)
        assert isinstance(pool, HTTPConnectionPool)
        is_tls = isinstance(pool, HTTPSConnectionPool)
        pool.ConnectionCls = _TLSConnection if is_tls else _Connection
        return pool


class _Stream(io.RawIOBase):
    """What a socket receives, until the deadline.

    The timeout of a socket counts for each piece that it receives, so that an answer in many small pieces
    could take any time; nothing but the stream itself sees the pieces of a header.
    """

    def __init__(self, connection: socket.socket, received: io.RawIOBase) -> None:
        super().__init__()
        self._connection = connection
        self._received = received

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = seconds_left()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        self._connection.settimeout(min(READ_SECONDS, left))
        received: int | None = self._received.readinto(buffer)
        return received

    def close(self) -> None:
        self._received.close()
        super().close()


class _Answer(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Stream(sock, self.fp.detach()))


class _Connection(HTTPConnection):
    response_class = _Answer


class _TLSConnection(HTTPSConnection):
    response_class = _Answer
