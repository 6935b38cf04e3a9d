"""The page of text of a domain: kept in versions, like its glossary."""

from __future__ import annotations

import hashlib

from sqlmodel import Session, select

from app.domains import service as domains
from app.domains.tables import Domain, DomainText
from app.errors import NotFound, TooLarge, Unprocessable
from app.ids import new_id
from data.domains.own.page import BadText, Page
from data.domains.own.page import read as read_page


def checked(text: str) -> Page:
    """Cleaned and cut. Raises `TooLarge`, `Unprocessable` with what is wrong and where."""
    try:
        return read_page(text)
    except BadText as error:
        raise problem(error) from error


def problem(error: BadText) -> TooLarge | Unprocessable:
    kind = TooLarge if error.code == "text_too_large" else Unprocessable
    return kind(code=error.code, detail=f"{error} Nothing was changed.")


def change(session: Session, name: str, page: Page) -> DomainText:
    """Use this text from now on; the same text again is the same version.

    Raises `NotFound`; `Conflict` for a domain that comes with the product.
    """
    domain = domains.get(session, name, locked=True)
    domains.must_be_own(domain)
    sha256 = hashlib.sha256(page.text.encode()).hexdigest()
    query = select(DomainText).where(DomainText.domain_id == domain.id)
    found = session.exec(query.where(DomainText.sha256 == sha256)).first()
    if found is None:
        found = DomainText(
            id=new_id("txt"), domain_id=domain.id, text="", sha256=sha256, sentences=0, words=0
        )
        session.add(found)
    # Also of one that is known: a newer version of the product may cut it otherwise
    found.text, found.sentences, found.words = page.text, len(page.sentences), page.words
    session.flush()
    domain.text_id = found.id
    return found


def of(session: Session, domain: Domain) -> DomainText | None:
    """The text in use."""
    return session.get(DomainText, domain.text_id) if domain.text_id else None


def get(session: Session, name: str) -> DomainText:
    """Raises `NotFound`."""
    found = of(session, domains.get(session, name))
    if found is None:
        raise NotFound(
            code="text_not_found",
            detail=f"{name} has no page of text; `PUT /v1/domains/{name}/text` gives it one.",
        )
    return found
