"""Report that a process lives and what it measured."""

from __future__ import annotations

import os
import platform
import socket
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from app.clock import now
from app.telemetry.tables import ProcessRow, SpeedRow

_SMOOTHING = 0.2


@lru_cache(maxsize=1)
def machine_class() -> str:
    """Processor, cores and system: what speed and bit-identity of results depend on."""
    cpu = platform.processor() or platform.machine()
    try:
        with Path("/proc/cpuinfo").open() as file:
            cpu = next(line.split(":", 1)[1].strip() for line in file if "model name" in line)
    except (OSError, StopIteration):
        pass
    return f"{cpu}, {os.cpu_count()} cores, {platform.system()}"[:128]


def process_name(kind: str) -> str:
    return f"{kind}@{socket.gethostname()}:{os.getpid()}"[:128]


def is_gone(name: str) -> bool:
    """Whether a process is known to have ended: it ran here, and its number is free again."""
    _, _, place = name.partition("@")
    host, _, pid = place.rpartition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def seen(
    session: Session,
    kind: str,
    *,
    woken: bool = False,
    details: dict[str, Any] | None = None,
) -> None:
    """Note that this process is alive; `woken` when the broker's message reached it."""
    name = process_name(kind)
    row = session.get(ProcessRow, name) or ProcessRow(
        name=name, kind=kind, machine=machine_class(), details={}
    )
    row.seen_at = now()
    if woken:
        row.woken_at = row.seen_at
    if details is not None:
        row.details = details
    session.add(row)


def last_woken(session: Session, kind: str) -> datetime | None:
    """When any process of this kind last consumed a message."""
    return session.exec(
        select(ProcessRow.woken_at)
        .where(ProcessRow.kind == kind, col(ProcessRow.woken_at).is_not(None))
        .order_by(col(ProcessRow.woken_at).desc())
    ).first()


def forget_dead(session: Session, after: timedelta) -> None:
    """Remove processes that were not seen for long."""
    for row in session.exec(select(ProcessRow).where(col(ProcessRow.seen_at) < now() - after)):
        session.delete(row)


def measured(session: Session, model: str, rtfx: float) -> None:
    """Blend a new speed measurement of `model` on this machine into the old one."""
    row = session.get(SpeedRow, (model, machine_class()))
    if row is None:
        row = SpeedRow(model=model, machine=machine_class(), rtfx=rtfx)
    else:
        row.rtfx += _SMOOTHING * (rtfx - row.rtfx)
    row.measured_at = now()
    session.add(row)
