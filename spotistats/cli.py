"""The shell's doors: `flask --app wsgi …`."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click
from flask import Flask
from flask.cli import with_appcontext

from spotistats import clock
from spotistats.services.sync import SyncOutcome, SyncState
from spotistats.services.sync import sync_user as run_sync
from spotistats.stats import health
from spotistats.stats.listeners import ListenerLine, find_user_id, listeners

# From sysexits.h, so that a shell script can tell what to do.
_EXIT_CODES = {
    SyncState.SUCCEEDED: 0,
    SyncState.COOLING_DOWN: 75,
    SyncState.RUNNING: 75,
    SyncState.SPOTIFY_FAILED: 69,
    SyncState.NEEDS_RECONNECT: 77,
}
_DATABASE_FAILED = 74
_BY_SERIOUSNESS = (0, 75, 69, 77, _DATABASE_FAILED)
_UNUSABLE = "The database cannot be used: is it there, and up to date (db upgrade)?"
_NOBODY = "No listener has signed in yet."
_NO_DATABASE = (
    "There is no database yet: make run, with your Spotify application, makes it, and so does db upgrade."
    " The demo keeps its own, which no command uses."
)


def end_without_database(reason: object) -> NoReturn:
    """End the upgrade of a database that cannot be used: with one line and the exit code that says so."""
    click.echo(f"DATABASE_URL: this database cannot be used: {reason}.", err=True)
    sys.exit(_DATABASE_FAILED)


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
    failure: 74 (the database cannot be used), then 77 (needs to sign in again), then 69 (Spotify failed),
    then 75 (too early, or running).
    """
    if everybody == (spotify_id is not None):
        raise click.UsageError("Name one listener, or give --all.")
    with _in_one_line():
        codes = _sync_all(force=force) if spotify_id is None else [_sync_one(spotify_id, force=force)]
    sys.exit(max(codes, key=_BY_SERIOUSNESS.index, default=0))


def _sync_one(name: str, *, force: bool) -> int:
    """Sync the listener of that name, return the exit code; end with exit code 1 where there is none."""
    # A shell can hand over bytes that are no text; nobody has such an id.
    user_id = find_user_id(name.encode(errors="replace").decode())
    if user_id is None:
        click.echo(f"There is no user {name!r}.", err=True)
        sys.exit(1)
    return _told(run_sync(user_id, force=force))


def _sync_all(*, force: bool) -> list[int]:
    """Sync everybody who is connected; return the exit code of each sync."""
    everybody = listeners(clock.now())
    connected = [line for line in everybody if line.connection != "disconnected"]
    if not connected:
        click.echo("No listener is connected to Spotify." if everybody else _NOBODY)
    return [_sync_next(line, force=force) for line in connected]


def _sync_next(line: ListenerLine, *, force: bool) -> int:
    """Sync one of several: what the database refuses to one listener, it may have time for with the next."""
    who = f"{_printable(line.spotify_id)}: "
    try:
        with health.needed():
            outcome = run_sync(line.user_id, force=force)
    except health.Unusable:
        click.echo(f"{who}{_UNUSABLE}", err=True)
        return _DATABASE_FAILED
    return _told(outcome, who)


def _told(outcome: SyncOutcome, who: str = "") -> int:
    """Say in one line how a sync ended; return the exit code."""
    if outcome.state is SyncState.SUCCEEDED:
        click.echo(
            f"{who}{clock.counted(outcome.plays_added, 'play')} added, "
            f"{clock.counted(outcome.days_aggregated, 'day')} aggregated, "
            f"{clock.counted(outcome.artists_saved, 'artist')} saved, "
            f"{clock.counted(outcome.tracks_saved, 'track')} saved"
        )
    else:
        click.echo(f"{who}{outcome.message}", err=True)
    return _EXIT_CODES[outcome.state]


@contextmanager
def _in_one_line() -> Iterator[None]:
    """Keep the log off the terminal, where the command says all in one line, a useless database included.

    In the end the database is closed.
    """
    if not health.is_there():
        click.echo(_NO_DATABASE, err=True)
        sys.exit(_DATABASE_FAILED)
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with health.needed():
            yield
    except health.Unusable:
        click.echo(_UNUSABLE, err=True)
        sys.exit(_DATABASE_FAILED)
    finally:
        logging.disable(level)
        health.let_go()


@click.command()
@with_appcontext
def users() -> None:
    """List the listeners: id, name, last sync, state of the connection."""
    with _in_one_line():
        lines = listeners(clock.now())
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
