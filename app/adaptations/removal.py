"""When a domain goes, its text goes and nobody trains on it any more."""

# Ch 28 · Security and Privacy: a removed domain's text is removed with it

from __future__ import annotations

from sqlmodel import Session, col, select

from app.adaptations.tables import Adaptation, AdaptationState
from app.adaptations.telling import tell_over
from app.clock import now
from app.domains.tables import Domain, DomainText
from app.outbox.service import wake
from app.outbox.tables import Topic


def of_domain(session: Session, domain: Domain) -> None:
    """End what runs, and empty the texts; which text an adapter learned from, its sum still tells.

    The caller holds the domain.
    """
    rows = session.exec(select(Adaptation).where(Adaptation.domain_id == domain.id)).all()
    for row in rows:
        if not row.state.ended:
            row.state, row.finished_at = AdaptationState.CANCELLED, now()
            row.fence += 1
            row.revision += 1
            tell_over(session, row)
    texts = select(DomainText).where(DomainText.domain_id == domain.id, col(DomainText.text) != "")
    found = session.exec(texts).all()
    for text in found:
        text.text = ""
    if found:  # whoever trained on it removes what was made of it
        wake(session, Topic.ADAPT, domain.id)
    domain.text_id = None
