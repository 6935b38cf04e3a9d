"""A project to take away, as one ZIP."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from app.context import ContextDep
from app.projects.documented import problems
from app.projects.export import archive
from app.projects.routes import ProjectId
from app.transcriptions.exports.routes import AskedDep, attachment

router = APIRouter(prefix="/v1/projects/{project_id}", tags=["projects"])


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses=problems(
        {
            404: ("project_not_found", "There is no such project."),
            409: ("nothing_to_export", "None of its transcripts is finished."),
        }
    )
    | {
        200: {
            "description": "A ZIP: a file of each finished transcript, and `contents.csv`, a table"
            " of all of them with what is missing and why.",
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
def export_project(
    project_id: ProjectId, context: ContextDep, asked: AskedDep
) -> StreamingResponse:
    """Every finished transcript in one format, as `GET /v1/transcriptions/{id}/export` has it."""
    found = archive(context, project_id, asked.chosen())
    headers = {"Content-Disposition": attachment(f"{found.name}.zip")}
    return StreamingResponse(found.pieces(), media_type="application/zip", headers=headers)
