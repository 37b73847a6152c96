"""Whether the database can be reached and has the tables that this program knows."""

from functools import lru_cache
from typing import Literal

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from spotistats.config import ROOT
from spotistats.extensions import db

Schema = Literal["current", "behind", "ahead", "unreachable"]


def schema() -> Schema:
    """Tell how the database's schema stands to this program's."""
    try:
        stored = db.session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except SQLAlchemyError:
        db.session.rollback()
        return "behind" if _is_reachable() else "unreachable"
    if stored == _revisions()[0]:
        return "current"
    return "behind" if stored in _revisions() or stored is None else "ahead"


def _is_reachable() -> bool:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    finally:
        db.session.rollback()
    return True


@lru_cache(maxsize=1)
def _revisions() -> tuple[str, ...]:
    """Return this program's revisions, the newest first."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return tuple(script.revision for script in ScriptDirectory.from_config(config).walk_revisions())
