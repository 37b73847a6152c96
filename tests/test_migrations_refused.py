"""Schema changes of a database that cannot be used: one line and an exit code, nothing half made."""

from pathlib import Path

import pytest

from tests.support.disks import full_disk
from tests.support.programs import Ended, flask
from tests.support.settings import NO_DATABASE, app_settings


def upgraded(url: str) -> Ended:
    return flask("db", "upgrade", variables=app_settings(url))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("sqlite:///{folder}/", "unable to open database file"),
        ("sqlite:///{folder}/missing/x.sqlite", "unable to open database file"),
        ("sqlite:///{folder}/letter.txt", "file is not a database"),
        (NO_DATABASE, "Connection refused"),
        (f"{NO_DATABASE}?nonsense=1", 'invalid connection option "nonsense"'),
        ("postgresql://somebody:hunter2@127.0.0.1:9/nothing", "Connection refused"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line(tmp_path: Path, url: str, reason: str) -> None:
    (tmp_path / "letter.txt").write_text("This is no database, but a letter to somebody. " * 99)
    ended = upgraded(url.format(folder=tmp_path))
    assert (ended.status, ended.said) == (74, "")
    line = ended.one_line()
    assert line.startswith("DATABASE_URL: this database cannot be used: "), line
    assert reason in line
    assert "hunter2" not in line, "a password does not belong on the screen"
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.sqlite'}"
    with full_disk():
        ended = upgraded(url)
    assert (ended.status, ended.said) == (74, "")
    assert ended.one_line().startswith("DATABASE_URL: this database cannot be used: ")
    assert upgraded(url).status == 0


def test_a_copy_that_cannot_be_written_is_one_line_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    assert upgraded(f"sqlite:///{path}").status == 0
    variables = app_settings(f"sqlite:///{path}")
    before = path.read_bytes()
    with full_disk(once_a_file_has=len(before) // 2):
        ended = flask("db", "downgrade", "-x", "calm", "base", variables=variables)
    assert (ended.status, ended.said) == (74, "")
    assert ended.one_line().startswith("DATABASE_URL: this database cannot be used: its copy ")
    assert [found.name for found in tmp_path.iterdir()] == ["old.sqlite"], "no half of a copy is left"
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_one_line_for_each_command(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("This is no database, but a letter to somebody. " * 99)
    ended = flask("users", variables=app_settings(f"sqlite:///{path}"))
    assert (ended.status, ended.said) == (74, "")
    assert "The database cannot be used" in ended.one_line()
