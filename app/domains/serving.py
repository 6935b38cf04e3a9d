"""Adapters that serve: listed beside the plain models, and asked for by their names."""

from __future__ import annotations

from sqlmodel import Session, col, select

from app.domains.service import Use, not_served
from app.domains.tables import Domain
from app.models.names import adapted
from app.releases.tables import ModelVersion


def serving(session: Session) -> list[tuple[Domain, ModelVersion]]:
    """Each domain that an adapter serves, and that adapter's version."""
    query = select(Domain, ModelVersion).join(
        ModelVersion, col(Domain.champion_id) == ModelVersion.id
    )
    query = query.where(col(Domain.deleted_at).is_(None)).order_by(col(Domain.name))
    return [(domain, version) for domain, version in session.exec(query).all()]


def use_adapter(session: Session, model: str) -> Use:
    """What a job gets that asks for an adapted model by its name and for no domain: no terms.

    Raises `Unprocessable` when nothing of that name serves.
    """
    for domain, version in serving(session):
        if adapted(version.parent, version.adapter_sha256) == model:
            return Use(
                domain_id=domain.id,
                glossary_id=None,
                version_id=version.id,
                model=model,
                language=domain.language,
                terms=(),
            )
    raise not_served(model)
