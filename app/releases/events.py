"""What was decided or happened is written down, in the transaction in which it happens."""

from __future__ import annotations

from sqlmodel import Session

from app.domains.tables import Domain
from app.ids import new_id
from app.releases.tables import Happened, ModelVersion, ReleaseEvent


def note(
    session: Session, domain: Domain, about: ModelVersion, kind: Happened, by: str, reason: str
) -> None:
    """Add an event; `reason` is what the person said, cut to 500 characters."""
    session.add(
        ReleaseEvent(
            id=new_id("rel"),
            domain_id=domain.id,
            version_id=about.id,
            kind=kind,
            by=by,
            reason=reason[:500],
        )
    )
