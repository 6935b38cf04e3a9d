"""Versions as they go over the wire."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.domains.tables import Domain
from app.models.names import adapted
from app.releases import service
from app.releases.figures import headline
from app.releases.schemas import (
    EventOut,
    MadeOut,
    ServingOut,
    VersionOut,
    VersionRef,
    VersionSummary,
)
from app.releases.tables import ModelVersion
from app.transcriptions import read
from app.transcriptions.replaced import replacement
from app.transcriptions.tables import Transcription
from data.domains.record import VersionRecord


def ref(session: Session, version: ModelVersion) -> VersionRef:
    domain = session.get(Domain, version.domain_id)
    assert domain is not None
    return VersionRef(**_ref(domain, version))


def summary(session: Session, domain: Domain, version: ModelVersion) -> VersionSummary:
    return VersionSummary(**_summary(session, domain, version))


def whole(session: Session, domain: Domain, version: ModelVersion) -> VersionOut:
    return VersionOut(**_summary(session, domain, version), record=version.record)


def serving(session: Session, domain: Domain) -> ServingOut:
    """What serves a domain, since when, and what could."""
    found = service.versions(session, domain)
    champion, challenger = service.champion(session, domain), service.challenger(session, domain)
    return ServingOut(
        domain=domain.name,
        title=domain.title,
        parent=domain.parent,
        champion=summary(session, domain, champion) if champion else None,
        since=service.serving_since(session, domain),
        challenger=summary(session, domain, challenger) if challenger else None,
        newest=summary(session, domain, found[0]) if found else None,
        versions=len(found),
    )


def made(session: Session, job: Transcription) -> MadeOut:
    told = read.summary(session, job).model_dump()
    return MadeOut(**told, again=replacement(session, job.id))


def events(session: Session, domain: Domain) -> list[EventOut]:
    numbers = {each.id: each.number for each in service.versions(session, domain)}
    return [
        EventOut(
            kind=each.kind,
            version=numbers.get(each.version_id or ""),
            by=each.by,
            reason=each.reason,
            at=each.created_at,
        )
        for each in service.events(session, domain)
    ]


def _ref(domain: Domain, version: ModelVersion) -> dict[str, Any]:
    return {
        "domain": domain.name,
        "number": version.number,
        "state": version.state,
        "serves": domain.champion_id == version.id,
        "deleted_data": version.deleted_data,
    }


def _summary(session: Session, domain: Domain, version: ModelVersion) -> dict[str, Any]:
    made = select(func.count()).where(
        Transcription.model_version_id == version.id, col(Transcription.first_s).is_(None)
    )
    return _ref(domain, version) | {
        "name": adapted(version.parent, version.adapter_sha256),
        "gate_passed": version.gate_passed,
        "parent": version.parent,
        "parent_sha256": version.parent_sha256,
        "adapter_sha256": version.adapter_sha256,
        "created_at": version.created_at,
        "transcripts": session.exec(made).one(),
        "headline": headline(VersionRecord.model_validate(version.record)),
    }
