"""The application as people run it: gunicorn, as a process of its own, on a free port of this machine."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

import requests
from flask import Flask

from spotistats import create_app
from spotistats.simulator import Simulator
from tests.support.databases import dispose
from tests.support.settings import app_settings

_ROOT = Path(__file__).parent.parent.parent
_PATIENCE_SECONDS = 20


class AppServer:
    """A running application; `url` is its address, without a trailing slash."""

    def __init__(self, simulator: Simulator, database_url: str, **changes: str) -> None:
        self.simulator = simulator
        self.settings = app_settings(
            database_url,
            **{
                "SPOTIFY_ACCOUNTS_URL": simulator.accounts_url,
                "SPOTIFY_API_URL": simulator.api_url,
                "DEMO": "1",  # Only then may pages show the simulator's pictures.
                **changes,
            },
        )
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "--log-level", "error"),
                *("--bind", f"127.0.0.1:{port}", "wsgi:app"),
            ],
            env={**os.environ, **self.settings},
            cwd=_ROOT,
            start_new_session=True,  # So that the workers can be ended with it.
        )
        self._wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server and its workers at once, as a power cut would."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=_PATIENCE_SECONDS)

    @contextmanager
    def own_app(self) -> Iterator[Flask]:
        """An application context of this process on the server's database, to put rows into it."""
        app = create_app(self.settings)
        with app.app_context():
            yield app
            dispose(app)

    def _wait(self) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                requests.get(f"{self.url}/healthz", timeout=5)
            except requests.ConnectionError:
                time.sleep(0.05)
            else:
                return
        self.stop()
        raise RuntimeError("the server did not start")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
