"""Where a backup would be restored to: is it free, and does nobody work there?"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, Table, inspect
from sqlmodel import Session, col, select

from app.backup import rows
from app.backup.format import Refused
from app.clock import now
from app.database import Database, database_url
from app.settings import Settings
from app.storage.base import Storage
from app.telemetry.service import is_gone
from app.telemetry.tables import ProcessRow

LOCKS = ("launcher.lock", "supervisor.lock")
"""Held by a running product and by what is left of one that was killed (deploy/local)."""
ALIVE = timedelta(seconds=60)


@contextmanager
def claimed(settings: Settings) -> Iterator[None]:
    """Keep the product from being started here meanwhile. Raises `Refused` while it runs."""
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as stack:
        for name in LOCKS:
            descriptor = os.open(settings.run_dir / name, os.O_RDWR | os.O_CREAT, 0o600)
            stack.callback(os.close, descriptor)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Refused(
                    "product_runs",
                    f"Lectern runs with the folder {settings.home}. Nothing was changed. Stop it"
                    " (Ctrl-C in its window) and restore then.",
                ) from None
        yield


def check(settings: Settings, storage: Storage, *, replace: bool) -> None:
    """Raises `Refused`: something is there already, or processes elsewhere work with it."""
    if settings.database_url or (settings.home / "lectern.db").exists():
        _check_database(settings, replace=replace)
    if not replace and next(iter(storage.keys()), None) is not None:
        raise _occupied("stored recordings")


def _check_database(settings: Settings, *, replace: bool) -> None:
    _check_folder(settings)
    database = Database(settings.database)
    try:
        with database.read() as session:
            connection = session.connection()
            names = set(inspect(connection).get_table_names())
            tables = {each.name: each for each in rows.tables_of(connection)}
            if not replace:
                _check_empty(connection, tables)
            if database.is_postgresql and "process" in names:
                _check_nobody_works(session)
    finally:
        database.dispose()


def _check_folder(settings: Settings) -> None:
    url = database_url(settings.database)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)


def _check_empty(connection: Connection, tables: dict[str, Table]) -> None:
    counts = {
        name: rows.count(connection, tables[name])
        for name in ("recording", "transcription")
        if name in tables
    }
    if any(counts.values()):
        told = " and ".join(f"{count} {name}s" for name, count in counts.items())
        raise _occupied(told)


def _check_nobody_works(session: Session) -> None:
    """Other computers may work with this database; none of them can be stopped from here."""
    recent = select(ProcessRow.name).where(col(ProcessRow.seen_at) > now() - ALIVE)
    alive = [name for name in session.exec(recent) if not is_gone(name)]
    if alive:
        raise Refused(
            "product_runs",
            f"Processes work with this database: {', '.join(sorted(alive)[:5])}. Nothing was"
            f" changed. Stop them and try again after {ALIVE.total_seconds():.0f} seconds.",
        )


def _occupied(what: str) -> Refused:
    return Refused(
        "occupied",
        f"There is something here already: {what}. Nothing was changed. Make a backup of it, then"
        " give --force to replace it, or set LECTERN_HOME to another folder.",
    )
