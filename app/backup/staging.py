"""A database beside the one in use, which takes its place in one step or not at all."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import inspect, text

from app.backup.format import Refused
from app.database import Database, database_url
from app.settings import Settings

SCHEMA = "lectern_restoring"


class Staging(Protocol):
    address: str
    """Of the database being made."""

    def switch(self) -> str | None:
        """Put it in the other's place; returns where the other one is now, if it was kept."""

    def discard(self) -> None:
        """Leave nothing behind. Harmless after `switch`."""


def open_staging(settings: Settings) -> Staging:
    """An empty database; what an earlier restore left unfinished is removed."""
    if database_url(settings.database).get_backend_name() == "postgresql":
        return PostgresStaging(settings.database)
    named = database_url(settings.database).database
    return SqliteStaging(Path(named or settings.home / "lectern.db"))


class SqliteStaging:
    """A file beside the file; the one in use is kept under another name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._new = path.with_name(path.name + ".restoring")
        self.address = f"sqlite:///{self._new}"
        self.discard()
        self._fold_old()

    def switch(self) -> str | None:
        _fold(self._new)
        kept = None
        if self._path.exists():
            self._fold_old()
            stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
            kept = self._path.with_name(f"{self._path.name}.before-{stamp}")
            kept.hardlink_to(self._path)
        _remove_log(self._path)
        self._new.replace(self._path)
        return str(kept) if kept else None

    def discard(self) -> None:
        _remove_log(self._new)
        self._new.unlink(missing_ok=True)

    def _fold_old(self) -> None:
        """Works only while nobody else has it open. Raises `Refused`."""
        if not self._path.exists():
            return
        try:
            _fold(self._path)
        except sqlite3.Error as error:
            raise Refused(
                "in_use",
                f"{self._path} is in use by another program ({error}). Nothing was changed. Stop"
                " it and try again.",
            ) from None


def _fold(path: Path) -> None:
    """Bring what lies in the write-ahead log into the file itself."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def _remove_log(path: Path) -> None:
    for ending in ("-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + ending).unlink()


class PostgresStaging:
    """A schema beside the schema; its tables replace those of the same names."""

    def __init__(self, address: str) -> None:
        self._database = Database(address, unlimited=True)
        url = database_url(address)
        own = url.query.get("options", "")
        options = " ".join([own] if isinstance(own, str) else own)
        options = f"{options} -c search_path={SCHEMA}".strip()
        self.address = url.update_query_dict({"options": options}).render_as_string(
            hide_password=False
        )
        self.discard()
        with self._database.write() as session:
            session.execute(text(f"CREATE SCHEMA {SCHEMA}"))

    def switch(self) -> str | None:
        """Others wait for the moment this takes, and see either the old tables or the new ones."""
        names = inspect(self._database.engine).get_table_names(SCHEMA)
        with self._database.write() as session:
            place = session.execute(text("SELECT current_schema()")).scalar_one()
            quote = session.connection().dialect.identifier_preparer.quote
            for name in names:
                old = f"{quote(place)}.{quote(name)}"
                session.execute(text(f"DROP TABLE IF EXISTS {old} CASCADE"))
            for name in names:
                session.execute(
                    text(f"ALTER TABLE {SCHEMA}.{quote(name)} SET SCHEMA {quote(place)}")
                )
            session.execute(text(f"DROP SCHEMA {SCHEMA}"))
        return None

    def discard(self) -> None:
        with self._database.write() as session:
            session.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
        self._database.dispose()
