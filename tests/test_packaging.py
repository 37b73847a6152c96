"""`pip install .` and the lock file bring what the program imports, and the same."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from spotistats.config import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DECLARED = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
FOR_WORK = [Requirement(text) for text in PROJECT["dependency-groups"]["dev"]]
OURS = {"benchmarks", "spotistats", "tests", "wsgi"}


def locked(name: str) -> dict[str, str]:
    """Return the version of each package in a lock file."""
    pins = re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
    return {canonicalize_name(package): version for package, version in pins}


def imported(*places: Path) -> set[str]:
    """Return the packages of others that the files import."""
    names: set[str] = set()
    for place in places:
        for path in [place] if place.is_file() else place.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    names |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names.add(node.module.partition(".")[0])
    return names - set(sys.stdlib_module_names) - OURS


def packages(modules: set[str]) -> set[str]:
    known = packages_distributions()
    return {canonicalize_name(known[module][0]) for module in modules}


def test_what_the_program_imports_is_declared() -> None:
    places = ("spotistats", "migrations", "wsgi.py", "gunicorn.conf.py")
    used = packages(imported(*(ROOT / place for place in places)))
    assert len(used) > 10
    assert used <= {canonicalize_name(requirement.name) for requirement in DECLARED}


def test_what_is_needed_without_an_import_is_declared() -> None:
    """The server, the driver with its own library, and the time zones where the machine has none."""
    declared = {str(requirement.name): requirement.extras for requirement in DECLARED}
    assert "gunicorn" in declared
    assert declared["psycopg"] == {"binary"}
    assert "tzdata" in declared


def test_the_lock_files_hold_what_is_declared() -> None:
    for name, requirements in (
        ("requirements.lock", DECLARED),
        ("requirements-dev.lock", [*DECLARED, *FOR_WORK]),
    ):
        versions = locked(name)
        for requirement in requirements:
            assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)]), requirement
    assert "psycopg-binary" in locked("requirements.lock")


def test_both_lock_files_agree() -> None:
    everything = locked("requirements-dev.lock")
    assert len(everything) > len(locked("requirements.lock")) > 20
    for name, version in locked("requirements.lock").items():
        assert everything[name] == version


def test_every_locked_package_has_its_hash() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        entries = [entry for entry in re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE) if "==" in entry]
        assert len(entries) == len(locked(name))
        assert all("--hash=sha256:" in entry for entry in entries)
