"""Domains: made, changed in versions, used by jobs, removed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.adaptations import removal as adaptations
from app.clock import now
from app.domains.tables import Domain, Glossary
from app.domains.terms import Term, checked, sha256_of
from app.errors import Conflict, NotFound, Unprocessable
from app.ids import new_id
from app.models.names import adapted, adapter_of, parent_of
from app.previews import removal as previews
from app.releases.tables import ModelVersion

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def get(session: Session, name: str, *, locked: bool = False) -> Domain:
    """Raises `NotFound`. `locked`: kept from other writers until this transaction ends."""
    query = select(Domain).where(Domain.name == name, col(Domain.deleted_at).is_(None))
    found = session.exec(query.with_for_update() if locked else query).first()
    if found is None:
        raise NotFound(
            code="domain_not_found",
            detail=f"There is no domain {name[:80]!r}; `GET /v1/domains` lists those there are.",
        )
    return found


def everything(session: Session) -> Sequence[Domain]:
    """All domains, in alphabetical order."""
    query = select(Domain).where(col(Domain.deleted_at).is_(None)).order_by(col(Domain.name))
    return session.exec(query).all()


def create(
    session: Session, name: str, terms: Sequence[Term], *, title: str, about: str,
    language: str, parent: str,
) -> Domain:  # fmt: skip
    """A domain of a customer; its glossary is in use from now on.

    Raises `Unprocessable` for a bad name or term, `Conflict` for a name that is taken.
    """
    if not NAME.fullmatch(name):
        raise Unprocessable(
            code="bad_domain_name",
            detail=f"{name[:80]!r} cannot be the name of a domain: lower-case letters, digits and"
            " hyphens, at most 63, for example `poverty-research`.",
        )
    kept = checked(terms)
    existing = session.exec(select(Domain).where(Domain.name == name)).first()
    if existing is not None and existing.deleted_at is None:
        raise Conflict(code="domain_exists", detail=f"There is a domain {name!r} already.")
    domain = existing or Domain(id=new_id("dom"), name=name, title=title, parent=parent)
    domain.title, domain.about = title, about
    domain.language, domain.parent, domain.deleted_at = language, parent, None
    session.add(domain)
    session.flush()
    add_glossary(session, domain, kept)
    return domain


def change_glossary(session: Session, name: str, terms: Sequence[Term]) -> Glossary:
    """The next version of the terms; jobs that are queued keep theirs.

    Raises `Unprocessable`, `NotFound`; `Conflict` for a domain that comes with the product.
    """
    kept = checked(terms)
    domain = get(session, name, locked=True)
    must_be_own(domain)
    return add_glossary(session, domain, kept)


def add_glossary(session: Session, domain: Domain, terms: list[dict[str, Any]]) -> Glossary:
    """The same terms again are the same version."""
    sha256 = sha256_of(terms)
    current = glossary(session, domain)
    if current is not None and current.sha256 == sha256:
        return current
    highest = session.exec(
        select(func.max(Glossary.number)).where(Glossary.domain_id == domain.id)
    ).one()
    found = Glossary(
        id=new_id("glo"), domain_id=domain.id, number=(highest or 0) + 1, terms=terms, sha256=sha256
    )
    session.add(found)
    session.flush()
    domain.glossary_id = found.id
    return found


def remove(session: Session, name: str) -> None:
    """Hide it; transcripts still know what it was. Raises `NotFound`, `Conflict`."""
    domain = get(session, name, locked=True)
    must_be_own(domain)
    previews.of_domain(session, domain.id)
    adaptations.of_domain(session, domain)
    domain.deleted_at = now()


def glossary(session: Session, domain: Domain) -> Glossary | None:
    """The version in use."""
    return session.get(Glossary, domain.glossary_id) if domain.glossary_id else None


def must_be_own(domain: Domain) -> None:
    """Raises `Conflict` for a domain that comes with the product."""
    if domain.shipped:
        raise Conflict(
            code="domain_shipped",
            detail=f"{domain.name} comes with Lectern and is not changed here. Make a domain of"
            " your own, with its terms and yours.",
        )


@dataclass(frozen=True, slots=True)
class Use:
    """What a domain means for a job, at this moment."""

    domain_id: str
    glossary_id: str | None
    version_id: str | None
    model: str
    """With the champion's adapter where there is one and it belongs to the model asked for."""
    language: str
    terms: tuple[str, ...]
    sounds: tuple[tuple[str, str], ...] = ()
    """Each term with how it is said; empty: as it is written."""


def use(session: Session, name: str, model: str | None, default: str) -> Use:
    """What a job that asks for the domain gets.

    `model` asked for wins over the domain's own; an adapter is used with its parent only. Without
    an adapter the default model and the glossary serve. Raises `NotFound`, and `Unprocessable`
    when an adapter is asked for by name that does not serve the domain.
    """
    domain = get(session, name)
    terms = glossary(session, domain)
    kept = terms.terms if terms else []
    version = session.get(ModelVersion, domain.champion_id) if domain.champion_id else None
    served = adapted(version.parent, version.adapter_sha256) if version else None
    if model is not None and adapter_of(model) and model != served:
        raise not_served(model)
    chosen = parent_of(model) if model else (version.parent if version else default)
    if version is not None and version.parent == chosen:
        chosen = adapted(version.parent, version.adapter_sha256)
    else:
        version = None
    return Use(
        domain_id=domain.id,
        glossary_id=domain.glossary_id,
        version_id=version.id if version else None,
        model=chosen,
        language=domain.language,
        terms=tuple(each["term"] for each in kept),
        sounds=tuple((each["term"], each["sounds_like"]) for each in kept),
    )


def not_served(model: str) -> Unprocessable:
    return Unprocessable(
        code="unknown_model",
        detail=f"No adapter of the name {model[:80]!r} serves here; `GET /v1/models` lists those"
        " that do. Ask for the `domain` to get whatever serves it.",
    )
