"""Somebody else who writes and takes their time."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg


@contextmanager
def rows_locked(database_url: str, table: str, *, where: str = "true") -> Iterator[None]:
    """Keep others from changing the rows of a table; on SQLite from writing anything."""
    if database_url.startswith("sqlite"):
        path = database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
    else:
        with psycopg.connect(database_url) as connection:
            connection.execute(f"SELECT 1 FROM {table} WHERE {where} FOR UPDATE".encode())
            yield
            connection.rollback()


@contextmanager
def table_locked(database_url: str, table: str) -> Iterator[None]:
    """Keep others from even reading a table, which PostgreSQL alone can do."""
    with psycopg.connect(database_url) as connection:
        connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
        yield
        connection.rollback()
