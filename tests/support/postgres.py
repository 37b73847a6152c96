"""A private PostgreSQL server for one run of the tests, where its programs are found."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psycopg

_PATIENCE_SECONDS = 30


def programs() -> Path | None:
    """Return the folder with `initdb` and `postgres`, None where they are not installed."""
    newest_first = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -float(path.parent.name)
    )
    on_path = shutil.which("initdb")
    candidates = [*newest_first, *([Path(on_path).resolve().parent] if on_path else [])]
    return next(
        (path for path in candidates if (path / "postgres").exists() and (path / "initdb").exists()), None
    )


class PostgresServer:
    """A server on a free port of 127.0.0.1, its data in a folder that goes away with it."""

    def __init__(self, folder: Path) -> None:
        self._programs = folder
        self._data = tempfile.mkdtemp(prefix="spotistats-postgres-")
        self._port = _free_port()
        # The server refuses to run as root, so root runs it as the account that its package has made.
        self._account = "postgres" if os.geteuid() == 0 else None
        if self._account:
            entry = pwd.getpwnam(self._account)
            os.chown(self._data, entry.pw_uid, entry.pw_gid)
        self._run(
            "initdb", "--auth=trust", "--username=tester", "--no-sync", "--locale=C.UTF-8", "-D", self._data
        )
        self._process = subprocess.Popen(
            [
                str(folder / "postgres"),
                *("-D", self._data, "-p", str(self._port), "-h", "127.0.0.1", "-k", self._data),
                *("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"),
                *("-c", "max_connections=200"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            user=self._account,
        )
        self._wait()

    def url(self, database: str) -> str:
        """Return a database's address as a user would write it into DATABASE_URL."""
        return f"postgresql://tester@127.0.0.1:{self._port}/{database}"

    def execute(self, statement: str) -> None:
        """Run a statement beside all transactions, such as CREATE DATABASE."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def pause(self) -> None:
        """Let every process of the server stand still, as one that hangs; it keeps its connections open."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGINT)  # To it, SIGTERM means to wait until nobody is connected.
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._data, ignore_errors=True)

    def _signal(self, number: signal.Signals) -> None:
        parent = self._process.pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        for process in (parent, *map(int, children)):  # The parent first: it starts no others meanwhile.
            with suppress(ProcessLookupError):
                os.kill(process, number)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd="/", user=self._account)

    def _wait(self) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise
                time.sleep(0.05)
            else:
                return


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
