"""Take back adaptations of processes that stopped giving signs of life."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlmodel import Session, col, select

from app.adaptations import holding
from app.adaptations.tables import Adaptation, AdaptationState
from app.domains.tables import Domain
from app.silence import Silence
from app.telemetry.service import is_gone

_HELD = (AdaptationState.RUNNING, AdaptationState.PAUSED)


class AdaptationReaper:
    """Remembers between calls for how long each holder has been silent."""

    def __init__(
        self, lease_s: float, max_losses: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._lease_s, self._max_losses = lease_s, max_losses
        self._silence = Silence(clock)

    def take_back(self, session: Session) -> int:
        """Queue again what dead and silent processes hold; returns how many."""
        rows = session.exec(select(Adaptation).where(col(Adaptation.state).in_(_HELD))).all()
        seen = {row.id: (row.fence, row.beats) for row in rows}
        silent_s = self._silence.observe(seen)
        lost = [
            (row.domain_id, row.id)
            for row in rows
            if silent_s[row.id] > self._lease_s or is_gone(row.process or "")
        ]
        return sum(self._lose(session, *each, seen[each[1]]) for each in sorted(lost))

    def _lose(
        self, session: Session, domain_id: str, adaptation_id: str, state: tuple[int, int]
    ) -> bool:
        """Unless it spoke up, ended or changed hands meanwhile."""
        session.get(Domain, domain_id, with_for_update=True)
        row = session.get(Adaptation, adaptation_id, with_for_update=True, populate_existing=True)
        if row is None or not row.state.held or (row.fence, row.beats) != state:
            return False
        holding.lose(session, row, self._max_losses)
        return True
