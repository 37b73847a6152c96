"""`make run`: bring the database up to date, then serve; without Spotify credentials, the simulator beside.

The server and the simulator are processes of their own. This one waits until either ends, and ends both.
"""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import click
import requests
from flask import Flask

from spotistats import config, create_app, extensions
from spotistats.stats import health

Process = subprocess.Popen[str]

_SIMULATOR_PORT = 8001
_PATIENCE_SECONDS = 20
_LOOK_SECONDS = 0.2
_DEMO_COOLDOWN_SECONDS = "60"

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
        extensions.let_go()
        if schema == "ahead":
            raise config.ConfigurationError(
                "DATABASE_URL: a newer version of Spotistats has changed this database; run that version."
            )
        if schema == "unreachable" and is_needed_now:
            raise config.ConfigurationError("DATABASE_URL: this database cannot be reached.")


def let_go(app: Flask) -> None:
    """Close the database. After the last process has, a SQLite file holds everything by itself."""
    with app.app_context():
        extensions.let_go()


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
            held = (processes.enter_context(_only_demo(settings, address)),)
            simulator = processes.enter_context(_running(*_simulator(settings), variables=variables))
            variables |= _demo(simulator, settings, variables)
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


@contextmanager
def _only_demo(settings: config.Settings, address: str) -> Iterator[int]:
    """Be the one demo of the instance folder while the block lasts: all its demos share what is in it.

    The file that is locked holds the address. Yields its descriptor: the server holds it as well, so that one
    which is left behind by a kill counts. A lock ends with the last process that holds it, however that ends.
    """
    path = settings.instance_folder / "demo_address"
    try:
        file = path.open("a+", encoding="ascii")
    except OSError as error:
        raise config.ConfigurationError(f"{path} cannot be written: {error.strerror}.") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            where = f" at {running}" if (running := file.read()) else ""
            raise config.ConfigurationError(
                f"A demo from this folder already runs{where}; Ctrl-C ends it where it was started."
            ) from None
        file.truncate(0)
        file.write(address)
        file.flush()
        yield file.fileno()
        file.truncate(0)


def _simulator(settings: config.Settings) -> tuple[str, ...]:
    return (
        *("spotistats.simulator", "--port", str(simulator_port(settings)), "--application", "Spotistats"),
        *("--keep-company", "--memory", str(settings.instance_folder / "demo_plays.json")),
    )


def _demo(simulator: Process, settings: config.Settings, given: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that make the app use the simulator, with a database of its own."""
    assert simulator.stdout is not None
    said = simulator.stdout.readline().split()
    if not said:
        raise config.ConfigurationError("The simulator of Spotify did not start.")
    address = said[-1]
    _keep_port(settings, int(address.rpartition(":")[2]))
    demo = {
        "DEMO": "1",
        "SPOTIFY_CLIENT_ID": "simulator-client",
        "SPOTIFY_CLIENT_SECRET": "simulator-secret",
        "SPOTIFY_ACCOUNTS_URL": address,
        "SPOTIFY_API_URL": f"{address}/v1",
        "no_proxy": "127.0.0.1",  # A proxy does not reach the simulator.
    }
    defaults = {
        "DATABASE_URL": f"sqlite:///{settings.instance_folder / 'demo.sqlite'}",
        "SYNC_COOLDOWN_SECONDS": _DEMO_COOLDOWN_SECONDS,
    }
    return demo | {name: value for name, value in defaults.items() if not given.get(name)}


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


def simulator_port(settings: config.Settings) -> int:
    """Return the first free port of former demos, or else the usual one, or 0, which takes any.

    The covers that were stored are addresses of the simulator: on the same port they are there again.
    """
    wanted = [port for port in (*_kept_ports(settings), _SIMULATOR_PORT) if port != settings.port]
    return next((port for port in wanted if _is_free(port)), 0)


def _kept_ports(settings: config.Settings) -> list[int]:
    """Return the ports of former demos, the first one first."""
    with suppress(OSError, ValueError):
        kept = [int(port) for port in _port_file(settings).read_text(encoding="ascii").split()]
        return [port for port in kept if 0 < port < 65536]
    return []


def _keep_port(settings: config.Settings, port: int) -> None:
    """Remember the port for the next demo, behind those that were taken this time only."""
    kept = _kept_ports(settings)
    if kept and port != kept[0]:
        click.echo(f"Port {kept[0]} is taken: covers that the demo stored before may be missing this time.")
    if port not in kept:
        with suppress(OSError):  # It only makes the next demo prettier.
            _port_file(settings).write_text(" ".join(map(str, [*kept, port])), encoding="ascii")


def _port_file(settings: config.Settings) -> Path:
    return settings.instance_folder / "demo_port"


def _is_free(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
