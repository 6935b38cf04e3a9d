"""How the processes that do the work learn that their worker was told to stop.

Celery tells its parent process and lets the children finish what they do. Here they hand it back
instead: the byte below lies in memory that parent and children share. It has no lock, as a child
that is killed while it holds one would stop all others.
"""

# Ch 13 · Planning for Operations: who is told to stop hands its work back at once

from __future__ import annotations

from multiprocessing.sharedctypes import RawValue

from celery.signals import worker_shutting_down

_told = RawValue("b", 0)


def told_to_stop() -> bool:
    """Whether to begin nothing more and to hand back what is in work."""
    return bool(_told.value)


@worker_shutting_down.connect
def _tell(**_: object) -> None:
    _told.value = 1
