"""Domains over HTTP: list, read, make, change the glossary, remove."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from sqlmodel import Session

from app.context import ContextDep
from app.domains import service
from app.domains.schemas import (
    DomainIn,
    DomainList,
    DomainOut,
    DomainSummary,
    GlossaryIn,
    GlossaryOut,
)
from app.domains.tables import Domain, Glossary
from app.domains.terms import Term
from app.releases.tables import ModelVersion

router = APIRouter(prefix="/v1/domains", tags=["domains"])
Name = Annotated[str, Path(max_length=63, examples=["ruby"])]


@router.get("", summary="List domains")
def list_domains(context: ContextDep) -> DomainList:
    """Those that come with the product, and your own."""
    with context.database.read() as session:
        found = [_summary(session, domain) for domain in service.everything(session)]
    return DomainList(items=found)


@router.post("", status_code=201, summary="Make a domain")
def create(given: DomainIn, response: Response, context: ContextDep) -> DomainOut:
    """Make a domain of terms; `domain` of a transcription may name it from now on."""

    def work(session: Session) -> DomainOut:
        domain = service.create(
            session,
            given.name,
            given.terms,
            title=given.title or given.name,
            about=given.about,
            language=given.language,
            parent=context.settings.model,
        )
        return _whole(session, domain)

    made = context.database.transact(work)
    response.headers["Location"] = f"/v1/domains/{made.name}"
    return made


@router.get("/{name}", summary="Read a domain")
def read(name: Name, context: ContextDep) -> DomainOut:
    """A domain with its glossary and what serves it."""
    with context.database.read() as session:
        return _whole(session, service.get(session, name))


@router.put("/{name}/glossary", summary="Change the glossary of a domain")
def change_glossary(name: Name, given: GlossaryIn, context: ContextDep) -> GlossaryOut:
    """The next version of the terms. Transcripts know which version they were made with."""
    return context.database.transact(
        lambda session: _glossary(service.change_glossary(session, name, given.terms))
    )


@router.delete("/{name}", status_code=204, summary="Delete a domain")
def remove(name: Name, context: ContextDep) -> Response:
    """Remove a domain of your own; its transcripts stay."""
    context.database.transact(lambda session: service.remove(session, name))
    return Response(status_code=204)


def _summary(session: Session, domain: Domain) -> DomainSummary:
    terms = service.glossary(session, domain)
    version = session.get(ModelVersion, domain.champion_id) if domain.champion_id else None
    return DomainSummary(
        name=domain.name,
        title=domain.title,
        about=domain.about,
        language=domain.language,
        parent=domain.parent,
        shipped=domain.shipped,
        terms=len(terms.terms) if terms else 0,
        glossary_version=terms.number if terms else None,
        model_version=version.number if version else None,
    )


def _whole(session: Session, domain: Domain) -> DomainOut:
    terms = service.glossary(session, domain)
    told = _summary(session, domain).model_dump()
    return DomainOut(**told, glossary=_glossary(terms) if terms else None)


def _glossary(found: Glossary) -> GlossaryOut:
    return GlossaryOut(
        number=found.number,
        sha256=found.sha256,
        terms=[Term(**each) for each in found.terms],
        created_at=found.created_at,
    )
