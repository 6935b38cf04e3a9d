"""Where the fault `dropped_connections` comes in: just before a commit."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from app.faults.service import FaultSwitches


@dataclass(frozen=True, slots=True)
class ConnectionDropper:
    """To be called with the session of each transaction that is about to be committed."""

    faults: FaultSwitches

    def __call__(self, session: Session) -> None:
        drop = self.faults.parameters("dropped_connections")
        if drop is not None and self.faults.chance("dropped_connections", drop["share"]):
            session.flush()
            connection = session.connection().connection.dbapi_connection
            if connection is not None:
                connection.close()
