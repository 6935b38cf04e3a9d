"""A complete file becomes a recording, by the same examination as one sent at once.

The file is hashed here, from the disk, and not while it arrived: the state of a hash cannot be
kept across processes, and what is recorded is what will be transcribed.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from uuid import uuid4

from sqlmodel import Session

from app.context import Context
from app.errors import Gone, Problem, Unavailable
from app.media.client import AudioInfo, MediaError
from app.media.sniff import SNIFF_BYTES
from app.recordings import service as recordings
from app.recordings.upload import ReceivedFile, identify
from app.storage.base import NoSpace
from app.uploads import service
from app.uploads.protocol import ALWAYS
from app.uploads.spool import gone, storage_full
from app.uploads.tables import Upload, UploadState

_PIECE_BYTES = 1024**2


def finish(context: Context, upload_id: str) -> Upload:
    """Examine, hash, hand over to the storage, record; the caller holds the file.

    Raises `Problem`: the upload is refused for good, or, where the fault is ours, kept as it is
    and can be finished later.
    """
    with context.database.read() as session:
        upload = service.get(session, upload_id)
    if upload.state.settled:
        return upload
    path = service.spool_of(context).path(upload_id)
    info = _examined(context, upload, path)
    file = ReceivedFile(
        key=f"recordings/{uuid4().hex}",
        name=upload.name,
        size_bytes=upload.size_bytes,
        sha256=_sha256(path),
        container=identify(_head(path)),
    )
    upload = _recorded(context, upload, file, info)
    service.spool_of(context).remove(upload_id)
    return upload


def _examined(context: Context, upload: Upload, path: Path) -> AudioInfo:
    try:
        return recordings.examine(context, path)
    except MediaError as error:
        if error.retryable:
            raise Unavailable(
                code=error.code,
                detail=f"{error.detail} All of the upload has arrived and is kept; ask for it"
                " again in a few seconds.",
                headers=ALWAYS | {"Retry-After": "2"},
            ) from error
        problem = recordings.as_problem(error)
        service.refuse(context, upload.id, problem)
        raise problem from error
    except Problem as problem:
        service.refuse(context, upload.id, problem)
        raise


def _recorded(context: Context, upload: Upload, file: ReceivedFile, info: AudioInfo) -> Upload:
    with service.spool_of(context).second_name(upload.id) as path:
        try:
            context.storage.adopt(path, file.key)
        except NoSpace as error:
            raise storage_full() from error

    def work(session: Session) -> Upload:
        row = session.get(Upload, upload.id, with_for_update=True)
        if row is None:
            raise gone()
        if row.state is UploadState.READY:  # committed, but the answer was lost
            return row
        recording = recordings.keep(session, file, info)
        recording.organisation_id, recording.owner_id = row.organisation_id, row.owner_id
        row.state, row.recording_id = UploadState.READY, recording.id
        return row

    try:
        return context.database.transact(work)
    except Gone:
        context.storage.delete(file.key)
        raise
    # After any other error the row may name the object; if not, the sweep finds it


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(SNIFF_BYTES)


def _sha256(path: Path) -> str:
    """In pieces: memory does not depend on the file, and other threads go on meanwhile."""
    digest = hashlib.sha256()
    buffer = memoryview(bytearray(_PIECE_BYTES))
    with path.open("rb", buffering=0) as file:
        while length := file.readinto(buffer):
            digest.update(buffer[:length])
    return digest.hexdigest()
