"""The demo of `make run`: a simulated Spotify beside the app, with a database and ports of its own."""

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from io import FileIO
from pathlib import Path

import click

from spotistats import config

_USUAL_PORT = 8001
_ANY_PORT = 0
_COOLDOWN_SECONDS = "60"


@contextmanager
def alone(settings: config.Settings, address: str) -> Iterator[int]:
    """Be the one demo of the instance folder while the block lasts: all its demos share what is in it.

    The file that is locked holds the address. Yields its descriptor: the server holds it as well, so that one
    which is left behind by a kill counts. A lock ends with the last process that holds it, however that ends.
    """
    path = settings.instance_folder / "demo_address"
    with ExitStack() as opened:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Without a buffer: what a full disk refuses must not be tried again when the file is closed.
            file = opened.enter_context(path.open("ab+", buffering=0))
            _lock(file)
            file.truncate(0)
            file.write(address.encode())
        except OSError as error:
            raise config.ConfigurationError(f"{path} cannot be written: {error.strerror}.") from error
        yield file.fileno()
        with suppress(OSError):  # Only who finds it locked reads what is in it.
            file.truncate(0)


def _lock(file: FileIO) -> None:
    """Lock the file; raises ConfigurationError, which says where the other demo runs, if there is one."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        where = f" at {running}" if (running := file.read().decode(errors="replace")) else ""
        raise config.ConfigurationError(
            f"A demo from this folder already runs{where}; Ctrl-C ends it where it was started."
        ) from None


def simulator(settings: config.Settings) -> tuple[str, ...]:
    """Return the module that simulates Spotify, with its arguments."""
    return (
        *("spotistats.simulator", "--port", *map(str, simulator_ports(settings))),
        *("--application", "Spotistats", "--keep-company"),
        *("--memory", str(settings.instance_folder / "demo_plays.json")),
    )


def variables(said: str, settings: config.Settings, given: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that make the app use the simulator, with a database of its own.

    That one is used whatever DATABASE_URL says: nothing made up gets into a real history. `said` is the line
    with which the simulator has told its address. Raises ConfigurationError where it told none, and so has
    ended.
    """
    if not said:
        raise config.ConfigurationError("The simulator of Spotify did not start.")
    address = said.rsplit(maxsplit=1)[-1]
    _keep_port(settings, int(address.rpartition(":")[2]))
    demo = {
        "DEMO": "1",
        "DATABASE_URL": f"sqlite:///{settings.instance_folder / 'demo.sqlite'}",
        "SPOTIFY_CLIENT_ID": "simulator-client",
        "SPOTIFY_CLIENT_SECRET": "simulator-secret",
        "SPOTIFY_ACCOUNTS_URL": address,
        "SPOTIFY_API_URL": f"{address}/v1",
        "no_proxy": "127.0.0.1",  # A proxy does not reach the simulator.
    }
    if not given.get("SYNC_COOLDOWN_SECONDS"):
        demo["SYNC_COOLDOWN_SECONDS"] = _COOLDOWN_SECONDS
    return demo


def simulator_ports(settings: config.Settings) -> list[int]:
    """Return the ports of former demos, then the usual one, then the one that stands for any.

    The simulator takes the first that is free. The covers that were stored are addresses of the simulator: on
    the same port they are there again.
    """
    wanted = dict.fromkeys((*_kept_ports(settings), _USUAL_PORT))
    return [port for port in wanted if port != settings.port] + [_ANY_PORT]


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
