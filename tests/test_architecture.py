"""The house rules that a program can check."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import pytest

from spotistats.config import ROOT

PACKAGE = ROOT / "spotistats"
SOURCES = sorted(PACKAGE.rglob("*.py"))
TEMPLATES = sorted(PACKAGE.rglob("*.html"))
LONGEST_FUNCTION, LONGEST_FILE = 60, 400
Node = TypeVar("Node", bound=ast.AST)
# `dist/htmx.min.js` and `LICENSE` of the npm package htmx.org 4.0.1, and their SHA-256.
VENDORED = {
    "htmx-4.0.1.min.js": "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
    "htmx-4.0.1.LICENSE": "d3d2456f76414f2456104660ebd65aff1c04cd7966b942bdabd63f3cdb316a38",
}
BROAD = {"Exception", "BaseException"}


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def trees() -> Iterator[tuple[str, ast.Module]]:
    assert len(SOURCES) > 50
    for path in SOURCES:
        yield name_of(path), ast.parse(path.read_text(encoding="utf-8"))


def places(kind: type[Node]) -> Iterator[tuple[str, Node]]:
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, kind):
                yield name, node


def called(node: ast.Call) -> str:
    """Return the last part of the name that a call calls."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def test_imports_go_one_way() -> None:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"[5-9] kept, 0 broken", done.stdout), done.stdout


def test_the_environment_is_read_in_one_place() -> None:
    readers = {
        name for name, node in places(ast.Attribute) if ast.unparse(node) in {"os.environ", "os.getenv"}
    }
    assert readers == {"config.py"}


def test_at_most_one_broad_except() -> None:
    broad = []
    for name, node in places(ast.ExceptHandler):
        caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        broad += [name for kind in caught if kind is None or getattr(kind, "id", "") in BROAD]
    broad += [
        name
        for name, call in places(ast.Call)
        if called(call) == "suppress" and any(getattr(kind, "id", "") in BROAD for kind in call.args)
    ]
    assert len(broad) <= 1, broad


def test_no_import_inside_a_function() -> None:
    inside = [
        name
        for name, function in places(ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


def test_nothing_is_too_long() -> None:
    long = [
        f"{name}: {node.name}"
        for name, node in places(ast.FunctionDef)
        if (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []
    assert list(places(ast.AsyncFunctionDef)) == [], "these tests look into plain functions alone"
    sources = [*SOURCES, *TEMPLATES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "migrations").glob("*.py")]
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in sources}
    assert [str(path) for path, length in lengths.items() if length > LONGEST_FILE] == []


def test_htmx_headers_are_named_in_one_place() -> None:
    texts = {
        name_of(path): path.read_text(encoding="utf-8")
        for path in (*SOURCES, *PACKAGE.glob("static/js/*.js"), *TEMPLATES)
    }
    naming = {name for name, text in texts.items() if re.search(r"\bHX-[A-Z]", text)}
    assert naming == {"web/fragments.py"}


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_has_nothing_inline(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle\s*=", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"\son[a-z]+\s*=", text, re.IGNORECASE)
    assert not re.search(r"\bhx-on|javascript:", text, re.IGNORECASE)
    # What is taken as safe was drawn by our own templates a moment before.
    assert set(re.findall(r"(\S+)\s*\|\s*safe\b", text)) <= {
        "cards.stats",
        "cards.most_played",
        "cards.recent",
        "facts",
    }
    for address in re.findall(r'(?:src|href|action)="(https?://[^"]+)"', text):
        assert address.startswith("https://developer.spotify.com/"), address


def test_no_template_imports_what_every_template_knows() -> None:
    """An import is made anew each time that a page is shown; the macros of `components/` need none."""
    importing = [
        name_of(path)
        for path in TEMPLATES
        if re.search(r"(from|import) 'components/", path.read_text(encoding="utf-8"))
    ]
    assert importing == []


def test_style_sheets_and_scripts_load_nothing_from_elsewhere() -> None:
    for path in (
        *PACKAGE.glob("static/css/*.css"),
        *PACKAGE.glob("static/js/*.js"),
        PACKAGE / "static/icon.svg",
    ):
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|@import|url\(\s*['\"]?//", text), path
        assert not re.search(r"\beval\(|new Function|innerHTML", text), path


def test_what_is_not_ours_is_as_its_package_brings_it() -> None:
    folder = PACKAGE / "static" / "vendor"
    sums = {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    assert sums == VENDORED
    assert "htmx-4.0.1.min.js" in (PACKAGE / "templates" / "base.html").read_text(encoding="utf-8")


def test_migrations_know_no_model_and_are_numbered() -> None:
    found = sorted((ROOT / "migrations" / "versions").glob("*.py"))
    assert found
    for number, path in enumerate(found, start=1):
        assert path.name.startswith(f"{number:04d}_")
        assert "spotistats" not in path.read_text(encoding="utf-8")


def test_the_only_secret_of_ours_is_made_on_the_machine() -> None:
    pattern = re.compile(r"""(secret_key|client_secret|password)\s*=\s*["'][^"']+["']""", re.IGNORECASE)
    found = {
        name_of(path)
        for path in SOURCES
        if pattern.search(path.read_text(encoding="utf-8")) and "simulator" not in name_of(path)
    }
    assert found == set()


def test_pages_read_at_one_moment() -> None:
    """The ORM's session has a connection of its own, which sees another moment than `read` does."""
    reading = [path for path in SOURCES if path.parent.name == "stats"]
    assert reading
    assert [name_of(path) for path in reading if "db.session" in path.read_text(encoding="utf-8")] == []
