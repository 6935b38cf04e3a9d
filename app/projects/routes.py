"""Projects over HTTP: make, list, read, change, delete; move transcripts in and out."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from sqlmodel import Session

from app.context import ContextDep
from app.ids import new_id
from app.projects import service
from app.projects.documented import NO_PROJECT, problems
from app.projects.finding import get
from app.projects.out import out
from app.projects.schemas import ProjectIn, ProjectOut, ProjectPage, ProjectPatch
from app.review.tags import if_match
from app.transcriptions import read as reading
from app.transcriptions.routes import JobId
from app.transcriptions.schemas import TranscriptionSummary

router = APIRouter(prefix="/v1/projects", tags=["projects"])

ProjectId = Annotated[str, Path(max_length=64, examples=["prj_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f"])]
IF_MATCH = {
    "parameters": [
        {
            "name": "If-Match",
            "in": "header",
            "required": False,
            "schema": {"type": "string"},
            "description": "The `etag` you have seen; left out, whatever is there is changed.",
            "example": '"prj_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f.0"',
        }
    ]
}
_NO_DOMAIN = {404: ("domain_not_found", "There is no such domain.")}


@router.post("", status_code=201, responses=problems(_NO_DOMAIN))
def create_project(given: ProjectIn, response: Response, context: ContextDep) -> ProjectOut:
    """Make a project; `project` of a transcription may name it from now on."""
    project_id = new_id("prj")

    def work(session: Session) -> ProjectOut:
        return out(session, context.settings, service.create(session, project_id, given))

    made = context.database.transact(work)
    response.headers["Location"] = f"/v1/projects/{made.id}"
    response.headers["ETag"] = made.etag
    return made


@router.get("", responses=problems({400: ("bad_cursor", "The cursor is none of ours.")}))
def list_projects(
    context: ContextDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: str | None = None,
) -> ProjectPage:
    """The newest first, each with how far it is."""
    with context.database.read() as session:
        found, following = service.page(session, limit=limit, cursor=cursor)
        return ProjectPage(
            items=[out(session, context.settings, each) for each in found], next=following
        )


@router.get("/{project_id}", responses=problems(NO_PROJECT))
def read_project(project_id: ProjectId, response: Response, context: ContextDep) -> ProjectOut:
    """Settings and progress of a project; `ETag` is that of the settings alone."""
    with context.database.read() as session:
        found = out(session, context.settings, get(session, project_id))
    response.headers["ETag"] = found.etag
    return found


@router.patch(
    "/{project_id}",
    openapi_extra=IF_MATCH,
    responses=problems(
        {
            400: ("bad_if_match", "`If-Match` is no list of entity tags."),
            404: ("project_not_found", "There is no such project, or no such domain."),
            412: ("changed_since", "Somebody changed the settings since you read them."),
        }
    ),
)
def change_project(
    project_id: ProjectId,
    given: ProjectPatch,
    request: Request,
    response: Response,
    context: ContextDep,
) -> ProjectOut:
    """Change settings; transcripts that are there keep what they were made with."""
    seen = if_match(request) if "if-match" in request.headers else None

    def work(session: Session) -> ProjectOut:
        return out(session, context.settings, service.change(session, project_id, given, seen))

    changed = context.database.transact(work)
    response.headers["ETag"] = changed.etag
    return changed


@router.delete("/{project_id}", status_code=204, responses=problems(NO_PROJECT))
def delete_project(
    project_id: ProjectId,
    context: ContextDep,
    transcripts: Annotated[
        Literal["keep", "delete"] | None,
        Query(
            description="What becomes of its transcripts: `keep`: they stay, outside of any"
            " project; `delete`: they go, with their recordings and the uploads that wait. It must"
            " be said where there are any."
        ),
    ] = None,
) -> Response:
    """Delete a project."""
    with context.database.read() as session:
        service.must_say(session, project_id, transcripts)
    if transcripts == "delete":
        while context.database.transact(lambda s: service.delete_some(s, project_id)):
            pass
    context.database.transact(
        lambda session: service.remove(session, project_id, uploads=transcripts == "delete")
    )
    return Response(status_code=204)


@router.put(
    "/{project_id}/transcriptions/{transcription_id}",
    responses=problems(
        {
            404: ("transcription_not_found", "There is no such project or transcription."),
            409: ("of_preview", "It is one side of the preview of a domain."),
        }
    ),
)
def move_in(
    project_id: ProjectId, transcription_id: JobId, context: ContextDep
) -> TranscriptionSummary:
    """Move a transcription into the project, out of another if it is in one."""
    return context.database.transact(
        lambda session: reading.summary(
            session, service.move_in(session, project_id, transcription_id)
        )
    )


@router.delete(
    "/{project_id}/transcriptions/{transcription_id}",
    responses=problems({404: ("not_in_project", "It is not in this project, or not there.")}),
)
def move_out(
    project_id: ProjectId, transcription_id: JobId, context: ContextDep
) -> TranscriptionSummary:
    """Take a transcription out of the project; it stays, outside of any."""
    return context.database.transact(
        lambda session: reading.summary(
            session, service.move_out(session, project_id, transcription_id)
        )
    )
