"""What may be uploaded in parts, what is known of it, and how it ends early."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from app.admission import check_upload
from app.clock import now
from app.context import Context
from app.errors import BadRequest, NotFound, Problem
from app.ids import new_id
from app.recordings.names import display_name
from app.recordings.upload import too_large
from app.tables import LOCAL_ACCOUNT
from app.uploads.protocol import ALWAYS
from app.uploads.spool import Spool, gone, storage_full
from app.uploads.tables import Upload, UploadState

MAX_LISTED = 100


def spool_of(context: Context) -> Spool:
    """The folder of unfinished uploads on this machine."""
    return Spool(context.settings.home / "uploads")


def begin(context: Context, size: int, metadata: dict[str, str]) -> Upload:
    """Make room for a file of `size` bytes that is still to come.

    Raises `TooLarge`, `StorageFull`, `BadRequest`, or whatever admission says.
    """
    if size == 0:
        raise BadRequest(code="empty_file", detail="The file is empty (0 bytes). Nothing was kept.")
    if size > context.settings.max_upload_bytes:
        raise too_large(context.settings.max_upload_bytes)
    spool = spool_of(context)
    with context.database.read() as session:
        promised = _promised(session)
    check_upload(context, LOCAL_ACCOUNT, size, promised_bytes=promised)
    if spool.free_bytes() < size + promised + context.settings.min_free_bytes:
        raise storage_full()
    upload_id = new_id("up")
    name = display_name(metadata.get("filename"))
    fingerprint, client = (_short(metadata, key) for key in ("fingerprint", "client"))

    def work(session: Session) -> Upload:
        row = session.get(Upload, upload_id)
        if row is None:  # else committed, but the answer was lost
            row = Upload(
                id=upload_id,
                name=name,
                size_bytes=size,
                fingerprint=fingerprint,
                client=client,
                expires_at=_expiry(context),
            )
            session.add(row)
        return row

    # The file first, and locked: the sweep takes a file without a row for a leftover
    with spool.create(upload_id):
        return context.database.transact(work)


def _promised(session: Session) -> int:
    """Bytes that unfinished uploads have announced and not sent."""
    missing = func.sum(col(Upload.size_bytes) - col(Upload.received_bytes))
    receiving = col(Upload.state) == UploadState.RECEIVING
    return int(session.exec(select(missing).where(receiving)).one() or 0)


def _short(metadata: dict[str, str], name: str) -> str | None:
    value = metadata.get(name)
    if value is not None and not (value.isascii() and value.isprintable() and len(value) <= 64):
        raise BadRequest(
            code="bad_metadata", detail=f"{name!r} in `Upload-Metadata` has at most 64 ASCII signs."
        )
    return value or None


def _expiry(context: Context) -> datetime:
    return now() + timedelta(hours=context.settings.unused_upload_h)


def get(session: Session, upload_id: str) -> Upload:
    upload = session.get(Upload, upload_id)
    if upload is None:
        raise NotFound(
            code="upload_not_found",
            detail=f"There is no upload {upload_id[:80]}. It was cancelled, or waited for too long;"
            " send the file again from its beginning.",
            headers=ALWAYS,
        )
    return upload


def unfinished(session: Session, *, fingerprint: str | None, client: str | None) -> list[Upload]:
    """The newest first."""
    query = select(Upload).where(
        col(Upload.state) == UploadState.RECEIVING, col(Upload.owner_id) == LOCAL_ACCOUNT
    )
    if fingerprint is not None:
        query = query.where(col(Upload.fingerprint) == fingerprint)
    if client is not None:
        query = query.where(col(Upload.client) == client)
    return list(session.exec(query.order_by(col(Upload.created_at).desc()).limit(MAX_LISTED)))


def offset(upload: Upload, length: int | None) -> int:
    """How much has safely arrived: what was noted after it was flushed, and is still there.

    Raises `Gone` when the file is not here (`length` is None).
    """
    if upload.state is UploadState.READY:
        return upload.size_bytes
    if length is None:
        raise gone()
    return min(upload.received_bytes, length)


def note(context: Context, upload_id: str, received: int) -> None:
    """So much is on the disk. Raises `Gone` when the upload was cancelled meanwhile."""

    def work(session: Session) -> None:
        upload = session.get(Upload, upload_id, with_for_update=True)
        if upload is None:
            raise gone()
        upload.received_bytes = received
        upload.expires_at = _expiry(context)

    context.database.transact(work)


def refuse(context: Context, upload_id: str, problem: Problem) -> None:
    """Keep the reason and nothing else; it can be asked for until the upload expires."""

    def work(session: Session) -> None:
        upload = session.get(Upload, upload_id, with_for_update=True)
        if upload is not None:
            upload.state = UploadState.REFUSED
            upload.problem = {
                "status": int(problem.status),
                "code": problem.code,
                "detail": problem.detail,
            }

    context.database.transact(work)
    spool_of(context).remove(upload_id)


def refusal(upload: Upload) -> Problem | None:
    """Why the upload was refused, as it was said then."""
    if upload.problem is None:
        return None
    problem = Problem(code=upload.problem["code"], detail=upload.problem["detail"], headers=ALWAYS)
    problem.status = upload.problem["status"]
    return problem


def cancel(context: Context, upload_id: str) -> None:
    """Forget the upload. A part that is just arriving is told so at its end."""

    def work(session: Session) -> None:
        session.delete(get(session, upload_id))

    context.database.transact(work)
    spool_of(context).remove(upload_id)
