"""Backups for tests: make one, restore it elsewhere, compare all that is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.backup.create import create
from app.backup.format import Manifest
from app.backup.restore import Restored, restore
from app.backup.rows import kinds, tables_of
from app.context import Context, open_context
from app.database import Database
from app.settings import Settings

Content = dict[str, list[dict[str, Any]]]


def quiet(stage: str, done: int, total: int) -> None:
    """Nobody watches."""


def back_up(settings: Settings, target: Path, **options: Any) -> Manifest:
    return create(settings, target, quiet, **options)


def put_back(settings: Settings, source: Path, **options: Any) -> Restored:
    return restore(settings, source, quiet, **options)


def elsewhere(tmp_path: Path, database_url: str = "", name: str = "elsewhere") -> Settings:
    """A home that does not exist yet."""
    return Settings(home=tmp_path / name, database_url=database_url)


def content(address: str) -> Content:
    """All rows a backup has, by table."""
    database = Database(address)
    try:
        with database.read() as session:
            connection = session.connection()
            found: Content = {}
            for table in tables_of(connection):
                query = select(table).order_by(*table.primary_key.columns)
                found[table.name] = [dict(row) for row in connection.execute(query).mappings()]
                assert kinds(table)
            return found
    finally:
        database.dispose()


def objects(context: Context) -> dict[str, bytes]:
    found = {}
    for key in list(context.storage.keys()):
        with context.storage.open(key) as file:
            found[key] = file.read()
    return found


def opened(settings: Settings) -> Context:
    """A context on what was restored; the caller disposes of its database."""
    return open_context(settings)


def everything_in(home: Path) -> dict[str, bytes]:
    """Every file below a home but locks; to see that nothing was changed."""
    return {
        path.relative_to(home).as_posix(): path.read_bytes()
        for path in sorted(home.rglob("*"))
        if path.is_file() and path.suffix != ".lock" and not path.name.endswith(("-shm", "-wal"))
    }
