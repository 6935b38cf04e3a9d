"""`/v1/audio/*` as OpenAI's clients call it: one request, and the text is the answer.

Each makes an ordinary job, waits for it and renders its rows.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.admission import check_job, receiving
from app.compatible import documented
from app.compatible.answering import (
    Answer,
    Told,
    leaver,
    marker,
    must_have_succeeded,
    over,
)
from app.compatible.calls import Asking, Part, take_part
from app.compatible.form import Asked, Task, parse
from app.compatible.rendering import rendered
from app.compatible.streaming import HEARTBEAT_S, Stream
from app.context import Context, ContextDep
from app.errors import BadRequest
from app.ids import new_id
from app.recordings import service as recordings
from app.recordings.upload import ReceivedFile, receive
from app.tables import LOCAL_ACCOUNT
from app.transcriptions import options, service
from app.transcriptions.tables import Transcription

router = APIRouter(prefix="/v1/audio", tags=["compatible with OpenAI"])

MAX_KEY_CHARACTERS = 255
Retries = Annotated[
    str | None,
    Header(
        alias="x-stainless-retry-count",
        description="How often the client has sent this before; OpenAI's clients tell.",
    ),
]
Key = Annotated[
    str | None,
    Header(
        description="Requests with the same key are one: all get the text of the first. Another"
        " key has the same recording transcribed anew.",
    ),
]


@router.post(
    "/transcriptions",
    openapi_extra=documented.TRANSCRIPTIONS,
    summary="Transcribe (compatible with OpenAI)",
)
async def transcriptions(
    request: Request,
    context: ContextDep,
    x_stainless_retry_count: Retries = None,
    idempotency_key: Key = None,
) -> Response:
    """Send a recording and get its text: at once when it is done, or as it comes (`stream`)."""
    return await _answer(context, request, "transcribe", x_stainless_retry_count, idempotency_key)


@router.post(
    "/translations",
    openapi_extra=documented.TRANSLATIONS,
    summary="Translate into English (compatible with OpenAI)",
)
async def translations(
    request: Request,
    context: ContextDep,
    x_stainless_retry_count: Retries = None,
    idempotency_key: Key = None,
) -> Response:
    """Send a recording in any language the model knows and get its text in English."""
    return await _answer(context, request, "translate", x_stainless_retry_count, idempotency_key)


async def _answer(
    context: Context, request: Request, task: Task, retries: str | None, key: str | None
) -> Response:
    if key is not None and not 0 < len(key) <= MAX_KEY_CHARACTERS:
        raise BadRequest(
            code="bad_idempotency_key",
            detail=f"An `Idempotency-Key` has 1 to {MAX_KEY_CHARACTERS} characters.",
            param="Idempotency-Key",
        )
    async with receiving(context, LOCAL_ACCOUNT, request):
        file, form = await receive(request, context.storage, context.settings.max_upload_bytes)
    try:
        asked = parse(form, context.settings, task)
        if file is None:
            raise BadRequest(code="file_missing", detail="The request has no field named `file`.")
    except BaseException:
        if file is not None:
            await run_in_threadpool(context.storage.delete, file.key)
        raise
    again = (retries or "0") != "0"
    asking = Asking(LOCAL_ACCOUNT, file.sha256, again, key)
    part = await run_in_threadpool(_take_part, context, file, asking, asked)
    if asked.stream:
        return _stream(context, part, asked)
    job = await over(context, request, part.transcription_id)
    if job is None:
        return Response(status_code=499)  # nobody reads it
    must_have_succeeded(job)
    body, media_type = await run_in_threadpool(_rendered, context, job, asked)
    return Answer(body, media_type, marker(context, part))


def _take_part(context: Context, file: ReceivedFile, asking: Asking, asked: Asked) -> Part:
    """Queue the recording, unless this request repeats another: then its upload is dropped."""
    job_id = new_id("tr")
    info = recordings.probe(context, file)

    def work(session: Session) -> Part:
        found = options.with_domain(asked.request, session, context.settings)

        def make_job() -> Transcription:
            recording = recordings.keep(session, file, info)
            check_job(
                session, context.settings, recording.owner_id, recording.duration_s, found.model
            )
            return service.submit(session, recording, found, job_id)

        return take_part(session, asking, found, job_id, make_job)

    with recordings.kept_or_deleted(context.storage, file):
        part = context.database.transact(work)
    if part.joined:
        context.storage.delete(file.key)
    return part


def _stream(context: Context, part: Part, asked: Asked) -> Response:
    stream = Stream(context, part.transcription_id, asked.logprobs, marker(context, part))
    return Told(
        stream.events(),
        is_told=lambda: stream.told,
        unheard=leaver(context, part),
        ping=HEARTBEAT_S,
    )


def _rendered(context: Context, job: Transcription, asked: Asked) -> tuple[bytes, str]:
    with context.database.read() as session:
        return rendered(session, service.get(session, job.id), asked)
