"""Rows are changed by the services alone, and committed in one place, in whatever words one may write it."""

import ast
import re

import pytest

from tests.test_architecture import called, places, trees

# `begin` commits at the end of its block; a connection of one of these goes past every transaction of ours.
COMMITS = {"commit", "begin", "begin_nested"}
DRIVERS = {"sqlite3", "psycopg"}
STATEMENTS = {"insert", "update", "delete", "insert_or_update"}
METHODS = {"add", "add_all", "merge", "delete", "insert", "update"}
OF_A_DATABASE = re.compile(r"session|connection|table|query\(|engine|\bsa\b|sqlalchemy|sqlite|postgresql")
SQL = re.compile(
    r"\b(insert\s+(or\s+\w+\s+)?into|replace\s+into|delete\s+from|update\s+\S+\s+set"
    r"|truncate|(create|alter|drop)\s+(unique\s+)?(table|index|view|trigger))\s",
    re.IGNORECASE,
)


def is_a_write(node: ast.AST) -> bool:
    """Tell whether an expression changes rows, or is a statement that would."""
    if isinstance(node, ast.Constant | ast.JoinedStr):
        text = str(node.value) if isinstance(node, ast.Constant) else ast.unparse(node)
        return SQL.search(text) is not None
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        return node.func.id in {*STATEMENTS, "transaction"}
    name = called(node)
    if name == "transaction" or name.startswith("bulk_"):
        return True
    receiver = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
    return name in METHODS and OF_A_DATABASE.search(receiver) is not None


def writes_in(tree: ast.AST) -> list[str]:
    """Return what writes, leaving out what is said in words."""
    words = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [ast.unparse(node) for node in ast.walk(tree) if id(node) not in words and is_a_write(node)]


@pytest.mark.parametrize(
    "line",
    [
        "session.execute(insert(Play), rows)",
        "db.session.execute(sqlalchemy.update(Play).values(ms_played=0))",
        "session.execute(sa.delete(Play))",
        "sqlite.insert(Play)",
        "db.session.add(play)",
        "session.add_all(plays)",
        "db.session.delete(user)",
        "session.merge(play)",
        "session.query(Play).filter_by(user_id=1).delete()",
        "Play.__table__.insert()",
        "db.metadata.tables['plays'].update()",
        "session.bulk_insert_mappings(Play, rows)",
        "session.bulk_save_objects(plays)",
        "connection.execute(text('INSERT INTO plays VALUES (1)'))",
        "connection.exec_driver_sql('delete from plays')",
        "driver.execute(f'UPDATE {table} SET name = 1')",
        "cursor.executemany('INSERT OR REPLACE INTO plays VALUES (?)', rows)",
        "session.execute(text('  DROP TABLE plays'))",
        "with transaction() as session: pass",
        "with extensions.transaction() as session: pass",
    ],
)
def test_every_way_of_writing_is_seen(line: str) -> None:
    assert writes_in(ast.parse(line))


@pytest.mark.parametrize(
    "line",
    [
        "seen.add(view)",
        "found.update(other)",
        "names.insert(0, name)",
        "db.session.execute(select(Play))",
        "connection.execute(text('SELECT version_num FROM alembic_version'))",
        "def f():\n    'Delete from the page what nobody needs.'",
    ],
)
def test_what_writes_nothing_is_not_mistaken(line: str) -> None:
    assert writes_in(ast.parse(line)) == []


def test_only_services_write() -> None:
    found = {name: writes for name, tree in trees() if (writes := writes_in(tree))}
    builders = {"sqlite.insert(table)", "postgresql.insert(table)"}
    [number] = set(found.pop("extensions.py")) - builders
    assert "data_version" in number, "each commit gives the data a number, where the commit is"
    assert {name.partition("/")[0] for name in found} == {"services"}, found


def test_only_one_place_commits() -> None:
    committing = {name for name, call in places(ast.Call) if called(call) in COMMITS}
    assert committing - {"simulator/application.py"} == {"extensions.py"}, "the simulator begins calls"
    assert [name for name, node in places(ast.Constant) if node.value == "AUTOCOMMIT"] == []


def test_only_one_place_goes_past_sqlalchemy() -> None:
    going = {
        name
        for name, tree in trees()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Import) and {alias.name.partition(".")[0] for alias in node.names} & DRIVERS)
        or (isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in DRIVERS)
        or (isinstance(node, ast.Call) and called(node) in {"exec_driver_sql", "raw_connection"})
    }
    assert going == {"database.py"}
