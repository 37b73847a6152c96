"""What was measured, as tables."""

import platform
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from os import cpu_count
from pathlib import Path

_PACKAGES = ("flask", "gunicorn", "jinja2", "psycopg", "requests", "sqlalchemy", "werkzeug")


@dataclass(frozen=True, slots=True)
class Bar:
    """A number that the program promises."""

    what: str
    measured: str
    promised: str
    is_met: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the results: the bars of the first table, and a table of its own with all details."""

    title: str
    text: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    bars: Sequence[Bar] = ()


def as_markdown(sections: Iterable[Section], *, loader: str) -> str:
    """Return the whole page."""
    sections = list(sections)
    bars = [bar for section in sections for bar in section.bars]
    summary = [(bar.what, bar.measured, bar.promised, "yes" if bar.is_met else "**no**") for bar in bars]
    parts = [
        "# Results",
        "Written by `make bench`. Ratios within this run are what counts; the seconds are this machine's.",
        _table(("what", "measured", "bar", "met"), summary),
        *(_section(section) for section in sections),
        "## The machine",
        _table(("", ""), _machine(loader)),
    ]
    return "\n\n".join(parts) + "\n"


def _section(section: Section) -> str:
    return f"## {section.title}\n\n{section.text}\n\n{_table(section.columns, section.rows)}"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _machine(loader: str) -> list[tuple[str, str]]:
    return [
        ("date", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
        ("processors", f"{cpu_count()} × {_processor()}"),
        ("system", f"{platform.system()} {platform.release()}"),
        ("Python", platform.python_version()),
        ("SQLite", sqlite3.sqlite_version),
        ("packages", ", ".join(f"{name} {version(name)}" for name in _PACKAGES)),
        ("load from", loader),
    ]


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "unknown")
