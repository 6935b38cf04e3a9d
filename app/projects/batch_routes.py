"""Uploads that wait in a project over HTTP: added, looked at, reckoned, started."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from app.admission import receiving
from app.context import Context, ContextDep
from app.errors import BadRequest
from app.projects import service
from app.projects.batch import waiting_items, what_it_means
from app.projects.documented import NO_PROJECT, problems
from app.projects.finding import get
from app.projects.intake import ArchiveUpload, take
from app.projects.routes import ProjectId
from app.projects.schemas import BatchIn, BatchOut, IntakeOut, SkippedOut, StartOut, WaitingList
from app.projects.start import start
from app.recordings.schemas import RecordingOut
from app.recordings.tables import Recording
from app.recordings.upload import receive
from app.tables import LOCAL_ACCOUNT

router = APIRouter(prefix="/v1/projects/{project_id}", tags=["projects"])

RecordingId = Annotated[str, Path(max_length=64, examples=["rec_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f"])]
FILE_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "A recording, or a ZIP of recordings.",
                        }
                    },
                }
            }
        },
    }
}
_NO_RECORDING = {404: ("recording_not_found", "There is no such project or recording.")}
_NO_DOMAIN = {409: ("project_domain_removed", "The project's domain was removed.")}


@router.get("/recordings", responses=problems(NO_PROJECT))
def list_waiting(project_id: ProjectId, context: ContextDep) -> WaitingList:
    """Uploads that were added and not started, each with where the same file is already."""
    with context.database.read() as session:
        project = get(session, project_id)
        found = service.waiting(session, project)
        return WaitingList(
            items=waiting_items(session, context.settings, project, found, BatchIn())
        )


@router.post(
    "/files",
    status_code=201,
    openapi_extra=FILE_BODY,
    responses=problems(
        {
            400: ("file_missing", "There is no file in it, or it was cut off."),
            404: ("project_not_found", "There is no such project."),
            409: ("too_many_waiting", "A thousand wait in it already."),
            413: ("too_large", "The file is larger than what is accepted."),
            415: ("unsupported_media_type", "It is neither a recording nor a ZIP."),
            422: ("archive_damaged", "It cannot be read, or the request is not understood."),
            429: ("too_many_uploads", "Too many uploads at the same time."),
            507: ("storage_full", "There is no room for it."),
        }
    ),
)
async def add_file(project_id: ProjectId, request: Request, context: ContextDep) -> IntakeOut:
    """Send a recording, or a ZIP of recordings; what is none in it is named and left out."""
    await run_in_threadpool(_must_exist, context, project_id)
    most = context.settings.max_upload_bytes
    async with receiving(context, LOCAL_ACCOUNT, request):
        file, _ = await receive(request, context.storage, most, ArchiveUpload)
    if file is None:
        raise BadRequest(code="file_missing", detail="The request has no field named `file`.")
    taken = await run_in_threadpool(take, context, project_id, file)
    return IntakeOut(
        added=[_recording(each) for each in taken.added],
        skipped=[
            SkippedOut(name=each.name, code=each.code, detail=each.detail) for each in taken.skipped
        ],
    )


def _must_exist(context: Context, project_id: str) -> None:
    with context.database.read() as session:
        get(session, project_id)


def _recording(recording: Recording) -> RecordingOut:
    return RecordingOut(
        **recording.model_dump(include=set(RecordingOut.model_fields)),
        sha256=recording.upload_sha256,
    )


@router.put(
    "/recordings/{recording_id}",
    responses=problems(
        _NO_RECORDING | {409: ("too_many_waiting", "A thousand wait in it already.")}
    ),
)
def add_recording(
    project_id: ProjectId, recording_id: RecordingId, context: ContextDep
) -> RecordingOut:
    """Let an upload wait in the project until it is started."""
    recording = context.database.transact(
        lambda session: service.add(session, project_id, recording_id)
    )
    return _recording(recording)


@router.delete(
    "/recordings/{recording_id}",
    status_code=204,
    responses=problems({404: ("not_waiting", "It does not wait in this project.")}),
)
def take_out_recording(
    project_id: ProjectId, recording_id: RecordingId, context: ContextDep
) -> Response:
    """Take an upload out that shall not be started; it is deleted, unless a transcript has it."""
    context.database.transact(lambda session: service.take_out(session, project_id, recording_id))
    return Response(status_code=204)


@router.post("/estimate", responses=problems(_NO_RECORDING | _NO_DOMAIN))
def estimate_batch(project_id: ProjectId, asked: BatchIn, context: ContextDep) -> BatchOut:
    """Minutes, cost, when it ends, when it is deleted, what is here already; nothing starts."""
    with context.database.read() as session:
        return what_it_means(session, context.settings, get(session, project_id), asked)


@router.post(
    "/start",
    status_code=202,
    responses=problems(
        _NO_RECORDING
        | {
            409: (
                "duplicates_undecided",
                "Some are here already and it was not said what to do about them"
                " (`duplicates` names them), or the project's domain was removed.",
            ),
            503: ("queue_full", "The queue takes none of them now; nothing was started."),
        }
    ),
)
def start_batch(project_id: ProjectId, asked: BatchIn, context: ContextDep) -> StartOut:
    """Transcribe what is not left out; what the queue does not take now waits on, and is named."""
    jobs: dict[str, str] = {}
    return context.database.transact(
        lambda session: start(session, context.settings, project_id, asked, jobs)
    )
