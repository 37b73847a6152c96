"""The shell's doors: `flask --app wsgi …`."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import make_url
from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError

from spotistats import extensions
from spotistats.clock import counted
from spotistats.services.sync import SyncOutcome, SyncState
from spotistats.services.sync import sync_user as run_sync
from spotistats.stats.listeners import find_user_id, listeners

# From sysexits.h, so that a shell script can tell what to do; the most serious last.
_EXIT_CODES = {
    SyncState.SUCCEEDED: 0,
    SyncState.COOLING_DOWN: 75,
    SyncState.RUNNING: 75,
    SyncState.SPOTIFY_FAILED: 69,
    SyncState.NEEDS_RECONNECT: 77,
}
_BY_SERIOUSNESS = list(_EXIT_CODES)
_DATABASE_FAILED = 74
_NOBODY = "No listener has signed in yet."
_NO_DATABASE = (
    "There is no database yet: make run, with your Spotify application, makes it, and so does db upgrade."
    " The demo keeps its own, which no command uses."
)


def init_app(app: Flask) -> None:
    """Make the commands known."""
    app.cli.add_command(sync_user)
    app.cli.add_command(users)


@click.command()
@click.argument("spotify_id", required=False)
@click.option("--all", "everybody", is_flag=True, help="Sync each connected listener, one after the other.")
@click.option("--force", is_flag=True, help="Skip the cooldown; a running sync is never skipped.")
@with_appcontext
def sync_user(spotify_id: str | None, everybody: bool, force: bool) -> None:
    """Sync one listener, named by Spotify id or account id, or --all of them.

    With --all, whoever disconnected Spotify is left out, and the exit code is that of the most serious
    failure: 77 (needs to sign in again), then 69 (Spotify failed), then 75 (too early, or running).
    """
    if everybody == (spotify_id is not None):
        raise click.UsageError("Name one listener, or give --all.")
    with _in_one_line():
        states = _sync_all(force=force) if spotify_id is None else [_sync_one(spotify_id, force=force)]
    sys.exit(_EXIT_CODES[max(states, key=_BY_SERIOUSNESS.index, default=SyncState.SUCCEEDED)])


def _sync_one(name: str, *, force: bool) -> SyncState:
    """Sync the listener of that name; end with exit code 1 where there is none."""
    # A shell can hand over bytes that are no text; nobody has such an id.
    user_id = find_user_id(name.encode(errors="replace").decode())
    if user_id is None:
        click.echo(f"There is no user {name!r}.", err=True)
        sys.exit(1)
    return _told(run_sync(user_id, force=force))


def _sync_all(*, force: bool) -> list[SyncState]:
    """Sync everybody who is connected; return how each sync ended."""
    everybody = listeners()
    connected = [line for line in everybody if line.connection != "disconnected"]
    if not connected:
        click.echo("No listener is connected to Spotify." if everybody else _NOBODY)
    return [
        _told(run_sync(line.user_id, force=force), f"{_printable(line.spotify_id)}: ") for line in connected
    ]


def _told(outcome: SyncOutcome, who: str = "") -> SyncState:
    """Say in one line how a sync ended."""
    if outcome.state is SyncState.SUCCEEDED:
        click.echo(
            f"{who}{counted(outcome.plays_added, 'play')} added, "
            f"{counted(outcome.days_aggregated, 'day')} aggregated, "
            f"{counted(outcome.artists_saved, 'artist')} saved, "
            f"{counted(outcome.tracks_saved, 'track')} saved"
        )
    else:
        click.echo(f"{who}{outcome.message}", err=True)
    return outcome.state


@contextmanager
def _in_one_line() -> Iterator[None]:
    """Keep the log off the terminal, where the command says all in one line, a useless database included.

    In the end the database is closed.
    """
    if not _has_database():
        click.echo(_NO_DATABASE, err=True)
        sys.exit(_DATABASE_FAILED)
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    except (OperationalError, InterfaceError, ProgrammingError):
        click.echo("The database cannot be used: is it there, and up to date (db upgrade)?", err=True)
        sys.exit(_DATABASE_FAILED)
    finally:
        logging.disable(level)
        extensions.let_go()


def _has_database() -> bool:
    """Look for a SQLite file before it is opened, which would make an empty one in its place."""
    url = make_url(current_app.config["SQLALCHEMY_DATABASE_URI"])
    return url.get_backend_name() != "sqlite" or Path(url.database or "").exists()


@click.command()
@with_appcontext
def users() -> None:
    """List the listeners: id, name, last sync, state of the connection."""
    with _in_one_line():
        lines = listeners()
    click.echo("id\tname\tlast sync\tconnection" if lines else _NOBODY)
    for line in lines:
        synced = f"{line.last_success_at:%Y-%m-%d %H:%M} UTC" if line.last_success_at else "never"
        click.echo(
            "\t".join(
                [_printable(line.spotify_id), _printable(line.display_name or "-"), synced, line.connection]
            )
        )


def _printable(name: str) -> str:
    """Return a name without what a terminal would take for a command."""
    return "".join(character if character.isprintable() else "�" for character in name)
