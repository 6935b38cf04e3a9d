"""What others are told about an adaptation: that it is over, and what came of it."""

from __future__ import annotations

from sqlmodel import Session

from app.adaptations.tables import Adaptation
from app.domains.tables import Domain
from app.webhooks.announcing import announce
from app.webhooks.kinds import EventType


def tell_over(session: Session, row: Adaptation) -> None:
    """It has just ended, in whatever state."""
    domain = session.get_one(Domain, row.domain_id).name
    data = {
        "id": row.id,
        "state": row.state.value,
        "domain": domain,
        "links": {"self": f"/v1/domains/{domain}/adaptations/{row.id}"},
    }
    announce(
        session,
        EventType.ADAPTATION_FINISHED,
        row.id,
        data,
        owner_id=row.owner_id,
        organisation_id=row.organisation_id,
    )
