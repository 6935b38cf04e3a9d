"""Recordings over HTTP: upload first, see what it will take, then transcribe."""

from __future__ import annotations

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.admission import receiving
from app.context import Context, ContextDep
from app.domains import service as domains
from app.errors import BadRequest, Conflict
from app.idempotency import header
from app.idempotency import service as idempotency
from app.idempotency.service import Answer, Asked
from app.ids import new_id
from app.recordings import service
from app.recordings.schemas import RecordingOut
from app.recordings.tables import Recording
from app.recordings.upload import ReceivedFile, receive
from app.tables import LOCAL_ACCOUNT
from app.transcriptions.finish_time import estimate

router = APIRouter(prefix="/v1/recordings", tags=["recordings"])

UPLOAD_BODY = {
    "parameters": [header.PARAMETER],
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "example": {"file": "interview.m4a"},
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                },
            }
        },
    },
}


@router.post(
    "",
    status_code=201,
    response_model=RecordingOut,
    openapi_extra=UPLOAD_BODY,
    summary="Upload a recording",
)
async def upload(request: Request, context: ContextDep) -> Response:
    """Upload a recording without transcribing it yet; unused ones are deleted after a day."""
    key = header.key(request.headers)
    in_flight: idempotency.InFlight = request.app.state.in_flight
    with in_flight.alone(LOCAL_ACCOUNT, key):
        async with receiving(context, LOCAL_ACCOUNT, request):
            file, form = await receive(request, context.storage, context.settings.max_upload_bytes)
        if file is None:
            raise BadRequest(code="file_missing", detail="The request has no field named `file`.")
        keyed = None
        if key is not None:
            about = [file.name, file.sha256]
            asked = idempotency.fingerprint("POST /v1/recordings", form.fields, about)
            keyed = Asked(LOCAL_ACCOUNT, key, asked)
        answer, replayed = await run_in_threadpool(_kept, context, file, keyed)
    headers = {"Location": answer.location or ""}
    if replayed:
        headers["Idempotency-Replayed"] = "true"
    return JSONResponse(answer.body, answer.status, headers)


def _kept(context: Context, file: ReceivedFile, keyed: Asked | None) -> tuple[Answer, bool]:
    """The answer, and whether it is that of an earlier request; then `file` is not kept."""
    replayed = None
    with service.kept_or_deleted(context.storage, file):
        if keyed is not None:
            with context.database.read() as session:
                replayed = idempotency.earlier(session, keyed)
    if replayed is None:
        answer, replayed = _keep(context, file, keyed)
    if replayed is None:
        return answer, False
    context.storage.delete(file.key)
    return replayed, True


def _keep(
    context: Context, file: ReceivedFile, keyed: Asked | None
) -> tuple[Answer, Answer | None]:
    """Probe a received file and record it, unless another process answered its key meanwhile."""
    info = service.probe(context, file)
    recording_id = new_id("rec")

    def work(session: Session) -> tuple[Answer, Answer | None]:
        recording = session.get(Recording, recording_id)
        if recording is None:  # else committed, but the answer was lost
            replayed = idempotency.claim(session, keyed) if keyed is not None else None
            if replayed is not None:
                return replayed, replayed
            recording = service.keep(session, file, info, recording_id)
            session.flush()
        told = _told(session, context, recording, context.settings.model).model_dump(mode="json")
        answer = Answer(201, told, f"/v1/recordings/{recording_id}")
        if keyed is not None:
            idempotency.keep(session, keyed, answer, recording_id)
        return answer, None

    with service.kept_or_deleted(context.storage, file):
        return context.database.transact(work)


@router.get("/{recording_id}", summary="Read a recording and its estimate")
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


@router.delete("/{recording_id}", status_code=204, summary="Delete a recording")
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
    with context.database.read() as session:
        return _told(session, context, recording, model)


def _told(session: Session, context: Context, recording: Recording, model: str) -> RecordingOut:
    expected = None
    if recording.duration_s is not None:
        expected = estimate(
            session, context.settings, model, recording.duration_s, recording.owner_id
        )
    return RecordingOut(
        **recording.model_dump(include=set(RecordingOut.model_fields)),
        sha256=recording.upload_sha256,
        estimate=expected,
    )
