"""Where the fault `full_disk` comes in: every storage asks here before it writes."""

from __future__ import annotations

from collections.abc import Callable

from app.faults.service import FaultSwitches
from app.storage.base import NoSpace

MayWrite = Callable[[], None]
"""Raises `NoSpace` when nothing may be written now."""


def refuses(may_write: MayWrite) -> bool:
    """Whether a write would be refused now."""
    try:
        may_write()
    except NoSpace:
        return True
    return False


def always() -> None:
    """Writing is never refused."""


def unless_full(faults: FaultSwitches) -> MayWrite:
    """Refuse while the fault is on."""

    # Ch 13 · Planning for Operations: a full disk can be rehearsed before it happens
    def may_write() -> None:
        if faults.parameters("full_disk") is not None:
            raise NoSpace("the fault full_disk is switched on")

    return may_write
