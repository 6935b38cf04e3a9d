"""An upload on its way to the storage: counted, hashed and identified as the bytes go by.

Nothing is spooled first and nothing is believed that the sender says about the file.
"""

# Ch 16 · Data Quality: input is identified by its content and refused at the door, with a reason

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import uuid4

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from app.errors import BadRequest, Problem, StorageFull, TooLarge, UnsupportedMedia
from app.headers import declared_bytes
from app.media.sniff import SNIFF_BYTES, Container, describe, sniff
from app.recordings.multipart import Form, MultipartReader, Sink
from app.recordings.names import display_name
from app.storage.base import NoSpace, Storage, Writer

_FORM_BYTES = 64 * 1024
"""What a form may add to its file: fields, boundaries, headers of the parts."""
_BATCH_BYTES = 1024 * 1024
_DRAIN_BYTES = 32 * 1024 * 1024
"""Read after a refusal, so that the sender gets to see the answer instead of a broken pipe."""


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A complete file in the storage, under a generated key."""

    key: str
    name: str
    size_bytes: int
    sha256: str
    container: Container


class Upload:
    """One file being received."""

    def __init__(self, storage: Storage, max_bytes: int) -> None:
        self._storage = storage
        self._max_bytes = max_bytes
        self._key = f"recordings/{uuid4().hex}"
        self._writer: Writer | None = None
        self._hash = hashlib.sha256()
        self._head = bytearray()
        self._container: Container | None = None
        self._size = 0

    def open(self) -> Sink:
        self._writer = self._storage.create(self._key)
        return self._write

    def _write(self, data: bytes) -> None:
        assert self._writer is not None
        self._size += len(data)
        if self._size > self._max_bytes:
            raise too_large(self._max_bytes)
        if self._container is None and len(self._head) < SNIFF_BYTES:
            self._head += data[: SNIFF_BYTES - len(self._head)]
            if len(self._head) >= SNIFF_BYTES:
                self._container = self._identify()
        self._hash.update(data)
        try:
            self._writer.write(data)
        except NoSpace as error:
            raise StorageFull(
                detail="The disk is full, the recording could not be kept. Transcripts and other"
                " recordings are safe; free some space and send it again."
            ) from error

    def _identify(self) -> Container:
        return identify(bytes(self._head))

    def finish(self, name: str) -> ReceivedFile:
        """Keep the file. Raises `BadRequest` for an empty one."""
        if self._writer is None:
            raise BadRequest(code="file_missing", detail="The request has no field named `file`.")
        if self._size == 0:
            raise BadRequest(
                code="empty_file", detail="The file is empty (0 bytes). Nothing was kept."
            )
        container = self._container or self._identify()
        self._writer.commit()
        return ReceivedFile(self._key, name, self._size, self._hash.hexdigest(), container)

    def abort(self) -> None:
        if self._writer is not None:
            self._writer.abort()


def identify(head: bytes) -> Container:
    """What begins with `head`. Raises `UnsupportedMedia` for anything but a recording."""
    container = sniff(head)
    if container is None:
        raise UnsupportedMedia(
            detail=f"This is {describe(head)}, not a recording. Nothing was kept; send an audio or"
            " video file (wav, mp3, m4a, flac, ogg, opus, webm, mp4, aac, amr, wma …)."
        )
    return container


async def receive(
    request: Request, storage: Storage, max_bytes: int, kind: type[Upload] = Upload
) -> tuple[ReceivedFile | None, Form]:
    """Stream the multipart body of `request` to the storage.

    Returns the file, or None if the form has none, and the other fields. Whatever goes wrong,
    nothing of the upload stays behind. `kind` says what is taken for a file.
    """
    if (declared_bytes(request) or 0) > max_bytes + _FORM_BYTES:
        raise too_large(max_bytes)
    upload = kind(storage, max_bytes)
    reader = MultipartReader(request.headers.get("content-type", ""), upload.open)
    try:
        await _feed(request, reader)
        form = reader.close()
        if not reader.had_file:
            return None, form
        name = display_name(form.filename)
        return await run_in_threadpool(upload.finish, name), form
    except ClientDisconnect:
        await _abort(upload)
        raise BadRequest(
            code="upload_incomplete", detail="The upload was cut off. Nothing was kept."
        ) from None
    except BaseException as error:
        await _abort(upload)
        if isinstance(error, Problem):
            await drain(request)
        raise


async def _abort(upload: Upload) -> None:
    """Not in the event loop: what lies in a bucket is removed over the network."""
    with anyio.CancelScope(shield=True):
        await run_in_threadpool(upload.abort)


async def _feed(request: Request, reader: MultipartReader) -> None:
    batch = bytearray()
    async for chunk in request.stream():
        batch += chunk
        if len(batch) >= _BATCH_BYTES:
            await run_in_threadpool(reader.feed, bytes(batch))
            batch.clear()
    if batch:
        await run_in_threadpool(reader.feed, bytes(batch))


async def drain(request: Request) -> None:
    """Read what the sender of a refused upload still sends, up to a limit."""
    seen = 0
    try:
        async for chunk in request.stream():
            seen += len(chunk)
            if seen > _DRAIN_BYTES:
                return
    except (ClientDisconnect, RuntimeError):
        return


def too_large(max_bytes: int) -> TooLarge:
    return TooLarge(
        detail=f"The file is larger than {max_bytes / 1024**3:.1f} GiB, the largest this server"
        " accepts. Nothing was kept; cut it in parts or export it in a compressed format."
    )
