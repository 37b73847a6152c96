"""The shell's commands: one line, and an exit code that a script can go by."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import update

from spotistats.extensions import transaction
from spotistats.models import User
from spotistats.services import sync
from spotistats.simulator import Simulator
from tests.support.apps import MakeApp
from tests.support.listeners import Browser
from tests.support.locks import rows_locked
from tests.support.names import CONTROLS
from tests.support.programs import flask
from tests.support.settings import app_settings
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
        ("alice", "5 plays added, 1 day aggregated, 6 artists saved, 15 tracks saved\n"),
        ("account-alice", "0 plays added, 0 days aggregated, 6 artists saved, 15 tracks saved\n"),
    ):
        result = sync_user(app, name)
        assert (result.exit_code, result.stdout, result.stderr) == (0, expected, "")


def test_one_of_a_thing_is_not_several(app: Flask, alice: Browser, simulator: Simulator) -> None:
    simulator.script_plays("alice", plays_of("alice", 1, hours_ago=50))
    for kind in ("artists", "tracks"):
        for time_range in ("short_term", "medium_term", "long_term"):
            simulator.script_top("alice", kind, time_range, [])
    assert sync_user(app, "alice").stdout.startswith("1 play added, 1 day aggregated, 0 artists saved, ")


@pytest.mark.parametrize("name", ["nobody", "", "Alice", "a\nb", "' OR 1=1 --", "é", "--", "\udcff"])
def test_an_unknown_user(app: Flask, alice: Browser, name: str) -> None:
    result = sync_user(app, "--", name)
    assert "There is no user" in refused(result, 1)


def test_cooling_down_and_force(make_app: MakeApp, alice: Browser, simulator: Simulator) -> None:
    app = make_app(SYNC_COOLDOWN_SECONDS="3600")
    assert sync_user(app, "alice").exit_code == 0
    simulator.log.clear()
    assert "next sync is possible in" in refused(sync_user(app, "alice"), 75)
    assert simulator.calls == []
    assert sync_user(app, "alice", "--force").exit_code == 0
    assert len(simulator.calls) == 7


def test_a_running_sync_is_never_skipped(app: Flask, alice: Browser, simulator: Simulator) -> None:
    with app.app_context(), transaction() as session:
        expires = datetime.now(UTC) + timedelta(seconds=30)
        session.execute(update(User).values(sync_lock_holder="another", sync_lock_expires_at=expires))
    simulator.log.clear()
    for arguments in (["alice"], ["alice", "--force"]):
        assert "already running" in refused(sync_user(app, *arguments), 75)
    assert simulator.calls == []


def test_spotify_failed(app: Flask, alice: Browser, simulator: Simulator) -> None:
    simulator.faults.add("/v1/me/top", "status", status=501)
    assert "Spotify could not be reached" in refused(sync_user(app, "alice"), 69)
    simulator.faults.clear()
    simulator.faults.add("/v1/me/top/artists", "rate_limit", retry_after=300)
    assert "pause of 5 minutes" in refused(sync_user(app, "alice"), 69)
    assert "pause" in refused(sync_user(app, "alice", "--force"), 69), "a wait is nobody's to skip"


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
    header, *lines = [line.split("\t") for line in result.stdout.splitlines()]
    assert header == ["id", "name", "last sync", "connection"]
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert lines[0][:2] == ["alice", "Alice"]
    assert lines[0][2].startswith(today)
    assert lines[0][3] == "connected"
    assert lines[1] == ["bob", "Bob", "never", "disconnected"]
    assert [len(line) for line in lines] == [4, 4, 4, 4], "a name cannot pass for another column or line"
    assert lines[2][0] == "worse"
    assert "\x1b" not in result.stdout
    assert lines[3] == ["unnamed", "-", "never", "needs to reconnect"]


def test_nobody_has_signed_in_yet(app: Flask) -> None:
    for arguments in (["users"], ["sync-user", "--all"]):
        result = app.test_cli_runner().invoke(args=arguments)
        assert (result.exit_code, result.stdout) == (0, "No listener has signed in yet.\n")


def test_everybody_in_turn(app: Flask, alice: Browser, bob: Browser, simulator: Simulator) -> None:
    simulator.add_listener("charlie", account_id="account-charlie", display_name=CONTROLS)
    Browser(app.test_client(), simulator).sign_in("charlie")
    simulator.script_plays("bob", plays_of("bob", 3, hours_ago=50))
    result = sync_user(app, "--all")
    assert (result.exit_code, result.stderr) == (0, "")
    assert [line.partition(" plays added")[0] for line in result.stdout.splitlines()] == [
        "alice: 0",
        "bob: 3",
        "charlie: 0",
    ]
    alice.post("/settings/disconnect")
    result = sync_user(app, "--all")
    assert [line.partition(":")[0] for line in result.stdout.splitlines()] == ["bob", "charlie"]
    for browser in (bob, Browser(app.test_client(), simulator)):
        browser.sign_in("bob" if browser is bob else "charlie")
        browser.post("/settings/disconnect")
    assert sync_user(app, "--all").stdout == "No listener is connected to Spotify.\n"


def test_everybody_ends_as_the_most_serious_failure(
    make_app: MakeApp, alice: Browser, bob: Browser, simulator: Simulator
) -> None:
    app = make_app(SYNC_COOLDOWN_SECONDS="3600")
    assert sync_user(app, "bob").exit_code == 0
    result = sync_user(app, "--all")
    assert (result.exit_code, result.stdout[:6]) == (75, "alice:"), "one is too early, the other is synced"
    assert result.stderr.startswith("bob: Spotify was not asked again so soon")
    simulator.faults.add("/v1/me/top", "status", status=501)
    assert sync_user(app, "--all", "--force").exit_code == 69
    simulator.faults.clear()
    simulator.revoke("alice")
    for _ in range(2):  # It is said each time, until she signs in again.
        result = sync_user(app, "--all", "--force")
        assert (result.exit_code, result.stdout[:4], result.stderr[:6]) == (77, "bob:", "alice:")


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
def test_a_database_that_has_no_time_for_one_listener_keeps_nobody_else_from_syncing(
    app: Flask,
    alice: Browser,
    bob: Browser,
    database_url: str,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sync, "ANSWER_SECONDS", 8.0)  # Two seconds for Spotify.
    simulator.script_plays("bob", plays_of("bob", 3, hours_ago=50))
    with rows_locked(database_url, "users", where="spotify_id = 'alice'"):
        result = sync_user(app, "--all")
    assert result.exit_code == 74
    assert result.stderr.startswith("alice: The database cannot be used")
    assert result.stdout.startswith("bob: 3 plays added")
    assert len(result.output.splitlines()) == 2


@pytest.mark.parametrize("arguments", [[], ["alice", "--all"]])
def test_one_listener_or_all(app: Flask, arguments: list[str]) -> None:
    result = sync_user(app, *arguments)
    assert result.exit_code == 2
    assert "Name one listener, or give --all." in result.stderr


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


@pytest.mark.parametrize("arguments", [["users"], ["sync-user", "alice"], ["sync-user", "--all", "--force"]])
def test_where_nothing_is_set_up_yet_it_says_so_and_makes_no_file(
    tmp_path: Path, arguments: list[str]
) -> None:
    variables = app_settings("", INSTANCE_FOLDER=str(tmp_path))
    ended = flask(*arguments, variables=variables)
    assert (ended.status, ended.said) == (74, "")
    assert ended.one_line().startswith("There is no database yet: make run")
    assert [path.name for path in tmp_path.glob("*.sqlite*")] == []


def test_what_is_no_database_of_ours_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "empty.sqlite"
    path.touch()
    ended = flask("users", variables=app_settings(f"sqlite:///{path}"))
    assert (ended.status, ended.said) == (74, "")
    assert "The database cannot be used" in ended.one_line()
