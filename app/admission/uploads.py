"""Whether an upload may begin: decided from its headers, before a byte of it is read."""

# Ch 12 · Scaling the System: a refused upload of gigabytes costs neither disk nor memory

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from app.admission.queue import check_job
from app.context import Context
from app.errors import StorageFull, TooManyRequests
from app.headers import declared_bytes

UPLOAD_PAUSE_S = 5
"""When to try again while one's own other uploads are under way."""
FULL_PAUSE_S = 60
"""When to try again while the storage is full: finished jobs give some room back."""


@dataclass(slots=True)
class UnderWay:
    """The uploads this process is receiving: how many of each owner, and bytes they announced.

    Every API process counts its own, so that with several of them an owner may send as many times
    as many. It is there to bound the memory and the connections of the process, not as a quota.
    """

    count: dict[str, int] = field(default_factory=dict)
    promised_bytes: int = 0


@asynccontextmanager
async def receiving(context: Context, owner_id: str, request: Request) -> AsyncIterator[None]:
    """Count the upload in `request` while its body is received.

    Raises `TooManyRequests` when the owner sends too many at once, and what `check_upload` raises,
    before anything is read. The count lives in the event loop, which is what makes it exact.
    """
    under_way = _under_way(request)
    most, now = context.settings.max_uploads, under_way.count.get(owner_id, 0)
    if now >= most:
        raise TooManyRequests(
            code="too_many_uploads",
            detail=f"{now} of your uploads are under way and go on; more than {most} at once are"
            " not taken. Nothing was kept of this one; send it when another one has ended.",
            headers={"Retry-After": str(UPLOAD_PAUSE_S)},
            retry_after=UPLOAD_PAUSE_S,
        )
    size_bytes = declared_bytes(request)
    under_way.count[owner_id] = now + 1
    promised, under_way.promised_bytes = (
        under_way.promised_bytes,
        (under_way.promised_bytes + (size_bytes or 0)),
    )
    try:
        await run_in_threadpool(
            lambda: check_upload(context, owner_id, size_bytes, promised_bytes=promised)
        )
        yield
    finally:
        under_way.promised_bytes -= size_bytes or 0
        under_way.count[owner_id] -= 1
        if not under_way.count[owner_id]:
            del under_way.count[owner_id]


def _under_way(request: Request) -> UnderWay:
    state = request.app.state
    if not hasattr(state, "uploads_under_way"):
        state.uploads_under_way = UnderWay()
    under_way: UnderWay = state.uploads_under_way
    return under_way


def check_upload(
    context: Context, owner_id: str, size_bytes: int | None, *, promised_bytes: int = 0
) -> None:
    """Raise a `Problem` unless an upload of `size_bytes` may begin; blocking.

    `StorageFull` when it does not fit beside `promised_bytes`, which others have announced and not
    yet sent (counted whole, so that near the edge a moment's patience is asked for rather than a
    promise broken); `Unavailable` (`queue_full`) when a job for it would be refused anyhow. Of an
    unknown size (None) it is asked whether there is any room at all.
    """
    free = context.storage.free_bytes()
    room = None if free is None else free - context.settings.min_free_bytes - promised_bytes
    if room is not None and room < max(1, size_bytes or 0):
        raise _storage_full(size_bytes, max(0, room))
    with context.database.read() as session:
        check_job(session, context.settings, owner_id, 0.0)


def _storage_full(size_bytes: int | None, room: int) -> StorageFull:
    wanted = f" of {_mb(size_bytes)}" if size_bytes else ""
    return StorageFull(
        detail=f"This upload{wanted} does not fit: {_mb(room)} are left for recordings. Nothing"
        " was read of it; transcripts and other recordings are safe. Delete recordings that are"
        " no longer needed, or free some space, and send it again.",
        headers={"Retry-After": str(FULL_PAUSE_S)},
        retry_after=FULL_PAUSE_S,
    )


def _mb(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.0f} MB"
