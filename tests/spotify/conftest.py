"""A server that answers with exactly the bytes that a test writes down, however odd."""

import socket
import time
from collections.abc import Callable, Iterator
from threading import Event, Thread

import pytest

Answer = bytes | Callable[[socket.socket], object]


class Wire:
    """Answers one request a connection; the last of its answers is given again and again."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.over = Event()
        self._answers: list[Answer] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def answer(self, *answers: Answer) -> None:
        """Give these answers, in their order."""
        self._answers = list(answers)

    def stop(self) -> None:
        self.over.set()
        # A blocked accept ends only by a connection.
        with socket.create_connection(self._listening.getsockname()):
            self._thread.join()
        self._listening.close()

    def _serve(self) -> None:
        while not self.over.is_set():
            connection, _address = self._listening.accept()
            if self.over.is_set():
                connection.close()
            else:
                Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with connection:
            request = b""
            while b"\r\n\r\n" not in request and (piece := connection.recv(65536)):
                request += piece
            self.requests.append(request)
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            try:
                if callable(answer):
                    answer(connection)
                else:
                    connection.sendall(answer)
            except OSError:
                return  # Who asked has hung up.


def http_answer(status: int, body: bytes = b"{}", **headers: str) -> bytes:
    """Return a whole answer; an underscore in the name of a header stands for a hyphen."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@pytest.fixture
def wire() -> Iterator[Wire]:
    server = Wire()
    yield server
    server.stop()


@pytest.fixture
def deadline() -> float:
    """Ten seconds from now, as the client counts them."""
    return time.monotonic() + 10
