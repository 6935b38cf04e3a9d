"""The job API: submit, read, wait, cancel, retry, delete, list, listen."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.admission import check_job, receiving
from app.context import Context, ContextDep
from app.described import bodies
from app.errors import BadRequest, Conflict, Gone
from app.idempotency import header
from app.idempotency import service as idempotency
from app.idempotency.service import Answer, Asked
from app.ids import new_id
from app.media.client import AudioInfo
from app.projects import finding as projects
from app.projects.defaults import with_project
from app.recordings import service as recordings
from app.recordings.multipart import Form
from app.recordings.tables import Recording
from app.recordings.upload import ReceivedFile, receive
from app.search.query import MAX_CHARACTERS, parse
from app.storage.base import ObjectMissing
from app.storage.ranges import names, object_response
from app.tables import LOCAL_ACCOUNT
from app.transcriptions import options, read, service
from app.transcriptions.entity_tags import whole_tag
from app.transcriptions.exports.plain import as_json
from app.transcriptions.exports.registry import joined
from app.transcriptions.provenance import ProvenanceOut, provenance
from app.transcriptions.schemas import TranscriptionOut, TranscriptionPage, TranscriptionSummary
from app.transcriptions.tables import Status, Transcription
from app.transcriptions.wait import until_over

router = APIRouter(prefix="/v1/transcriptions", tags=["transcriptions"])

JobId = Annotated[str, Path(max_length=64, examples=["tr_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f"])]
MAX_WAIT_S = 60.0

SUBMIT_BODY = {
    "parameters": [header.PARAMETER],
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "example": {"file": "interview.m4a", "domain": "poverty-research"},
                "schema": {
                    "type": "object",
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "recording": {
                            "type": "string",
                            "description": "Id of a recording uploaded before, instead of `file`.",
                        },
                        "model": {"type": "string", "example": "whisper-base"},
                        "domain": {
                            "type": "string",
                            "example": "poverty-research",
                            "description": "Its glossary and its adapter are used.",
                        },
                        "project": {
                            "type": "string",
                            "example": "prj_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f",
                            "description": "Its domain, language and terms are used where this"
                            " request does not say.",
                        },
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
                },
            }
        },
    },
}


@router.post(
    "",
    status_code=202,
    response_model=TranscriptionSummary,
    responses={404: {"description": "There is no such recording or domain."}},
    openapi_extra=SUBMIT_BODY,
    summary="Submit a recording",
)
async def submit(request: Request, context: ContextDep) -> Response:
    """Send a recording; the answer comes as soon as it is stored and found to be one."""
    key = header.key(request.headers)
    in_flight: idempotency.InFlight = request.app.state.in_flight
    with in_flight.alone(LOCAL_ACCOUNT, key):
        return await _received(request, context, key)


async def _received(request: Request, context: Context, key: str | None) -> Response:
    async with receiving(context, LOCAL_ACCOUNT, request):
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
            await run_in_threadpool(context.storage.delete, file.key)
        raise
    keyed = None if key is None else _keyed(key, file, form)
    answer, replayed = await run_in_threadpool(_submit, context, file, given, asked, keyed)
    headers = {"Location": answer.location or "", "Retry-After": "1"}
    if replayed:
        headers["Idempotency-Replayed"] = "true"
    return JSONResponse(answer.body, answer.status, headers)


def _keyed(key: str, file: ReceivedFile | None, form: Form) -> Asked:
    about = [] if file is None else [file.name, file.sha256]
    asked = idempotency.fingerprint("POST /v1/transcriptions", form.fields, about)
    return Asked(LOCAL_ACCOUNT, key, asked)


def _submit(
    context: Context,
    file: ReceivedFile | None,
    given: str | None,
    asked: options.Request,
    keyed: Asked | None,
) -> tuple[Answer, bool]:
    """The answer, and whether it is that of an earlier request; then `file` is not kept."""
    job_id = new_id("tr")
    replayed = None
    with recordings.kept_or_deleted(context.storage, file):
        if keyed is not None:
            with context.database.read() as session:
                replayed = idempotency.earlier(session, keyed)
    if replayed is None:
        info = None if file is None else recordings.probe(context, file)
        answer, replayed = _queued(context, job_id, (file, info, given), asked, keyed)
    if replayed is None:
        return answer, False
    if file is not None:
        context.storage.delete(file.key)
    return replayed, True


def _queued(
    context: Context,
    job_id: str,
    sound: tuple[ReceivedFile | None, AudioInfo | None, str | None],
    asked: options.Request,
    keyed: Asked | None,
) -> tuple[Answer, Answer | None]:
    file, info, given = sound

    def work(session: Session) -> tuple[Answer, Answer | None]:
        job = session.get(Transcription, job_id)
        if job is None:  # else committed, but the answer was lost
            replayed = idempotency.claim(session, keyed) if keyed is not None else None
            if replayed is not None:
                return replayed, replayed
            found = with_project(asked, session)
            found = options.with_domain(found, session, context.settings)
            if file is None or info is None:
                recording = recordings.get(session, given or "")
            else:
                recording = recordings.keep(session, file, info)
            check_job(
                session, context.settings, recording.owner_id, recording.duration_s, found.model
            )
            job = service.submit(session, recording, found, job_id)
            session.flush()
        told = read.summary(session, job).model_dump(mode="json")
        answer = Answer(202, told, f"/v1/transcriptions/{job.id}")
        if keyed is not None:
            idempotency.keep(session, keyed, answer, job.id)
        return answer, None

    with recordings.kept_or_deleted(context.storage, file):
        return context.database.transact(work)


@router.get("", summary="List transcriptions")
def list_jobs(
    context: ContextDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: str | None = None,
    status: Annotated[list[Status] | None, Query()] = None,
    previews: Annotated[bool, Query(description="Also the jobs of previews of domains.")] = False,
    search: Annotated[
        str | None,
        Query(
            max_length=MAX_CHARACTERS,
            description="Only those in which it is said, as `GET /v1/search` understands it.",
        ),
    ] = None,
    project: Annotated[
        str | None, Query(max_length=64, description="Only those of this project, by its id.")
    ] = None,
    recording: Annotated[
        str | None, Query(max_length=64, description="Only those of this recording, by its id.")
    ] = None,
) -> TranscriptionPage:
    """The newest first."""
    query = parse(search) if search is not None else None
    with context.database.read() as session:
        if project is not None:
            projects.get(session, project)
        jobs, following = service.page(
            session,
            limit=limit,
            cursor=cursor,
            status=status or [],
            previews=previews,
            said=query,
            project_id=project,
            recording_id=recording,
        )
        return TranscriptionPage(items=[read.summary(session, job) for job in jobs], next=following)


@router.get(
    "/{transcription_id}",
    response_model=TranscriptionOut,
    responses={304: {"description": "`If-None-Match` names what is there."}},
    summary="Read a transcription, or wait for it",
)
async def read_job(
    request: Request,
    transcription_id: JobId,
    context: ContextDep,
    wait: Annotated[
        float, Query(ge=0, le=MAX_WAIT_S, description="Answer when it is over, or after this long.")
    ] = 0.0,
) -> Response:
    """The job and its text, complete or as far as it has come.

    Once it is over the answer has an `ETag`; with it as `If-None-Match`, 304 says that nothing was
    changed since.
    """
    if wait:
        await until_over(context, transcription_id, wait)
    known = request.headers.get("if-none-match")
    return await run_in_threadpool(_whole, context, transcription_id, known)


def _whole(context: Context, transcription_id: str, known: str | None) -> Response:
    with context.database.read() as session:
        found = service.get(session, transcription_id)
        headers = {"Cache-Control": "private, no-cache"}
        if found.status.ended:
            headers["ETag"] = whole_tag(found)
        if "ETag" in headers and names(known, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        job = read.without_segments(session, found)
        body = joined(as_json(job, read.segments(session, job.id)))
    return Response(body, media_type="application/json", headers=headers)


@router.get("/{transcription_id}/provenance", summary="Read where a text comes from")
def read_provenance(
    transcription_id: JobId,
    context: ContextDep,
    windows: Annotated[bool, Query(description="Tell of each window, too.")] = True,
) -> ProvenanceOut:
    """Where the text comes from, to the bit; `lectern reproduce` runs it again."""
    with context.database.read() as session:
        return provenance(session, service.get(session, transcription_id), each=windows)


@router.post("/{transcription_id}/cancel", summary="Cancel a transcription")
def cancel(transcription_id: JobId, context: ContextDep) -> TranscriptionSummary:
    """Stop it. A job that is over is returned unchanged."""
    with context.database.write() as session:
        return read.summary(session, service.cancel(session, transcription_id))


@router.post("/{transcription_id}/retry", status_code=202, summary="Retry a transcription")
def retry(transcription_id: JobId, context: ContextDep) -> TranscriptionSummary:
    """Queue a failed or cancelled job again; what was recognised is kept."""
    with context.database.write() as session:
        job = service.get(session, transcription_id)
        if job.status in (Status.FAILED, Status.CANCELLED):
            check_job(session, context.settings, job.owner_id, job.duration_s, job.model)
        return read.summary(session, service.retry(session, transcription_id))


@router.delete(
    "/{transcription_id}", status_code=204, summary="Delete a transcription and its audio"
)
def remove(transcription_id: JobId, context: ContextDep) -> Response:
    """Delete text and audio, in any state."""
    with context.database.write() as session:
        service.remove(session, transcription_id)
    return Response(status_code=204)


@router.head("/{transcription_id}/audio", include_in_schema=False)
@router.get(
    "/{transcription_id}/audio",
    response_class=StreamingResponse,
    responses=bodies.audio("The recording, as browsers can play it."),
    summary="Play the recording of a transcription",
)
def audio(transcription_id: JobId, request: Request, context: ContextDep) -> Response:
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
    headers = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
    kind = recording.media_type if own else "audio/ogg"
    try:
        return object_response(request, context.storage, recording.playback_key, kind, headers)
    except ObjectMissing:
        raise Gone(code="audio_deleted", detail="The recording was deleted.") from None
