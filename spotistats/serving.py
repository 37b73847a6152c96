"""`make run`: bring the database up to date, then serve; without Spotify credentials, the simulator beside.

The server and the simulator are processes of their own. This one waits until either ends, and ends both.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress

import click
import requests
from flask import Flask

from spotistats import config, create_app, demo
from spotistats.stats import health

Process = subprocess.Popen[str]

_PATIENCE_SECONDS = 20
_LOOK_SECONDS = 0.2

_UPGRADE = ("flask", "--app", "wsgi", "db", "upgrade", "-x", "calm")
# Who presses Ctrl-C wants it to end: what is still being answered has a few seconds.
_SERVER = ("gunicorn", "--log-level", "warning", "--graceful-timeout", "5", "wsgi:app")


class _Signals:
    """Those that ask for an end. The first of them ends everything; those that follow must not disturb it."""

    def __init__(self) -> None:
        self._is_ending = False
        self._came = False
        self._is_put_off = False

    def listen(self) -> None:
        signal.signal(signal.SIGINT, self._heed)
        signal.signal(signal.SIGTERM, self._heed)
        # It comes when the terminal is closed; `nohup` wants it ignored.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._heed)

    @contextmanager
    def put_off(self) -> Iterator[None]:
        """Let a signal that comes while the block runs do its work after it."""
        self._is_put_off = True
        try:
            yield
        finally:
            self._is_put_off = False
        if self._came:
            self._heed()

    def end(self) -> None:
        """Hear no more of them: blocked, since Python gives up its handlers before it has ended itself."""
        self._is_ending = True
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})

    def _heed(self, *_signal: object) -> None:
        self._came = True
        if not (self._is_ending or self._is_put_off):
            self.end()
            sys.exit(0)


_signals = _Signals()


def check_schema(overrides: Mapping[str, str] | None = None, *, is_needed_now: bool = False) -> None:
    """Raise ConfigurationError where a newer version of Spotistats has changed the database.

    Where the database `is_needed_now`, one that cannot be reached is an error as well.

    No connection stays open: gunicorn's workers are forked from the process that calls this, and SQLite
    loses data in processes that share one.
    """
    with create_app(overrides).app_context():
        schema = health.schema()
        health.let_go()
        if schema == "ahead":
            raise config.ConfigurationError(
                "DATABASE_URL: a newer version of Spotistats has changed this database; run that version."
            )
        if schema == "unreachable" and is_needed_now:
            raise config.ConfigurationError("DATABASE_URL: this database cannot be reached.")


def let_go(app: Flask) -> None:
    """Close the database. After the last process has, a SQLite file holds everything by itself."""
    with app.app_context():
        health.let_go()


def main() -> int:
    """Serve until Ctrl-C, SIGTERM or the end of the terminal; return the exit code."""
    _signals.listen()
    has_terminal = os.isatty(0)  # Asked before anything is said: who reads it may close the terminal at once.
    variables = config.environment()
    settings = config.load(variables)
    address = f"http://127.0.0.1:{settings.port}"
    _require_free_port(settings.port, address)
    what, simulator = "connected to Spotify", None
    held: tuple[int, ...] = ()
    with ExitStack() as processes:
        if not settings.has_credentials:
            what = "the demo, on a simulated Spotify"
            if variables.get("DATABASE_URL"):
                click.echo(
                    "The demo has a database of its own: DATABASE_URL is used once Spotify is connected."
                )
            held = (processes.enter_context(demo.alone(settings, address)),)
            simulator = processes.enter_context(_running(*demo.simulator(settings), variables=variables))
            assert simulator.stdout is not None
            variables |= demo.variables(simulator.stdout.readline(), settings, variables)
        check_schema(variables, is_needed_now=True)
        with _running(*_UPGRADE, variables=variables) as upgrade:
            if status := upgrade.wait():
                return status
        server = processes.enter_context(_running(*_SERVER, variables=variables, held=held))
        if _answers(server, f"{address}/healthz"):
            click.echo(f"\n  Spotistats: {settings.public_url or address}  ({what})\n  Ctrl-C ends it.\n")
        elif server.poll() is None:
            click.echo(f"Spotistats does not answer at {address}.", err=True)
            return 1
        return _wait({"server": server, "simulator": simulator}, has_terminal=has_terminal)


def _wait(processes: Mapping[str, Process | None], *, has_terminal: bool) -> int:
    """Wait until one has ended, say which, and return the exit code: none is of use without the others.

    A terminal that closes is an end as well. Its signal may reach make alone, which then waits for this.
    """
    while os.isatty(0) or not has_terminal:
        for name, process in processes.items():
            if process and process.poll() is not None:
                click.echo(f"The {name} has ended, and Spotistats with it.", err=True)
                return max(process.returncode, 1)
        time.sleep(_LOOK_SECONDS)
    return 0


def _answers(server: Process, address: str) -> bool:
    for _ in range(_PATIENCE_SECONDS * 10):
        if server.poll() is not None:
            return False
        with suppress(requests.RequestException), _direct_session() as session:
            session.get(address, timeout=5)
            return True
        time.sleep(0.1)
    return False


@contextmanager
def _running(
    module: str, *arguments: str, variables: Mapping[str, str], held: Sequence[int] = ()
) -> Iterator[Process]:
    """Run `python -m …` for as long as the block lasts; whatever ends the block ends it too.

    The files whose descriptors are `held` stay open in it.
    """
    command = [sys.executable, "-m", module, *arguments]
    output = subprocess.PIPE if module == "spotistats.simulator" else None
    process = None
    try:
        with _signals.put_off():  # A process that is only half started would be left behind.
            # In a session of its own: Ctrl-C reaches this process alone, which ends each with one signal.
            # gunicorn's workers can lock themselves out when a second one meets them on their way out.
            process = subprocess.Popen(
                command,
                env=dict(variables),
                stdout=output,
                text=True,
                start_new_session=True,
                pass_fds=held,
            )
        yield process
    finally:
        if process is not None and process.poll() is None:
            _signals.end()
            process.terminate()
            try:
                process.wait(_PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _require_free_port(port: int, address: str) -> None:
    if _is_free(port):
        return
    if _is_ours(address):
        raise config.ConfigurationError(f"Spotistats already runs at {address}")
    raise config.ConfigurationError(f"PORT {port} is taken by another program: PORT=8010 make run")


def _is_ours(address: str) -> bool:
    """Tell whether it is Spotistats that answers there, well or not."""
    with suppress(requests.RequestException), _direct_session() as session:
        answer = session.get(f"{address}/healthz", timeout=5).json()
        return isinstance(answer, dict) and answer.keys() == {"status", "database", "message"}
    return False


def _direct_session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # A proxy would answer in the place of our own server.
    return session


def _is_free(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
