"""What every part of a process shares: settings, database, storage, decoder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from app.database import Database
from app.faults.dropping import ConnectionDropper
from app.faults.service import FaultSwitches
from app.media.client import DecoderClient
from app.settings import Settings
from app.storage.base import Storage
from app.storage.faulty import unless_full
from app.storage.opener import open_storage


@dataclass(frozen=True, slots=True)
class Context:
    settings: Settings
    database: Database
    storage: Storage
    decoder: DecoderClient
    faults: FaultSwitches


def open_context(settings: Settings) -> Context:
    """Open what `settings` names. The database must have been migrated."""
    settings.home.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    faults = FaultSwitches(database)
    database.before_commit = ConnectionDropper(faults)
    return Context(
        settings=settings,
        database=database,
        storage=open_storage(settings, unless_full(faults)),
        decoder=DecoderClient(settings.decoder_socket),
        faults=faults,
    )


def _context(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


ContextDep = Annotated[Context, Depends(_context)]
