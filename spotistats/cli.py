"""The shell's doors: `flask --app wsgi …`."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError

from spotistats.services.sync import SyncState
from spotistats.services.sync import sync_user as run_sync
from spotistats.stats.listeners import find_user_id, listeners

# From sysexits.h, so that a shell script can tell what to do.
_EXIT_CODES = {
    SyncState.SUCCEEDED: 0,
    SyncState.COOLING_DOWN: 75,
    SyncState.RUNNING: 75,
    SyncState.SPOTIFY_FAILED: 69,
    SyncState.NEEDS_RECONNECT: 77,
}
_DATABASE_FAILED = 74


def init_app(app: Flask) -> None:
    """Make the commands known."""
    app.cli.add_command(sync_user)
    app.cli.add_command(users)


@click.command()
@click.argument("spotify_id")
@click.option("--force", is_flag=True, help="Skip the cooldown; a running sync is never skipped.")
@with_appcontext
def sync_user(spotify_id: str, force: bool) -> None:
    """Sync one listener, named by Spotify id or account id."""
    with _in_one_line():
        # A shell can hand over bytes that are no text; nobody has such an id.
        user_id = find_user_id(spotify_id.encode(errors="replace").decode())
        if user_id is None:
            click.echo(f"There is no user {spotify_id!r}.", err=True)
            sys.exit(1)
        outcome = run_sync(user_id, force=force)
    if outcome.state is not SyncState.SUCCEEDED:
        click.echo(outcome.message, err=True)
        sys.exit(_EXIT_CODES[outcome.state])
    click.echo(
        f"{outcome.plays_added} plays added, {outcome.days_aggregated} days aggregated, "
        f"{outcome.artists_saved} artists saved, {outcome.tracks_saved} tracks saved"
    )


@contextmanager
def _in_one_line() -> Iterator[None]:
    """Keep the log off the terminal, where the command says all in one line, a useless database included."""
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    except (OperationalError, InterfaceError, ProgrammingError):
        click.echo("The database cannot be used: is it there, and up to date (db upgrade)?", err=True)
        sys.exit(_DATABASE_FAILED)
    finally:
        logging.disable(level)


@click.command()
@with_appcontext
def users() -> None:
    """List the listeners: id, name, last sync, state of the connection."""
    with _in_one_line():
        lines = listeners()
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
