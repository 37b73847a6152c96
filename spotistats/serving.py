"""`make run`: bring the database up to date, then serve; without Spotify credentials, the simulator beside.

The server and the simulator are processes of their own. This one waits until either ends, and ends both.
"""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
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
_ENDING = (signal.SIGTERM, signal.SIGHUP)  # The second one comes when the terminal is closed.
_DEMO_COOLDOWN_SECONDS = "60"


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
    for number in _ENDING:
        signal.signal(number, lambda *_: sys.exit(0))
    variables = config.environment()
    settings = config.load(variables)
    _require_free_port(settings.port)
    address = f"http://127.0.0.1:{settings.port}"
    what, simulator = "connected to Spotify", None
    with suppress(KeyboardInterrupt), ExitStack() as processes:
        if not settings.has_credentials:
            what, simulator = "the demo, on a simulated Spotify", _simulator(settings, variables)
            processes.enter_context(_ended_with_us(simulator))
            variables |= _demo(simulator, settings, variables)
        check_schema(variables, is_needed_now=True)
        if status := _python("-m", "flask", "--app", "wsgi", "db", "upgrade", variables=variables).wait():
            return status
        # Who presses Ctrl-C wants it to end: what is still being answered has a few seconds.
        options = ("--log-level", "warning", "--graceful-timeout", "5")
        server = _python("-m", "gunicorn", *options, "wsgi:app", variables=variables)
        processes.enter_context(_ended_with_us(server))
        if _answers(server, f"{address}/healthz"):
            click.echo(f"\n  Spotistats: {settings.public_url or address}  ({what})\n  Ctrl-C ends it.\n")
        elif server.poll() is None:
            return 1
        return _wait({"server": server, "simulator": simulator})
    return 0


def _simulator(settings: config.Settings, given: Mapping[str, str]) -> Process:
    port = str(_simulator_port(settings))
    return _python("-m", "spotistats.simulator", "--keep-company", "--port", port, variables=given)


def _demo(simulator: Process, settings: config.Settings, given: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that make the app use the simulator, with a database of its own."""
    assert simulator.stdout is not None
    said = simulator.stdout.readline().split()
    if not said:
        raise config.ConfigurationError("The simulator of Spotify did not start.")
    address = said[-1]
    _keep_port(settings, address)
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


def _wait(processes: Mapping[str, Process | None]) -> int:
    """Wait until one has ended, say which, and return the exit code: none is of use without the others."""
    while True:
        for name, process in processes.items():
            if process and process.poll() is not None:
                click.echo(f"The {name} has ended, and Spotistats with it.", err=True)
                return max(process.returncode, 1)
        time.sleep(_LOOK_SECONDS)


def _answers(server: Process, address: str) -> bool:
    for _ in range(_PATIENCE_SECONDS * 10):
        if server.poll() is not None:
            return False
        with suppress(requests.RequestException), requests.Session() as session:
            session.trust_env = False  # A proxy would answer in the place of our own server.
            session.get(address, timeout=5)
            return True
        time.sleep(0.1)
    return False


def _python(*arguments: str, variables: Mapping[str, str]) -> Process:
    output = subprocess.PIPE if "spotistats.simulator" in arguments else None
    # In a session of its own: Ctrl-C reaches this process alone, which ends each of them with one signal.
    # gunicorn's workers can lock themselves out when a second one meets them on their way out.
    return subprocess.Popen(
        [sys.executable, *arguments], env=dict(variables), stdout=output, text=True, start_new_session=True
    )


@contextmanager
def _ended_with_us(process: Process) -> Iterator[None]:
    try:
        yield
    finally:
        for number in _ENDING:  # One that comes twice must not leave the others behind.
            signal.signal(number, signal.SIG_IGN)
        process.terminate()
        process.wait()


def _require_free_port(port: int) -> None:
    if not _is_free(port):
        raise config.ConfigurationError(f"PORT {port} is taken by another program: PORT=8010 make run")


def _simulator_port(settings: config.Settings) -> int:
    """Return the port of the last demo, or the usual one, or 0, which takes any, where these are taken.

    The covers that were stored are addresses of the simulator: on the same port they are there again.
    """
    kept = None
    with suppress(OSError, ValueError):
        kept = int(_port_file(settings).read_text(encoding="ascii"))
    wanted = [port for port in (kept, _SIMULATOR_PORT) if port and port != settings.port]
    return next((port for port in wanted if 0 < port < 65536 and _is_free(port)), 0)


def _keep_port(settings: config.Settings, address: str) -> None:
    with suppress(OSError):  # It only makes the next demo prettier.
        _port_file(settings).write_text(address.rpartition(":")[2], encoding="ascii")


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
