"""gunicorn as it runs in production, on a free port, and what its workers use of the machine."""

import gzip
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import brotli
from backports import zstd

ROOT = Path(__file__).resolve().parent.parent
_PATIENCE_SECONDS = 30
_DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "none": bytes,
    "br": brotli.decompress,
    "gzip": gzip.decompress,
    "zstd": zstd.decompress,
}
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was sent: the body may be compressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookie: str | None

    @property
    def coding(self) -> str:
        """How the body is compressed."""
        return self.headers.get("Content-Encoding", "none")

    @property
    def size(self) -> int:
        """The bytes that were sent, status line and headers included."""
        lines = sum(len(name) + len(value) + 4 for name, value in self.headers.items())
        return len("HTTP/1.1 200 OK\r\n") + lines + 2 + len(self.body)

    @property
    def body_plain(self) -> bytes:
        decode = _DECODERS[self.coding]
        return decode(self.body)


@dataclass(frozen=True, slots=True)
class Memory:
    """A process's memory in MB; `own` counts what is shared with others in parts (PSS)."""

    resident: float
    own: float


@dataclass(frozen=True, slots=True)
class Server:
    """A running gunicorn: the port, and the process that its workers are children of."""

    port: int
    arbiter: int

    @property
    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.arbiter}/task/{self.arbiter}/children").read_text()
        return [int(child) for child in children.split()]

    def cpu_seconds(self) -> float:
        """Return the CPU time that all workers have used."""
        return sum(_cpu_seconds(worker) for worker in self.workers)

    def memory(self) -> Memory:
        """Return the memory of the largest worker."""
        return max((_memory(worker) for worker in self.workers), key=lambda memory: memory.resident)

    def get(self, path: str, headers: Mapping[str, str]) -> Answer:
        return self.ask("GET", path, headers)

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: str | None = None) -> Answer:
        """Return the answer to one request on a connection of its own."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        cookie = (response.getheader("Set-Cookie") or "").partition(";")[0] or None
        answer = Answer(response.status, dict(response.getheaders()), response.read(), cookie)
        connection.close()
        return answer


@contextmanager
def gunicorn(program: str, variables: Mapping[str, str], *, workers: int = 2) -> Iterator[Server]:
    """Serve `program` ("wsgi:app") with the project's own gunicorn.conf.py."""
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--log-level", "warning", "--workers", str(workers), program],
        env={**os.environ, **variables, "PORT": str(port)},
        cwd=ROOT,
    )
    server = Server(port, process.pid)
    try:
        _wait(server, process, workers)
        yield server
    finally:
        process.terminate()
        process.wait()


def _wait(server: Server, process: subprocess.Popen[bytes], workers: int) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            server.get("/", {})
        except OSError:
            time.sleep(0.05)
            continue
        if len(server.workers) == workers:
            return
    raise RuntimeError("gunicorn did not start")


def _cpu_seconds(process: int) -> float:
    # The name of the program stands in parentheses and may hold spaces; the numbers begin after it.
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def _memory(process: int) -> Memory:
    kilobytes = {}
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]:
        name, amount = line.split()[:2]
        kilobytes[name] = int(amount)
    return Memory(kilobytes["Rss:"] / 1024, kilobytes["Pss:"] / 1024)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
