"""The demo's ports; the demo as a whole is proven in test_serving.py."""

from pathlib import Path

import pytest

from spotistats import config, demo
from tests.support.disks import full_disk


@pytest.mark.parametrize(
    ("kept", "ports"),
    [
        (None, [8001, 0]),
        ("", [8001, 0]),
        ("8005", [8005, 8001, 0]),
        ("8005 8001 8006", [8005, 8001, 8006, 0]),
        ("8000 8005", [8005, 8001, 0]),
        ("no number", [8001, 0]),
        ("99999", [8001, 0]),
    ],
)
def test_the_ports_of_former_demos_come_first(tmp_path: Path, kept: str | None, ports: list[int]) -> None:
    settings = config.load({"INSTANCE_FOLDER": str(tmp_path)})
    if kept is not None:
        (tmp_path / "demo_port").write_text(kept)
    assert demo.simulator_ports(settings) == ports


def test_a_full_disk_is_told_and_the_folder_is_free_again(tmp_path: Path) -> None:
    settings = config.load({"INSTANCE_FOLDER": str(tmp_path)})
    told = f"^{tmp_path / 'demo_address'} cannot be written: .+[.]$"
    with full_disk(), pytest.raises(config.ConfigurationError, match=told), demo.alone(settings, "here"):
        pass
    assert (tmp_path / "demo_address").read_text() == ""
    with demo.alone(settings, "here"):
        assert (tmp_path / "demo_address").read_text() == "here"


def test_the_folder_is_made_even_where_nothing_else_needs_it(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "yet"
    settings = config.load(
        {
            "INSTANCE_FOLDER": str(folder),
            "SECRET_KEY": "k" * 40,
            "DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite",
        }
    )
    assert not folder.exists()
    with demo.alone(settings, "here"):
        assert (folder / "demo_address").read_text() == "here"
    assert folder.stat().st_mode & 0o777 == 0o700
