"""From the row of a project to what a reader sees."""

from __future__ import annotations

from sqlmodel import Session

from app.domains.tables import Domain
from app.projects.finding import tag
from app.projects.progress import progress
from app.projects.schemas import ProjectOut
from app.projects.tables import Project
from app.settings import Settings


def out(session: Session, settings: Settings, project: Project) -> ProjectOut:
    """With how far it is at this moment."""
    domain = session.get(Domain, project.domain_id) if project.domain_id else None
    return ProjectOut(
        id=project.id,
        name=project.name,
        domain=domain.name if domain else None,
        domain_removed=domain is not None and domain.deleted_at is not None,
        language=project.language,
        terms=list(project.terms),
        speakers=list(project.speakers),
        retention_days=project.retention_days,
        retention_since=project.retention_since,
        created_at=project.created_at,
        etag=tag(project),
        progress=progress(session, settings, project),
    )
