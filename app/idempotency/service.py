"""The answer to a key: found, or kept in the transaction that does what was asked."""

# Ch 12 · Scaling the System: a repeated request after a lost answer makes no second job

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, delete

from app.clock import now
from app.database import insert_if_new
from app.errors import Conflict, Gone, Unprocessable
from app.idempotency.tables import IdempotencyKey

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with a key: whose, and the sum of what it asks for."""

    owner_id: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the first request was answered."""

    status: int
    body: dict[str, Any]
    location: str | None


def fingerprint(operation: str, fields: Iterable[tuple[str, str]], file: list[str]) -> str:
    """SHA-256 of a request; `file` has its name and its sum. The order of fields does not count,
    that of the values of one field does."""
    told = [operation, sorted(fields, key=lambda pair: pair[0]), file]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def earlier(session: Session, asked: Asked) -> Answer | None:
    """What was answered before; None: this is the first request with its key.

    Raises `Unprocessable` for a key that stood for another request, `Gone` when what was made has
    been deleted since.
    """
    row = session.get(IdempotencyKey, (asked.owner_id, asked.key))
    return None if row is None or _expired(row) else _answer(row, asked)


def claim(session: Session, asked: Asked) -> Answer | None:
    """Take the key for this transaction, or say what was answered meanwhile.

    Waits for another transaction that has the key, until it is over. Raises as `earlier`.
    """
    primary = (asked.owner_id, asked.key)
    row = session.get(IdempotencyKey, primary, with_for_update=True)
    if row is not None and _expired(row):
        session.delete(row)
        session.flush()
        row = None
    if row is None:
        new = IdempotencyKey(owner_id=asked.owner_id, key=asked.key, fingerprint=asked.fingerprint)
        if insert_if_new(session, new):
            return None
        row = session.get_one(IdempotencyKey, primary, populate_existing=True)
    return _answer(row, asked)


def keep(session: Session, asked: Asked, answer: Answer, made_id: str) -> None:
    """Write down the answer, in the transaction that has claimed the key."""
    row = session.get_one(IdempotencyKey, (asked.owner_id, asked.key), populate_existing=True)
    row.status, row.body, row.location = answer.status, answer.body, answer.location
    row.made_id = made_id


def forget_made(session: Session, made_id: str) -> None:
    """What was made is deleted: its description leaves the answers."""
    # Ch 28 · Security and Privacy: a deleted transcript's name is in no kept answer
    session.execute(
        update(IdempotencyKey).where(col(IdempotencyKey.made_id) == made_id).values(body=None)
    )


def forget_expired(session: Session) -> None:
    session.exec(delete(IdempotencyKey).where(col(IdempotencyKey.created_at) < now() - KEPT))


@dataclass(slots=True)
class InFlight:
    """The keys of requests that this process is working on. It ends with the process."""

    _keys: set[tuple[str, str]] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def alone(self, owner_id: str, key: str | None) -> Iterator[None]:
        """Raises `Conflict` while another request with this key is under way."""
        if key is None:
            yield
            return
        entry = (owner_id, key)
        with self._lock:
            if entry in self._keys:
                raise Conflict(
                    code="request_in_flight",
                    detail="A request with this Idempotency-Key is still being worked on. Nothing"
                    " was done twice; send it again in a moment to get its answer.",
                    headers={"Retry-After": "1"},
                )
            self._keys.add(entry)
        try:
            yield
        finally:
            with self._lock:
                self._keys.discard(entry)


def _expired(row: IdempotencyKey) -> bool:
    return row.created_at < now() - KEPT


def _answer(row: IdempotencyKey, asked: Asked) -> Answer:
    if row.fingerprint != asked.fingerprint:
        raise Unprocessable(
            code="idempotency_key_reused",
            detail="This Idempotency-Key stood for another request: another file, other fields, or"
            " something else altogether. Nothing was kept; use a new key for each request.",
        )
    if row.body is None:
        raise Gone(
            code="deleted_since",
            detail="What this Idempotency-Key had made has been deleted since. Nothing was kept;"
            " use a new key to send it again.",
        )
    return Answer(row.status, row.body, row.location)
