"""Load on a page from processes of their own, over connections that are kept open.

`wrk` is used where it is installed, because it takes little from the machine that it measures; else a plain
loader of ours, which takes more. Both sides of a comparison are always loaded by the same one.
"""

import multiprocessing
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import quantiles
from threading import Thread

CONNECTIONS = 8
_SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True, slots=True)
class Measured:
    """What a stretch of load has shown; latencies are milliseconds."""

    requests: int
    seconds: float
    failed: int
    median: float
    slow: float

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def loader() -> str:
    """Return the name of the loader that will be used."""
    return "wrk" if shutil.which("wrk") else "a plain-Python loader in two processes"


def load(port: int, path: str, headers: Mapping[str, str], *, seconds: float) -> Measured:
    """Ask for a page over eight connections, as fast as it is answered."""
    measured = _wrk if shutil.which("wrk") else _plain
    result = measured(port, path, headers, seconds)
    if result.failed or not result.requests:
        raise RuntimeError(f"{result.failed} of {result.requests} requests for {path} failed")
    return result


def exactly(count: int, port: int, path: str, headers: Mapping[str, str]) -> None:
    """Ask for a page that many times over four connections."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda share: _in_a_row(share, port, path, headers), [count // 4] * 4))


def _in_a_row(count: int, port: int, path: str, headers: Mapping[str, str]) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    for _ in range(count):
        connection.request("GET", path, headers=dict(headers))
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise RuntimeError(f"{path} was answered with {response.status}")
    connection.close()


def _wrk(port: int, path: str, headers: Mapping[str, str], seconds: float) -> Measured:
    lines = [argument for name, value in headers.items() for argument in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "-s", str(_SCRIPT), *lines]
    command.append(f"http://127.0.0.1:{port}{path}")
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    said = next(line for line in output.splitlines() if line.startswith("measured ")).split()
    return Measured(int(said[1]), float(said[2]), int(said[3]), float(said[4]), float(said[5]))


def _plain(port: int, path: str, headers: Mapping[str, str], seconds: float) -> Measured:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{lines}\r\n".encode()
    context = multiprocessing.get_context("spawn")
    pipes, began = [], time.monotonic()
    for _ in range(2):
        ours, theirs = context.Pipe()
        context.Process(target=_process, args=(theirs, port, asked, seconds), daemon=True).start()
        pipes.append(ours)
    answers = [pipe.recv() for pipe in pipes]
    times = [each for answer in answers for each in answer[0]]
    if not times:
        return Measured(0, time.monotonic() - began, 1, 0, 0)
    cuts = quantiles(times, n=100)
    seconds = max(answer[2] for answer in answers)
    return Measured(len(times), seconds, sum(answer[1] for answer in answers), cuts[49], cuts[94])


def _process(pipe: Connection, port: int, asked: bytes, seconds: float) -> None:
    """Load with half of the connections and send back the latencies, the failures and the seconds."""
    times: list[float] = []
    failures: list[int] = []
    began = time.monotonic()
    threads = [
        Thread(target=_ask, args=(port, asked, began + seconds, times, failures))
        for _ in range(CONNECTIONS // 2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pipe.send((times, len(failures), time.monotonic() - began))


def _ask(port: int, asked: bytes, until: float, times: list[float], failures: list[int]) -> None:
    """Ask over one connection; bytes are read by hand, since `http.client` would cost more than the page."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        while (begun := time.monotonic()) < until:
            connection.sendall(asked)
            head, _, body = _received(connection).partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            missing = length - len(body)
            while missing > 0:
                missing -= len(connection.recv(65_536))
            times.append((time.monotonic() - begun) * 1000)
            if not head.startswith(b"HTTP/1.1 200 "):
                failures.append(1)


def _received(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        part = connection.recv(65_536)
        if not part:
            raise ConnectionError("the server closed the connection")
        received += part
    return received
