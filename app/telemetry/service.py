"""Report that a process lives and what it measured."""

from __future__ import annotations

import os
import platform
import socket
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, delete, select

from app.clock import now
from app.database import insert_if_new
from app.processes import birth
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
    """Kind, machine, number and birth of this process: no other one ever has this name."""
    return f"{kind}@{_place()}:{os.getpid()}:{birth(os.getpid())}"[:128]


def is_gone(name: str) -> bool:
    """Whether a process is known to have ended: it ran here, and its number is free or reused.

    Numbers are reused quickly in containers, where the first process is always number 1.
    """
    _, _, where = name.partition("@")
    place, _, number = where.rpartition(":")
    place, _, pid = place.rpartition(":")
    if place != _place() or not pid.isdigit():
        return False
    return birth(int(pid)) != number


@lru_cache(maxsize=1)
def _place() -> str:
    """This machine and, where several share its name, this space of process numbers."""
    try:
        space = os.stat("/proc/self/ns/pid").st_ino  # noqa: PTH116 (follows to the namespace)
    except OSError:
        space = 0
    return f"{socket.gethostname()[:64]}/{space}"


def seen(
    session: Session,
    kind: str,
    *,
    woken: bool = False,
    details: dict[str, Any] | None = None,
) -> None:
    """Note that this process is alive; `woken` when the broker's message reached it."""
    name = process_name(kind)
    new = ProcessRow(name=name, kind=kind, machine=machine_class(), details={})
    insert_if_new(session, new)  # two threads may say it at once
    row = session.get_one(ProcessRow, name, with_for_update=True)
    row.seen_at = now()
    if woken:
        row.woken_at = row.seen_at
    if details is not None:
        row.details = details


def last_woken(session: Session, kind: str) -> datetime | None:
    """When any process of this kind last consumed a message."""
    return session.exec(
        select(ProcessRow.woken_at)
        .where(ProcessRow.kind == kind, col(ProcessRow.woken_at).is_not(None))
        .order_by(col(ProcessRow.woken_at).desc())
    ).first()


def forget_dead(session: Session, after: timedelta) -> None:
    """Remove processes that were not seen for long."""
    session.exec(delete(ProcessRow).where(col(ProcessRow.seen_at) < now() - after))


def measured(session: Session, model: str, rtfx: float) -> None:
    """Blend a new speed measurement of `model` on this machine into the old one."""
    insert_if_new(session, SpeedRow(model=model, machine=machine_class(), rtfx=rtfx))
    row = session.get_one(SpeedRow, (model, machine_class()), with_for_update=True)
    row.rtfx += _SMOOTHING * (rtfx - row.rtfx)
    row.measured_at = now()
