"""A project by its id, and the name of its present state."""

from __future__ import annotations

from sqlmodel import Session

from app.errors import NotFound
from app.projects.tables import Project


def get(session: Session, project_id: str, *, locked: bool = False) -> Project:
    """Raises `NotFound`. `locked`: kept from other writers until this transaction ends."""
    found = session.get(Project, project_id, with_for_update=locked or None)
    if found is None:
        raise NotFound(
            code="project_not_found",
            detail=f"There is no project {project_id[:80]}; `GET /v1/projects` lists those there"
            " are.",
        )
    return found


def tag(project: Project) -> str:
    """Strong entity tag (RFC 9110, section 8.8.3) of its settings; progress is not part of it."""
    return f'"{project.id}.{project.revision}"'
