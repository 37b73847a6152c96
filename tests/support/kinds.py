"""Which database a test needs: most of the web's promises do not depend on its kind."""

import pytest

# Such a test is run once, on SQLite; the others are run on PostgreSQL as well.
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
