"""What every part of a process shares: settings, database, storage, decoder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from app.database import Database
from app.media.client import DecoderClient
from app.settings import Settings
from app.storage.base import Storage
from app.storage.local import LocalStorage


@dataclass(frozen=True, slots=True)
class Context:
    settings: Settings
    database: Database
    storage: Storage
    decoder: DecoderClient


def open_context(settings: Settings) -> Context:
    """Open what `settings` names. The database must have been migrated."""
    settings.home.mkdir(parents=True, exist_ok=True)
    return Context(
        settings=settings,
        database=Database(settings.database),
        storage=LocalStorage(settings.storage_dir),
        decoder=DecoderClient(settings.decoder_socket),
    )


def _context(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


ContextDep = Annotated[Context, Depends(_context)]
