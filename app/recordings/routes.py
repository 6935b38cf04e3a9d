"""Recordings over HTTP: upload first, see what it will take, then transcribe."""

from __future__ import annotations

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.admission import receiving
from app.context import Context, ContextDep
from app.domains import service as domains
from app.errors import BadRequest, Conflict
from app.ids import new_id
from app.recordings import service
from app.recordings.schemas import RecordingOut
from app.recordings.tables import Recording
from app.recordings.upload import ReceivedFile, receive
from app.tables import LOCAL_ACCOUNT
from app.transcriptions.finish_time import estimate

router = APIRouter(prefix="/v1/recordings", tags=["recordings"])

UPLOAD_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}


def keep(context: Context, file: ReceivedFile) -> Recording:
    """Probe a received file and record it; blocking."""
    info = service.probe(context, file)
    recording_id = new_id("rec")

    def work(session: Session) -> Recording:
        kept = session.get(Recording, recording_id)  # committed, but the answer was lost
        return kept or service.keep(session, file, info, recording_id)

    with service.kept_or_deleted(context.storage, file):
        return context.database.transact(work)


@router.post("", status_code=201, openapi_extra=UPLOAD_BODY)
async def upload(request: Request, response: Response, context: ContextDep) -> RecordingOut:
    """Upload a recording without transcribing it yet; unused ones are deleted after a day."""
    async with receiving(context, LOCAL_ACCOUNT, request):
        file, _ = await receive(request, context.storage, context.settings.max_upload_bytes)
    if file is None:
        raise BadRequest(code="file_missing", detail="The request has no field named `file`.")
    recording = await run_in_threadpool(keep, context, file)
    response.headers["Location"] = f"/v1/recordings/{recording.id}"
    return await run_in_threadpool(described, context, recording, context.settings.model)


@router.get("/{recording_id}")
def read(
    recording_id: str,
    context: ContextDep,
    model: str | None = Query(None, description="Estimate for this model."),
    domain: str | None = Query(None, description="Estimate for whatever serves this domain."),
) -> RecordingOut:
    """What is known of a recording, and how long its transcription would take now."""
    default = context.settings.model
    with context.database.read() as session:
        recording = service.get(session, recording_id)
        used = domains.use(session, domain, model, default).model if domain else model
    return described(context, recording, used or default)


@router.delete("/{recording_id}", status_code=204)
def remove(recording_id: str, context: ContextDep) -> Response:
    """Delete an upload that was not transcribed, and previews; delete the transcript otherwise."""
    with context.database.write() as session:
        recording = service.get(session, recording_id)
        if recording.used_at is not None:
            raise Conflict(
                code="recording_in_use",
                detail="This recording has a transcription; delete that, and the recording goes"
                " with it.",
            )
        service.remove(session, recording)
    return Response(status_code=204)


def described(context: Context, recording: Recording, model: str) -> RecordingOut:
    """What goes over the wire, with an estimate for `model`."""
    told = None
    if recording.duration_s is not None:
        with context.database.read() as session:
            told = estimate(
                session, context.settings, model, recording.duration_s, recording.owner_id
            )
    return RecordingOut(
        **recording.model_dump(include=set(RecordingOut.model_fields)),
        sha256=recording.upload_sha256,
        estimate=told,
    )
