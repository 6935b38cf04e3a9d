"""Bring a database to the newest schema, and know all of its tables."""

from __future__ import annotations

from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData
from sqlmodel import SQLModel

import app.accounts.tables
import app.adaptations.tables
import app.compatible.tables
import app.domains.tables
import app.faults.tables
import app.idempotency.tables
import app.mail.tables
import app.outbox.tables
import app.previews.tables
import app.projects.tables
import app.recordings.tables
import app.releases.tables
import app.review.tables
import app.sharing.tables
import app.telemetry.tables
import app.transcriptions.tables
import app.uploads.tables
import app.webhooks.tables  # noqa: F401 (imported for the tables they define)
from app.database import Database
from app.search.index import INDEX, TABLES
from app.settings import REPOSITORY


def metadata() -> MetaData:
    """All tables."""
    return SQLModel.metadata


def is_ours(_object: Any, name: str | None, *_about: Any) -> bool:
    """For Alembic's comparison: what migrations make for the search is of no class's table."""
    return name not in TABLES and name != INDEX


def _config(address: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(REPOSITORY / "app" / "migrations"))
    config.set_main_option("sqlalchemy.url", address.replace("%", "%%"))
    return config


def upgrade(address: str, revision: str = "head") -> None:
    """Migrate the database at `address`; safe to call at every start."""
    command.upgrade(_config(address), revision)


def downgrade(address: str, revision: str) -> None:
    """Migrate back."""
    command.downgrade(_config(address), revision)


def is_known(revision: str) -> bool:
    """Whether our migrations lead through `revision`; those of a newer version do not."""
    scripts = ScriptDirectory.from_config(_config(""))
    return any(script.revision == revision for script in scripts.walk_revisions())


def newest() -> str:
    """The revision of the newest schema."""
    head = ScriptDirectory.from_config(_config("")).get_current_head()
    assert head is not None
    return head


def is_current(database: Database) -> bool:
    """Whether the database has the newest schema."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest()
