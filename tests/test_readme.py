"""What the README says is so: its links and pictures, commands and settings."""

import re
from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest

from spotistats import config
from spotistats.config import ROOT, Settings

README = (ROOT / "README.md").read_text(encoding="utf-8")
DECISIONS = ROOT / "docs" / "decisions"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DECISIONS.glob("*.md"))]
A_PNG = b"\x89PNG\r\n\x1a\n"

# Where they are read from is no setting itself.
SETTINGS = {field.name.upper() for field in fields(Settings)} - {"ENV_FILE"}


def links(page: Path) -> list[str]:
    """Return what a page links to or shows that is not on another site."""
    found = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    return [address for address in found if not address.startswith("https://")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    missing = [address for address in links(page) if not (page.parent / address).is_file()]
    assert missing == []


def test_the_readme_shows_a_picture() -> None:
    pictures = re.findall(r"!\[[^\]]{20,}\]\(([^)]+)\)", README)
    assert pictures, "with a text for who cannot see it"
    for picture in pictures:
        assert (ROOT / picture).read_bytes().startswith(A_PNG)


def test_files_and_folders_that_are_named_exist() -> None:
    named = set(re.findall(r"`((?:spotistats|docs|benchmarks)/[\w/.-]+)`", README))
    assert len(named) >= 2
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_decision_is_listed() -> None:
    pages = {path.name for path in DECISIONS.glob("[0-9]*.md")}
    assert set(links(DECISIONS / "README.md")) == pages


def test_the_commands_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"^make ([a-z]+)$|`make ([a-z]+)`", README, re.MULTILINE))
    commands = {first or second for first, second in named}
    assert commands >= {"run", "test"}
    assert commands <= targets
    [first, second] = re.findall(r"^make ([a-z]+)$", README, re.MULTILINE)
    assert (first, second) == ("run", "test"), "the first two commands"


def settings_table() -> dict[str, str]:
    """Return the default of each variable as the README has it."""
    section = README.partition("\n## Settings\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.*?) \| (.*?) \|", section, re.MULTILINE)
    return {name: default for names, default in rows for name in re.findall(r"`([A-Z_]+)`", names)}


def test_every_setting_is_in_the_readme_and_no_other() -> None:
    assert set(settings_table()) == SETTINGS


def test_a_setting_is_read_from_the_variable_of_its_name() -> None:
    source = (ROOT / "spotistats" / "config.py").read_text(encoding="utf-8")
    read = set(re.findall(r'"([A-Z][A-Z_]+)"', source))
    assert read == SETTINGS


def test_the_defaults_are_as_the_readme_says(tmp_path: Path) -> None:
    settings = config.load({"INSTANCE_FOLDER": str(tmp_path)})
    for name, default in settings_table().items():
        value = getattr(settings, name.lower())
        if re.fullmatch(r"`\d+`", default):
            assert int(value) == int(default.strip("`")), name
        elif default == "none":
            assert not value, name
    assert Counter(settings_table().values())["none"] == 4, "the table is read right"
