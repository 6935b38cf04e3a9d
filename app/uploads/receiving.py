"""One part on its way to the disk.

Bytes count once they were flushed to the disk and the row says so, in this order. Whatever dies in
between, the row never claims more than the disk has; what lies behind its offset is written again.
"""

# Ch 13 · Planning for Operations: an upload goes on where it was, whatever died or was cut off

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from app.context import Context
from app.errors import BadRequest, Problem
from app.media.sniff import SNIFF_BYTES
from app.recordings.upload import drain, identify
from app.uploads import finishing, service
from app.uploads.protocol import ALWAYS, Checksum, WrongChecksum, WrongOffset
from app.uploads.spool import SpoolFile, storage_full
from app.uploads.tables import Upload

_BATCH_BYTES: Final = 1024**2
CHECKPOINT_BYTES: Final = 16 * 1024**2
"""A part of any length loses at most this when the process is killed."""
SILENCE_S: Final = 20.0
"""A sender that says nothing for so long has lost its connection, even if nobody told us."""


class CutOff(Problem):
    """The sender has gone, or says nothing any more."""

    status = HTTPStatus.REQUEST_TIMEOUT
    code = "part_incomplete"

    def __init__(self, received: int) -> None:
        super().__init__(
            detail="The connection broke off in the middle of this part. What had arrived is kept;"
            " ask for the offset and go on from there.",
            headers=ALWAYS | {"Upload-Offset": str(received)},
        )


class ConnectionCut(Exception):
    """The fault `lost_network`: the connection ends here without an answer."""


@dataclass(frozen=True, slots=True)
class Part:
    """What the headers of a part say. `length` is None when they do not."""

    offset: int
    length: int | None
    checksum: Checksum | None


async def receive(context: Context, upload_id: str, part: Part, request: Request) -> Upload:
    """Take one part; the last one makes the upload a recording.

    Raises `Problem`. Of a part without a checksum everything counts that arrived before an error;
    a part with one counts as a whole or not at all.
    """
    file = await run_in_threadpool(service.spool_of(context).claim, upload_id)
    try:
        upload, cut_after = await run_in_threadpool(_opened, context, upload_id, part, file)
        arriving = _Arriving(context, upload, part, file)
        try:
            await arriving.all_of(_body(request, cut_after))
        except CutOff:
            raise
        except Problem:
            # Read on for a moment, so that the sender gets to see the answer
            with suppress(TimeoutError):
                async with asyncio.timeout(SILENCE_S):
                    await drain(request)
            raise
        if arriving.received < upload.size_bytes:
            upload.received_bytes = arriving.received
            return upload
        return await run_in_threadpool(finishing.finish, context, upload_id)
    finally:
        file.close()


def _opened(
    context: Context, upload_id: str, part: Part, file: SpoolFile
) -> tuple[Upload, int | None]:
    """The row as it is now that nobody else can write, and after how many bytes to cut."""
    with context.database.read() as session:
        upload = service.get(session, upload_id)
    refusal = service.refusal(upload)
    if refusal is not None:
        raise refusal
    expected = service.offset(upload, file.length)
    if part.offset != expected:
        raise WrongOffset(expected)
    if part.length is not None and part.offset + part.length > upload.size_bytes:
        raise _too_much(upload)
    file.cut(expected)
    # Ch 13 · Planning for Operations: a network that breaks off can be rehearsed
    if context.faults.parameters("full_disk") is not None:
        raise storage_full()
    fault = context.faults.parameters("lost_network")
    return upload, None if fault is None else int(fault["megabytes"] * 1024**2)


class _Arriving:
    """The part as far as it has come."""

    def __init__(self, context: Context, upload: Upload, part: Part, file: SpoolFile) -> None:
        self._context = context
        self._upload = upload
        self._part = part
        self._file = file
        self._hash: Any = part.checksum.start() if part.checksum else None
        self._identified = part.offset >= SNIFF_BYTES
        self._noted = part.offset
        self._written = part.offset

    @property
    def received(self) -> int:
        """Bytes of the upload that count."""
        return self._noted

    async def all_of(self, body: AsyncIterator[bytes]) -> None:
        batch = bytearray()
        try:
            async for piece in body:
                batch += piece
                if len(batch) >= _BATCH_BYTES:
                    await run_in_threadpool(self._take, bytes(batch))
                    batch.clear()
        except (ClientDisconnect, TimeoutError, ConnectionCut) as error:
            await run_in_threadpool(self._broken_off, bytes(batch))
            if isinstance(error, ConnectionCut):
                raise
            raise CutOff(self.received) from None
        await run_in_threadpool(self._whole, bytes(batch))

    def _take(self, data: bytes) -> None:
        if self._written + len(data) > self._upload.size_bytes:
            raise _too_much(self._upload)
        if self._hash is not None:
            self._hash.update(data)
        try:
            self._file.write(data, self._written)
        except Problem:  # no room: what was written before is good
            self._count()
            raise
        self._written += len(data)
        if self._hash is None:
            self._identify()
            if self._written - self._noted >= CHECKPOINT_BYTES:
                self._note()

    def _whole(self, rest: bytes) -> None:
        self._take(rest)
        checksum = self._part.checksum
        if checksum is not None:
            if self._hash.digest() != checksum.digest:
                self._file.cut(self._part.offset)
                raise WrongChecksum
            self._identify()
        self._note()

    def _broken_off(self, rest: bytes) -> None:
        if self._hash is None:
            self._take(rest)
        self._count()

    def _count(self) -> None:
        """Keep what was written, unless only the whole part can be told to be right."""
        if self._hash is None:
            self._note()
        else:
            self._file.cut(self._part.offset)

    def _note(self) -> None:
        if self._written > self._noted:
            self._file.flush()
            service.note(self._context, self._upload.id, self._written)
            self._noted = self._written

    def _identify(self) -> None:
        """Refuse what is no recording as soon as it can be told, not after gigabytes."""
        # Ch 16 · Data Quality: a wrong file is refused after its first 64 KB, not after 2 GB
        if self._identified or self._written < min(SNIFF_BYTES, self._upload.size_bytes):
            return
        self._identified = True
        try:
            identify(self._file.read(SNIFF_BYTES))
        except Problem as problem:
            service.refuse(self._context, self._upload.id, problem)
            raise


async def _body(request: Request, cut_after: int | None) -> AsyncIterator[bytes]:
    """What the sender sends. Raises `ClientDisconnect`, `TimeoutError`, `ConnectionCut`."""
    seen = 0
    stream = request.stream()
    while True:
        async with asyncio.timeout(SILENCE_S):
            piece = await anext(stream, None)
        if piece is None:
            return
        if cut_after is not None and seen + len(piece) > cut_after:
            yield piece[: cut_after - seen]
            raise ConnectionCut
        seen += len(piece)
        yield piece


def _too_much(upload: Upload) -> BadRequest:
    return BadRequest(
        code="part_too_long",
        detail=f"The upload was announced with {upload.size_bytes} bytes, this part goes beyond"
        " them. What had arrived before is kept.",
        headers=ALWAYS,
    )
