"""Features of deleted recordings are removed, on every machine that has some.

Nothing is sent: each machine compares what it keeps with the recordings that there are, so that one
that was switched off at the time does it when it is back.
"""

# Ch 28 · Security and Privacy: deleting a recording also deletes what was computed from the voice

from __future__ import annotations

import logging
import threading
import time
from typing import Final

from app.context import Context
from app.database import DatabaseError
from app.recordings.origin import PREFIX, existing
from worker.features.store import FeatureStore, open_store

logger = logging.getLogger("lectern.features")

EVERY_S: Final = 5.0
"""How long features outlive their recording at most, while the machine is on."""
EXPIRE_EVERY_S: Final = 600.0


def forget_deleted(context: Context, store: FeatureStore) -> int:
    """Remove the features of recordings that are no longer there; returns of how many.

    Raises `DatabaseError`, and then removes nothing.
    """
    store.clear_forgotten()
    kept = [name for name in store.origins() if name.startswith(PREFIX)]
    if not kept:
        return 0
    with context.database.read() as session:
        wanted = existing(session, kept)
    gone = [name for name in kept if name not in wanted]
    for name in gone:
        store.forget(name)
    return len(gone)


def keep_forgetting(context: Context, stop: threading.Event | None = None) -> threading.Thread:
    """Do so until `stop`, in a thread; also where storing was switched off meanwhile."""
    store = open_store(context.settings) or FeatureStore(
        context.settings.features_dir, quota_bytes=0, hours=0.0
    )
    told = (context, store, stop or threading.Event())
    thread = threading.Thread(target=_until, args=told, name="forgetting", daemon=True)
    thread.start()
    return thread


def _until(context: Context, store: FeatureStore, stop: threading.Event) -> None:
    expire_at = 0.0
    while not stop.is_set():
        try:
            forget_deleted(context, store)
            if time.monotonic() >= expire_at:
                store.expire()
                expire_at = time.monotonic() + EXPIRE_EVERY_S
        except (DatabaseError, OSError) as error:
            logger.warning("features of deleted recordings are looked for again: %s", error)
        except Exception:
            logger.exception("features of deleted recordings are looked for again")
        stop.wait(EVERY_S)
