"""For the few tests that are about one kind of database; the others are run on both."""

import pytest

# What such a test proves of SQLite, or of PostgreSQL, stands beside the mark.
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
