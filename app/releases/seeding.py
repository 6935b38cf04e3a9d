"""The domains that come with the source, entered into the database at every start.

A shipped adapter that passed its gate serves when nothing else does, and replaces an older shipped
one. Where a person decided (a promotion, a rollback), the decision stands: the newer adapter is
entered as a candidate. The adapter's file is copied into the storage: the version after it brings
another file in its place, and a rollback must find the old one.
"""

# Ch 13 · Planning for Operations: what may have to serve again is kept, whatever an update replaces

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

from anyio import create_task_group, sleep
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

from app.context import Context
from app.database import DatabaseError
from app.domains import service as domains
from app.domains.tables import Domain
from app.domains.terms import Term, checked
from app.errors import Problem
from app.ids import new_id
from app.releases import service
from app.releases.files import keep
from app.releases.tables import Happened, ModelVersion, ReleaseEvent, State
from app.storage.base import StorageAway
from data.acquisition.manifest import sha256_of
from data.domains import folder as folders
from data.domains.folder import DomainError, DomainFolder
from data.domains.record import VersionRecord

logger = logging.getLogger("lectern.releases")
SHIPPED_BY: Final = "lectern"
PATIENCE_S: Final = 5.0
"""For a database that does not answer at the start."""
RETRY_S = 10.0


@asynccontextmanager
async def seeded(context: Context) -> AsyncIterator[None]:
    """Everything is entered inside; where database or storage is away, as soon as it is back."""
    if await _tried(context):
        yield
        return
    async with create_task_group() as tasks:
        tasks.start_soon(_keep_trying, context)
        yield
        tasks.cancel_scope.cancel()  # what is being entered is waited for


async def _keep_trying(context: Context) -> None:
    await sleep(RETRY_S)
    while not await _tried(context):
        await sleep(RETRY_S)


async def _tried(context: Context) -> bool:
    try:
        await run_in_threadpool(seed, context)
    except (DatabaseError, StorageAway) as error:
        logger.warning("domains that come with Lectern are not entered yet: %s", error)
        return False
    return True


def seed(context: Context, shipped: dict[str, Path] | None = None) -> None:
    """Enter what is new; safe at every start and in several processes at once.

    Raises `DatabaseError`, `StorageAway`.
    """
    for path in (shipped if shipped is not None else folders.shipped()).values():
        try:
            found = folders.read(path)
        except (DomainError, OSError, ValueError) as error:
            logger.error("the domain in %s cannot be used: %s", path.name, error)
            continue
        record = key = None
        try:
            record = _record(found)
            if record:
                key = keep(context.storage, record.adapter.sha256, found.adapter.read_bytes)
        except StorageAway:
            raise
        except (DomainError, OSError, ValueError, Problem) as error:
            logger.error("the adapter in %s cannot be used: %s", path.name, error)
            record = None
        enter = partial(_enter, found=found, record=record, key=key)
        context.database.transact(enter, patience_s=PATIENCE_S)


def _record(found: DomainFolder) -> VersionRecord | None:
    """The adapter's record; None where there is none that belongs to the file beside it."""
    if not (found.adapter.is_file() and found.record.is_file()):
        return None
    record = VersionRecord.read(found.record)
    if record.adapter.sha256 != sha256_of(found.adapter):
        raise DomainError(f"version.json of {found.name} belongs to another adapter.")
    return record


def _enter(
    session: Session, found: DomainFolder, record: VersionRecord | None, key: str | None
) -> None:
    query = select(Domain).where(Domain.name == found.name).with_for_update()
    domain = session.exec(query).first()
    if domain is None:
        domain = Domain(
            id=new_id("dom"), name=found.name, title=found.title, parent=found.parent, shipped=True
        )
        session.add(domain)
    elif not domain.shipped:
        return  # a customer's own of that name
    domain.title, domain.about, domain.language = found.title, found.about, found.language
    session.flush()
    terms = [Term(term=each.term, sounds_like=each.sounds_like) for each in found.terms]
    domains.add_glossary(session, domain, checked(terms))
    if record is None:
        return
    made = service.register(session, domain, record, key, by=SHIPPED_BY)
    if made.state is State.CANDIDATE and not _somebody_decided(session, domain):
        service.promote(
            session, domain.name, made.number, reason="comes with Lectern", by=SHIPPED_BY
        )


def _somebody_decided(session: Session, domain: Domain) -> bool:
    query = (
        select(ReleaseEvent.id)
        .join(ModelVersion, col(ModelVersion.id) == ReleaseEvent.version_id)
        .where(ReleaseEvent.domain_id == domain.id, ReleaseEvent.by != SHIPPED_BY)
        .where(col(ReleaseEvent.kind).in_([Happened.PROMOTED, Happened.ROLLED_BACK]))
    )
    return session.exec(query).first() is not None
