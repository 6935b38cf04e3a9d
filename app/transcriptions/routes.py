"""The job API: submit, read, wait, cancel, retry, delete, list, export, listen."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool

from app.context import Context, ContextDep
from app.errors import BadRequest, Conflict, Gone
from app.recordings import service as recordings
from app.recordings.tables import Recording
from app.recordings.upload import ReceivedFile, receive
from app.storage.base import ObjectMissing
from app.transcriptions import options, read, service
from app.transcriptions.exports import FORMATS
from app.transcriptions.schemas import TranscriptionOut, TranscriptionPage, TranscriptionSummary
from app.transcriptions.tables import Status
from app.transcriptions.wait import until_over

router = APIRouter(prefix="/v1/transcriptions", tags=["transcriptions"])

JobId = Annotated[str, Path(max_length=64, examples=["tr_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f"])]
MAX_WAIT_S = 60.0

SUBMIT_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "recording": {
                            "type": "string",
                            "description": "Id of a recording uploaded before, instead of `file`.",
                        },
                        "model": {"type": "string", "example": "whisper-base"},
                        "language": {
                            "type": "string",
                            "example": "en",
                            "description": "ISO 639 code; left out, it is detected.",
                        },
                        "keywords[]": {
                            "type": "array",
                            "items": {"type": "string"},
                            "description": "Terms the recording is expected to contain.",
                        },
                        "priority": {"type": "integer", "enum": [-1, 0, 1]},
                    },
                }
            }
        },
    }
}


@router.post("", status_code=202, openapi_extra=SUBMIT_BODY)
async def submit(request: Request, response: Response, context: ContextDep) -> TranscriptionSummary:
    """Send a recording; the answer comes as soon as it is stored and found to be one."""
    file, form = await receive(request, context.storage, context.settings.max_upload_bytes)
    try:
        asked = options.parse(form, context.settings)
        given = form.first("recording")
        if (file is None) == (given is None):
            raise BadRequest(
                code="file_missing",
                detail="Send either a field named `file` or the id of a `recording`.",
            )
    except BaseException:
        if file is not None:
            context.storage.delete(file.key)
        raise
    out = await run_in_threadpool(_submit, context, file, given, asked)
    response.headers["Location"] = f"/v1/transcriptions/{out.id}"
    response.headers["Retry-After"] = "1"
    return out


def _submit(
    context: Context, file: ReceivedFile | None, given: str | None, asked: options.Request
) -> TranscriptionSummary:
    if file is None:
        with context.database.write() as session:
            job = service.submit(session, recordings.get(session, given or ""), asked)
    else:
        info = recordings.probe(context, file)
        try:
            with context.database.write() as session:
                job = service.submit(session, recordings.keep(session, file, info), asked)
        except BaseException:
            context.storage.delete(file.key)
            raise
    with context.database.read() as session:
        return read.summary(session, job)


@router.get("")
def list_jobs(
    context: ContextDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: str | None = None,
    status: Annotated[list[Status] | None, Query()] = None,
) -> TranscriptionPage:
    """The newest first."""
    with context.database.read() as session:
        jobs, following = service.page(session, limit=limit, cursor=cursor, status=status or [])
        return TranscriptionPage(items=[read.summary(session, job) for job in jobs], next=following)


@router.get("/{transcription_id}")
async def read_job(
    transcription_id: JobId,
    context: ContextDep,
    wait: Annotated[
        float, Query(ge=0, le=MAX_WAIT_S, description="Answer when it is over, or after this long.")
    ] = 0.0,
) -> TranscriptionOut:
    """The job and its text, complete or as far as it has come."""
    if wait:
        await until_over(context, transcription_id, wait)
    return await run_in_threadpool(_whole, context, transcription_id)


def _whole(context: Context, transcription_id: str) -> TranscriptionOut:
    with context.database.read() as session:
        return read.whole(session, service.get(session, transcription_id))


@router.post("/{transcription_id}/cancel")
def cancel(transcription_id: JobId, context: ContextDep) -> TranscriptionSummary:
    """Stop it. A job that is over is returned unchanged."""
    with context.database.write() as session:
        return read.summary(session, service.cancel(session, transcription_id))


@router.post("/{transcription_id}/retry", status_code=202)
def retry(transcription_id: JobId, context: ContextDep) -> TranscriptionSummary:
    """Queue a failed or cancelled job again; what was recognised is kept."""
    with context.database.write() as session:
        return read.summary(session, service.retry(session, transcription_id))


@router.delete("/{transcription_id}", status_code=204)
def remove(transcription_id: JobId, context: ContextDep) -> Response:
    """Delete text and audio, in any state."""
    with context.database.write() as session:
        service.remove(session, transcription_id)
    return Response(status_code=204)


@router.get("/{transcription_id}/export")
def export(
    transcription_id: JobId,
    context: ContextDep,
    format: Annotated[Literal["txt", "srt", "vtt", "json"], Query()] = "txt",
) -> Response:
    """The finished transcript as a file."""
    job = _whole(context, transcription_id)
    if job.status is not Status.SUCCEEDED:
        raise Conflict(
            code="not_ready",
            detail=f"The transcription is {job.status}; there is nothing to export yet.",
        )
    chosen = FORMATS[format]
    name = job.name.rsplit(".", 1)[0] or "transcript"
    headers = {"Content-Disposition": _attachment(f"{name}.{chosen.suffix}")}
    return Response(chosen.render(job), media_type=chosen.media_type, headers=headers)


def _attachment(name: str) -> str:
    """RFC 6266: a plain name for old programs, the real one for the others."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\' else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


@router.get("/{transcription_id}/audio", response_class=FileResponse)
def audio(transcription_id: JobId, context: ContextDep) -> Response:
    """The recording, as browsers can play it; honours Range."""
    with context.database.read() as session:
        job = service.get(session, transcription_id)
        recording = session.get(Recording, job.recording_id)
    if recording is None:
        raise Gone(code="audio_deleted", detail="The recording was deleted.")
    if recording.playback_key is None:
        raise Conflict(
            code="audio_not_ready",
            detail=f"Browsers cannot play {recording.container}; a copy they can play is made"
            " while the recording is transcribed.",
        )
    own = recording.playback_key == recording.storage_key
    try:
        path = context.storage.path(recording.playback_key)
    except ObjectMissing:
        raise Gone(code="audio_deleted", detail="The recording was deleted.") from None
    return FileResponse(
        path,
        media_type=recording.media_type if own else "audio/ogg",
        headers={"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"},
    )
