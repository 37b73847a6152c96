"""Syncs in processes of their own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from spotistats.simulator import Simulator
from tests.support.settings import app_settings

ROOT = Path(__file__).parent.parent.parent


def environment(app: Flask, simulator: Simulator, **changes: str) -> dict[str, str]:
    """Return what another process of the same application gets to know."""
    url = app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")
    services = {"SPOTIFY_ACCOUNTS_URL": simulator.accounts_url, "SPOTIFY_API_URL": simulator.api_url}
    changes = {"SYNC_COOLDOWN_SECONDS": "0", **services, **changes}
    return {**os.environ, **app_settings(url, **changes), "PYTHONWARNINGS": "default"}


def command(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    """Start `flask --app wsgi …`."""
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


class Worker:
    """Begins syncs in processes that are forked from one that is ready; see `sync_worker`."""

    def __init__(self, environment: dict[str, str], outcomes: Path) -> None:
        self._outcomes = outcomes
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.services.sync_worker", str(outcomes)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def begin(self, user_id: int) -> int:
        """Begin a sync; return the id of its process."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{user_id}\n")
        return int(self._line())

    def wait(self) -> None:
        """Wait until the sync's process has ended, one way or another."""
        assert self._line() == "ended"

    def outcome(self, process_id: int) -> str | None:
        """Return the state in which the sync ended, None where it was killed before."""
        lines = self._outcomes.read_text().splitlines() if self._outcomes.exists() else []
        states = dict(line.split(" ", 1) for line in lines)
        return states.get(str(process_id))

    def stop(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@contextmanager
def workers(environment: dict[str, str], folder: Path, *, count: int) -> Iterator[list[Worker]]:
    made = [Worker(environment, folder / f"outcomes-{number}") for number in range(count)]
    try:
        yield made
    finally:
        for worker in made:
            worker.stop()
