"""A database that goes away, is replaced or hangs under a running server."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url

from spotistats import create_app
from spotistats.simulator import Simulator
from tests.support import databases, postgres
from tests.support.apps import MakeApp
from tests.support.kinds import ON_SQLITE
from tests.support.listeners import ORIGIN, Browser, json_of
from tests.support.settings import app_settings
from tests.support.weeks import plays_of


def path_of(app: Flask) -> Path:
    return Path(make_url(app.config["SQLALCHEMY_DATABASE_URI"]).database or "")


def take_away(path: Path, to: Path) -> None:
    """Move a database with what belongs to it, as somebody does who does not know that it is in use."""
    to.mkdir()
    for part in path.parent.glob(f"{path.name}*"):
        part.rename(to / part.name)


def put_back(path: Path, kept: Path) -> None:
    for part in kept.iterdir():
        part.rename(path.parent / part.name)


def health_of(browser: Browser) -> tuple[int, str]:
    answer = browser.get("/healthz")
    return answer.status_code, json_of(answer)["database"]


@ON_SQLITE
def test_a_file_that_is_taken_away_is_noticed_and_nothing_is_written(
    app: Flask, alice: Browser, simulator: Simulator, tmp_path: Path
) -> None:
    simulator.script_plays("alice", plays_of("alice", 5, hours_ago=50))
    path = path_of(app)
    assert health_of(alice) == (200, "current")
    form = {"csrf_token": alice.csrf_token()}
    take_away(path, tmp_path / "aside")
    answer = alice.get("/healthz")
    assert (answer.status_code, json_of(answer)["database"]) == (503, "gone")
    assert "Put it back" in json_of(answer)["message"]
    simulator.log.clear()
    synced = alice.client.post("/sync", base_url=ORIGIN, data=form, headers={"Accept": "application/json"})
    assert synced.status_code == 503
    assert "nothing is saved" in json_of(synced)["error"]
    assert simulator.calls == [], "what could not be stored was not asked for"
    assert list(path.parent.glob(f"{path.name}*")) == [], "no empty file stands in the way"
    put_back(path, tmp_path / "aside")
    assert health_of(alice) == (200, "current")
    assert json_of(alice.sync_json())["plays_added"] == 5


@ON_SQLITE
@pytest.mark.parametrize("spelling", ["{folder}/../{folder.name}/{name}", "{link}/{name}"])
@pytest.mark.parametrize("is_relinked", [False, True])
def test_a_file_that_is_taken_away_is_noticed_however_its_path_is_spelt(
    app: Flask, make_app: MakeApp, tmp_path: Path, spelling: str, is_relinked: bool
) -> None:
    """A linked folder may then lead elsewhere, too."""
    path, link, elsewhere = path_of(app), tmp_path / "link", tmp_path / "elsewhere"
    elsewhere.mkdir()
    link.symlink_to(path.parent)
    spelt = spelling.format(folder=path.parent, link=link, name=path.name)
    client = make_app(DATABASE_URL=f"sqlite:///{spelt}").test_client()
    assert client.get("/healthz", base_url=ORIGIN).status_code == 200
    take_away(path, tmp_path / "aside")
    if is_relinked:
        link.unlink()
        link.symlink_to(elsewhere)
    for _again in range(2):
        answer = client.get("/healthz", base_url=ORIGIN)
        assert (answer.status_code, json_of(answer)["database"]) == (503, "gone")
    assert [*path.parent.glob(f"{path.name}*"), *elsewhere.iterdir()] == [], "no empty file stands in the way"


@ON_SQLITE
def test_another_file_in_its_place_is_what_is_served(
    app: Flask, alice: Browser, simulator: Simulator, tmp_path: Path
) -> None:
    path = path_of(app)
    with app.app_context():
        databases.dispose(app)
    shutil.copyfile(path, tmp_path / "backup")
    simulator.script_plays("alice", plays_of("alice", 5, hours_ago=50))
    assert json_of(alice.sync_json())["plays_added"] == 5
    take_away(path, tmp_path / "aside")
    shutil.copyfile(tmp_path / "backup", path)
    assert health_of(alice) == (200, "current")
    assert json_of(alice.sync_json())["plays_added"] == 5, "the copy from before knows none of them"
    with app.app_context():
        databases.dispose(app)
    assert path.read_bytes() != (tmp_path / "backup").read_bytes(), "they are in the file that is there"


@pytest.fixture
def server() -> Iterator[postgres.PostgresServer]:
    """A PostgreSQL of its own, because it is stopped."""
    folder = postgres.programs()
    assert folder is not None, "such tests are skipped"
    running = postgres.PostgresServer(folder)
    yield running
    running.resume()
    running.stop()


@pytest.fixture
def app_on(server: postgres.PostgresServer) -> Iterator[Callable[[], Flask]]:
    made: list[Flask] = []

    def make() -> Flask:
        url = server.url("postgres")
        databases.migrate(url)
        made.append(create_app(app_settings(url)))
        return made[-1]

    yield make
    server.resume()
    for app in made:
        with app.app_context():
            databases.dispose(app)


@pytest.mark.postgresql
def test_a_server_that_hangs_is_noticed_within_five_seconds(
    server: postgres.PostgresServer, app_on: Callable[[], Flask]
) -> None:
    client = app_on().test_client()
    assert client.get("/healthz", base_url=ORIGIN).status_code == 200
    server.pause()
    began = time.monotonic()
    answer = client.get("/healthz", base_url=ORIGIN)
    assert time.monotonic() - began < 5
    assert (answer.status_code, json_of(answer)["database"]) == (503, "unreachable")
    server.resume()
    assert client.get("/healthz", base_url=ORIGIN).status_code == 200
