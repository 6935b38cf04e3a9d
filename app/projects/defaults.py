"""What a project says for a recording that does not say it itself."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import Session

from app.domains.tables import Domain
from app.errors import Conflict
from app.models.names import adapter_of
from app.projects.finding import get
from app.projects.tables import Project
from app.transcriptions.options import MAX_KEYWORDS, Request, check_spoken


def with_project(asked: Request, session: Session) -> Request:
    """The request with its project's domain, language and terms where it has none of its own.

    A domain that is named in the request is of its own language, so the project's is not taken
    then; an adapter that is named comes with its own domain. The request's own keywords come
    first. Raises `NotFound` for an unknown project, `Conflict` where its domain was removed,
    `Unprocessable` for a model that does not know its language.
    """
    if asked.project is None:
        return asked
    project = get(session, asked.project)
    language = asked.language
    if asked.domain is None:
        language = language or project.language
    check_spoken(asked.model, language)
    domain = asked.domain
    if domain is None and not (asked.named and adapter_of(asked.model)):
        domain = domain_name(session, project)
    keywords = dict.fromkeys([*asked.keywords, *map(str, project.terms)])
    return replace(
        asked,
        project=project.id,
        domain=domain,
        language=language,
        keywords=tuple(keywords)[:MAX_KEYWORDS],
    )


def domain_name(session: Session, project: Project) -> str | None:
    """Raises `Conflict` when it was removed since it was chosen."""
    if project.domain_id is None:
        return None
    domain = session.get_one(Domain, project.domain_id)
    if domain.deleted_at is not None:
        raise Conflict(
            code="project_domain_removed",
            detail=f"The domain {domain.name} of the project {project.name!r} was removed. Nothing"
            " was queued; choose another domain for the project, or none.",
        )
    return domain.name
