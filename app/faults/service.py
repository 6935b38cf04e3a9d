"""Switch faults on and off, and ask cheaply whether one is on."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app.clock import put_forward, real_now
from app.database import Database
from app.errors import NotFound, Unprocessable
from app.faults.registry import REGISTRY, Fault
from app.faults.tables import FaultRow

MAX_MINUTES = 60.0
MAX_PARAMETER = 3600.0
CACHE_S = 0.5
"""How long a process may go on without knowing what was switched."""


def definition(name: str) -> Fault:
    if name not in REGISTRY:
        raise NotFound(
            code="fault_not_found",
            detail=f"There is no fault {name[:64]!r}; there are {', '.join(REGISTRY)}.",
        )
    return REGISTRY[name]


def switch_on(
    session: Session, name: str, minutes: float, parameters: Mapping[str, float], seed: int = 0
) -> FaultRow:
    """Switch the fault on for `minutes`. Raises `Unprocessable` for unknown parameters."""
    fault = definition(name)
    unknown = set(parameters) - set(fault.parameters)
    if unknown:
        raise Unprocessable(
            code="unknown_parameter",
            detail=f"{name} has no parameter {', '.join(sorted(unknown))}.",
        )
    negative = [key for key, value in parameters.items() if not 0 <= value <= MAX_PARAMETER]
    if negative:
        raise Unprocessable(
            code="bad_parameter",
            detail=f"{', '.join(negative)} of {name} must lie between 0 and {MAX_PARAMETER:g}.",
        )
    row = session.get(FaultRow, name) or FaultRow(name=name, parameters={}, expires_at=real_now())
    row.parameters = {**fault.parameters, **parameters}
    row.seed = seed
    row.expires_at = real_now() + timedelta(minutes=min(minutes, MAX_MINUTES))
    session.add(row)
    return row


def switch_off(session: Session, name: str) -> None:
    definition(name)
    row = session.get(FaultRow, name)
    if row is not None:
        session.delete(row)


def active(session: Session) -> dict[str, FaultRow]:
    """The faults that are on now, by name."""
    rows = session.exec(select(FaultRow).where(col(FaultRow.expires_at) > real_now()))
    return {row.name: row for row in rows}


@dataclass(slots=True)
class FaultSwitches:
    """A process's view of the faults, re-read at most twice a second."""

    database: Database
    _rows: dict[str, FaultRow] = field(default_factory=dict)
    _read_at: float = float("-inf")
    _asked_at: float = field(default_factory=time.monotonic)
    _random: dict[tuple[str, datetime | None], random.Random] = field(default_factory=dict)

    def parameters(self, name: str) -> dict[str, float] | None:
        """Parameters of the fault if it is on, else None."""
        if time.monotonic() - self._read_at > CACHE_S:
            self._refresh()
        row = self._rows.get(name)
        return dict(row.parameters) if row is not None and row.expires_at > real_now() else None

    def look_again(self) -> None:
        """Do not rely on what was read before: something was switched just now."""
        self._read_at = float("-inf")

    def _refresh(self) -> None:
        with self.database.read() as session:
            self._rows = active(session)
        self._read_at = time.monotonic()
        jump = self._rows.get("jumping_clock")
        put_forward(float(jump.parameters["seconds"]) if jump is not None else 0.0)

    def maybe_die(self) -> None:
        """End this process by SIGKILL, about every `every_s` seconds, while `dying_workers` is on.

        To be called wherever a worker has something to lose.
        """
        dying = self.parameters("dying_workers")
        before, self._asked_at = self._asked_at, time.monotonic()
        if dying is None or not dying["every_s"]:
            return
        if random.random() < min(self._asked_at - before, 1.0) / dying["every_s"]:
            os.kill(os.getpid(), signal.SIGKILL)

    def chance(self, name: str, share: float) -> bool:
        """True in a `share` of the calls; the sequence is decided by the fault's seed."""
        row = self._rows.get(name)
        seed, switched_on = (row.seed, row.expires_at) if row is not None else (0, None)
        drawn = self._random.setdefault((name, switched_on), random.Random(seed))
        return drawn.random() < share
