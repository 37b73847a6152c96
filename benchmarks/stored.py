"""A database with a listener and a long history, stored through the program's own services."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import insert, text

from benchmarks import listening
from spotistats import clock, create_app
from spotistats.extensions import db, transaction
from spotistats.models import SyncRun
from spotistats.plays import TIME_RANGES, Profile, TopArtist, TopLists, TopTrack
from spotistats.services import accounts, recording, sync_runs
from spotistats.simulator import Simulator
from spotistats.spotify.tokens import TokenPair
from tests.support import postgres

DAYS = 365
PLAYS = 50_000
ZONE = "Europe/Berlin"
LISTENER = "bench"
_A_WEEK = 7
_SYNCS = 4 * 365


@dataclass(frozen=True, slots=True)
class Stored:
    """A filled database: the environment of a program that uses it, and the value of a session cookie."""

    kind: str
    variables: Mapping[str, str]
    cookie: str


@contextmanager
def sqlite(folder: Path, simulator: Simulator) -> Iterator[Stored]:
    """Yield a filled SQLite database."""
    yield _filled("SQLite", f"sqlite:///{folder / 'bench.sqlite'}", folder, simulator)


@contextmanager
def postgresql(folder: Path, simulator: Simulator) -> Iterator[Stored]:
    """Yield a filled database of a private PostgreSQL server, whose programs must be installed."""
    programs = postgres.programs()
    assert programs is not None, "PostgreSQL is not installed"
    server = postgres.PostgresServer(programs)
    try:
        server.execute("CREATE DATABASE bench")
        yield _filled("PostgreSQL", server.url("bench"), folder, simulator)
    finally:
        server.stop()


@contextmanager
def application(variables: Mapping[str, str]) -> Iterator[Flask]:
    """Yield the application within its context; its connections are closed after."""
    app = create_app(variables)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@contextmanager
def committing(filled: Stored) -> Iterator[Callable[[], None]]:
    """Yield what commits, as a sync of another listener does, without a change to any row that is shown."""

    def commit() -> None:
        with transaction():
            pass

    with application(filled.variables):
        yield commit


def _filled(kind: str, url: str, folder: Path, simulator: Simulator) -> Stored:
    simulator.add_listener(LISTENER, account_id=f"account-{LISTENER}", display_name="Robin Vale")
    variables = {
        "DATABASE_URL": url,
        "INSTANCE_FOLDER": str(folder),
        "SECRET_KEY": "made for the benchmarks, longer than thirty-two bytes",
        "SPOTIFY_CLIENT_ID": simulator.client_id,
        "SPOTIFY_CLIENT_SECRET": simulator.client_secret,
        "SPOTIFY_ACCOUNTS_URL": simulator.accounts_url,
        "SPOTIFY_API_URL": simulator.api_url,
        "SYNC_COOLDOWN_SECONDS": "0",
        **dict.fromkeys(("PUBLIC_URL", "SECRET_KEY_FALLBACKS", "TOP_LIMIT", "DEMO"), ""),
    }
    with application(variables) as app:
        upgrade()
        granted = simulator.grant(LISTENER)
        tokens = TokenPair(str(granted["access_token"]), str(granted["refresh_token"]), 3600)
        profile = Profile(LISTENER, f"account-{LISTENER}", "Robin Vale")
        begun = accounts.sign_in(profile, tokens, timezone=ZONE, now=clock.now())
        _store_plays(begun.user_id)
        _store_syncs(begun.user_id)
        if kind == "PostgreSQL":
            _analyze()
        signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        cookie = signer.dumps({"user_id": begun.user_id, "token": begun.token, "_permanent": True})
    return Stored(kind, variables, cookie)


def _store_plays(user_id: int) -> None:
    """Store the plays as syncs would, a week in each transaction, then all days."""
    where = clock.zone(ZONE)
    days = listening.plays(datetime.now(UTC).date() - timedelta(days=1), days=DAYS, count=PLAYS)
    while week := [play for day in islice(days, _A_WEEK) for play in day]:
        with transaction() as session:
            recording.record_plays(session, user_id, week, where, full_since=None, now=clock.now())
    with transaction() as session:
        recording.rebuild_all_days(session, user_id, where, now=clock.now())


def _store_syncs(user_id: int) -> None:
    """Store the runs of a year with a sync every six hours, and the newest one with its top lists."""
    now = clock.now()
    moments = [now - timedelta(hours=6 * back) for back in range(_SYNCS, 0, -1)]
    with transaction() as session:
        session.execute(
            insert(SyncRun),
            [
                {
                    "user_id": user_id,
                    "id": number,
                    "started_at": moment,
                    "finished_at": moment + timedelta(seconds=1),
                    "status": "succeeded",
                    "plays_added": 34,
                }
                for number, moment in enumerate(moments, 1)
            ],
        )
    with sync_runs.running(user_id, force=True) as run, transaction() as session:
        sync_runs.hold(session, run)
        sync_runs.note_plays(session, run, recording.Recorded(34, frozenset(), None))
        recording.save_top_lists(session, user_id, _top_lists(), now=now)
        sync_runs.finish(session, run, status="succeeded", error=None, now=now)


def _top_lists() -> TopLists:
    tracks = listening.tracks()[:20]
    artists = tuple(TopArtist(track.artists[0].id, track.artists[0].name, (), None, None) for track in tracks)
    named = tuple(TopTrack(track.id, track.name, track.artist_name, None, None, None) for track in tracks)
    return TopLists(artists=dict.fromkeys(TIME_RANGES, artists), tracks=dict.fromkeys(TIME_RANGES, named))


def _analyze() -> None:
    """Do at once what PostgreSQL's autovacuum does within a minute."""
    db.session.execute(text("ANALYZE"))
    db.session.commit()
