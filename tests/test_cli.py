"""The shell's commands: one line, and an exit code that a script can go by."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import update

from spotistats.extensions import transaction
from spotistats.models import User
from spotistats.simulator import Simulator
from tests.support.kinds import ON_SQLITE
from tests.support.listeners import Browser
from tests.support.names import CONTROLS
from tests.support.programs import flask
from tests.support.weeks import plays_of


def sync_user(app: Flask, *arguments: str) -> Result:
    result = app.test_cli_runner().invoke(args=["sync-user", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def refused(result: Result, status: int) -> str:
    """Return the one line on stderr of a command that ended with that status and said nothing else."""
    assert (result.exit_code, result.stdout) == (status, "")
    [line] = result.stderr.splitlines()
    return line


def test_a_sync_prints_one_line_of_counts(app: Flask, alice: Browser, simulator: Simulator) -> None:
    simulator.script_plays("alice", plays_of("alice", 5, hours_ago=50))
    for name, expected in (
        ("alice", "5 plays added, 1 days aggregated, 6 artists saved, 15 tracks saved\n"),
        ("account-alice", "0 plays added, 0 days aggregated, 6 artists saved, 15 tracks saved\n"),
    ):
        result = sync_user(app, name)
        assert (result.exit_code, result.stdout, result.stderr) == (0, expected, "")


@pytest.mark.parametrize("name", ["nobody", "", "Alice", "a\nb", "' OR 1=1 --", "é", "--", "\udcff"])
def test_an_unknown_user(app: Flask, alice: Browser, name: str) -> None:
    result = sync_user(app, "--", name)
    assert "There is no user" in refused(result, 1)


@ON_SQLITE
def test_cooling_down_and_force(make_app: Callable[..., Flask], alice: Browser, simulator: Simulator) -> None:
    app = make_app(SYNC_COOLDOWN_SECONDS="3600")
    assert sync_user(app, "alice").exit_code == 0
    simulator.log.clear()
    assert "next sync is possible in" in refused(sync_user(app, "alice"), 75)
    assert simulator.calls == []
    assert sync_user(app, "alice", "--force").exit_code == 0
    assert len(simulator.calls) == 7


@ON_SQLITE
def test_a_running_sync_is_never_skipped(app: Flask, alice: Browser, simulator: Simulator) -> None:
    with app.app_context(), transaction() as session:
        expires = datetime.now(UTC) + timedelta(seconds=30)
        session.execute(update(User).values(sync_lock_holder="another", sync_lock_expires_at=expires))
    simulator.log.clear()
    for arguments in (["alice"], ["alice", "--force"]):
        assert "already running" in refused(sync_user(app, *arguments), 75)
    assert simulator.calls == []


@ON_SQLITE
def test_spotify_failed(app: Flask, alice: Browser, simulator: Simulator) -> None:
    simulator.faults.add("/v1/me/top", "status", status=501)
    assert "Spotify could not be reached" in refused(sync_user(app, "alice"), 69)
    simulator.faults.clear()
    simulator.faults.add("/v1/me/top/artists", "rate_limit", retry_after=300)
    assert "pause of 5 minutes" in refused(sync_user(app, "alice"), 69)
    assert "pause" in refused(sync_user(app, "alice", "--force"), 69), "a wait is nobody's to skip"


@ON_SQLITE
def test_needs_to_reconnect(app: Flask, alice: Browser, simulator: Simulator) -> None:
    simulator.revoke("alice")
    assert "connect Spotify again" in refused(sync_user(app, "alice"), 77)
    alice.post("/settings/disconnect")
    assert "connect Spotify again" in refused(sync_user(app, "alice"), 77)


def test_the_list_of_users(app: Flask, alice: Browser, bob: Browser, simulator: Simulator) -> None:
    simulator.add_listener("worse", account_id="account-worse", display_name=CONTROLS)
    simulator.add_listener("unnamed", account_id="account-unnamed", display_name=None)
    for name in ("worse", "unnamed"):
        Browser(app.test_client(), simulator).sign_in(name)
    alice.sync()
    bob.post("/settings/disconnect")
    simulator.revoke("unnamed")
    sync_user(app, "unnamed")
    result = app.test_cli_runner().invoke(args=["users"])
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert lines[0][:2] == ["alice", "Alice"]
    assert lines[0][2].startswith(today)
    assert lines[0][3] == "connected"
    assert lines[1] == ["bob", "Bob", "never", "disconnected"]
    assert [len(line) for line in lines] == [4, 4, 4, 4], "a name cannot pass for another column or line"
    assert lines[2][0] == "worse"
    assert "\x1b" not in result.stdout
    assert lines[3] == ["unnamed", "-", "never", "needs to reconnect"]


@ON_SQLITE
def test_in_a_process_of_its_own(app: Flask, alice: Browser, simulator: Simulator) -> None:
    settings = app.config["SETTINGS"]
    variables = {
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "SPOTIFY_CLIENT_ID": "simulator-client",
        "SPOTIFY_CLIENT_SECRET": "simulator-secret",
        "SPOTIFY_ACCOUNTS_URL": simulator.accounts_url,
        "SPOTIFY_API_URL": simulator.api_url,
    }
    ended = flask("sync-user", "alice", variables=variables)
    assert (ended.status, ended.complained) == (0, "")
    assert ended.said.count("\n") == 1
    ended = flask("sync-user", "alice", variables=variables)
    assert (ended.status, ended.said) == (75, "")
    assert "The next sync is possible in" in ended.one_line()
    simulator.faults.add("/v1/me/top", "drop")
    ended = flask("sync-user", "alice", "--force", variables=variables)
    assert (ended.status, ended.said) == (69, "")
    assert "could not be reached" in ended.one_line()
