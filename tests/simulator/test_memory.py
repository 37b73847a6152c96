"""What outlasts a restart of the simulator."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from spotistats.simulator.memory import STRETCHES_KEPT, Memory, Stretch

NOON = datetime(2026, 6, 18, 12, tzinfo=UTC)


def stretches(count: int) -> list[Stretch]:
    hours = [NOON + timedelta(hours=hour) for hour in range(count)]
    return [Stretch(hour, hour + timedelta(minutes=30)) for hour in hours]


def written(*pairs: tuple[str, str]) -> str:
    return json.dumps({"mara": pairs})


def test_another_memory_on_the_same_file_knows_what_was_kept(tmp_path: Path) -> None:
    path = tmp_path / "plays.json"
    memory = Memory(path)
    assert memory.stretches("mara") == []
    memory.keep("mara", stretches(3))
    memory.keep("jonas", stretches(1))
    memory.keep("mara", stretches(2))
    assert Memory(path).stretches("mara") == stretches(2)
    assert Memory(path).stretches("jonas") == stretches(1)
    assert [found.name for found in tmp_path.iterdir()] == ["plays.json"]


def test_the_oldest_are_forgotten(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "plays.json")
    memory.keep("mara", stretches(STRETCHES_KEPT + 9))
    assert Memory(tmp_path / "plays.json").stretches("mara") == stretches(STRETCHES_KEPT + 9)[9:]


def test_no_more_is_taken_in_than_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "plays.json"
    path.write_text(written(*((one.begins.isoformat(), one.ends.isoformat()) for one in stretches(999))))
    assert Memory(path).stretches("mara") == stretches(999)[-STRETCHES_KEPT:]


def test_without_a_file_it_lasts_as_long_as_it_is_used() -> None:
    memory = Memory()
    memory.keep("mara", stretches(2))
    assert memory.stretches("mara") == stretches(2)
    assert Memory().stretches("mara") == []


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[1]", "7", '{"mara": 3}', '{"mara": {}}', '{"mara": [["x", "y"]]}', "\x00"),
        "[" * 100_000,
        *('{"mara": [["2026-01-01", 5]]}', '{"mara": [["2026-01-01T12:00:00", "2026-01-01T13:00:00"]]}'),
        written(("0001-01-01T00:00:00+14:00", "0001-01-01T01:00:00+00:00")),
        written(("9999-12-31T23:00:00-14:00", "9999-12-31T23:59:00-14:00")),
        written(("1990-01-01T00:00:00+00:00", "1990-01-01T00:30:00+00:00")),
        written(("1990-01-01T00:00:00+00:00", "2026-06-18T12:00:00+00:00")),
        written(("2026-06-17T12:00:00+00:00", "2026-06-18T12:00:00+00:00")),
        written(("2026-06-18T12:00:00+00:00", "2026-06-18T11:00:00+00:00")),
        written(
            ("2026-06-18T12:00:00+00:00", "2026-06-18T13:00:00+00:00"),
            ("2026-06-18T12:30:00+00:00", "2026-06-18T13:30:00+00:00"),
        ),
    ],
)
def test_what_it_did_not_write_itself_is_no_memory(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plays.json"
    path.write_text(text)
    memory = Memory(path)
    assert memory.stretches("mara") == []
    memory.keep("mara", stretches(1))
    assert Memory(path).stretches("mara") == stretches(1)


def test_a_folder_in_its_place_is_no_memory(tmp_path: Path) -> None:
    (tmp_path / "plays.json").mkdir()
    assert Memory(tmp_path / "plays.json").stretches("mara") == []


def test_a_file_that_cannot_be_written_is_said_once_and_what_was_kept_lasts_meanwhile(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "nowhere"
    memory = Memory(folder / "plays.json")
    for count in (1, 2):
        memory.keep("mara", stretches(count))
        assert memory.stretches("mara") == stretches(count)
    said = capsys.readouterr().err
    assert said == f"The simulator can't keep its memory in {folder}/plays.json: No such file or directory\n"
    folder.mkdir()
    memory.keep("mara", stretches(3))
    assert Memory(folder / "plays.json").stretches("mara") == stretches(3)
