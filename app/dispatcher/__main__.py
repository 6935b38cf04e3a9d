"""`python -m app.dispatcher`: runs until it is told to stop, whatever the broker does."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from app.broker import make_celery
from app.context import Context, open_context
from app.dispatcher.relay import BrokerDown, Relay, forget_sent
from app.faults.service import FaultSwitches
from app.recordings.service import sweep_unused
from app.settings import get_settings
from app.storage.local import LocalStorage
from app.telemetry.service import forget_dead, seen
from app.transcriptions.orphans import sweep_orphans
from app.transcriptions.reaper import take_back, wake_forgotten

logger = logging.getLogger("lectern.dispatcher")

POLL_S = 0.1
FAILED_PAUSE_S = 1.0
LEFTOVER_S = 3600.0
"""What was left half-done is removed after this long."""


@dataclass(slots=True)
class Chore:
    """Something done every so often."""

    every_s: float
    run: Callable[[], object]
    due_at: float = field(default_factory=time.monotonic)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    context = open_context(get_settings())
    relay = Relay(context, make_celery(context.settings.broker), FaultSwitches(context.database))
    chores = _chores(context, relay)
    logger.info("ready")
    while not stop.is_set():
        due = [chore for chore in chores if time.monotonic() >= chore.due_at]
        for chore in due:
            chore.due_at = time.monotonic() + chore.every_s
        outcomes = [_attempt(work) for work in (relay.run_once, *(chore.run for chore in due))]
        stop.wait(POLL_S if all(outcomes) else FAILED_PAUSE_S)


def _attempt(work: Callable[[], object]) -> bool:
    """Do one thing; whatever it raises, the others are done as well."""
    try:
        work()
    except BrokerDown as error:
        logger.warning("the broker is away, jobs wait in the database: %s", error)
        return False
    except Exception:
        logger.exception("this failed and will be tried again")
        return False
    return True


def _chores(context: Context, relay: Relay) -> list[Chore]:
    settings = context.settings

    def reap() -> None:
        with context.database.write() as session:
            taken = take_back(session, max_attempts=settings.max_attempts)
        if taken:
            logger.warning("took back %d leases of processes that died", taken)

    def wake() -> None:
        with context.database.write() as session:
            wake_forgotten(session)

    def report() -> None:
        with context.database.write() as session:
            seen(session, "dispatcher")

    def sweep() -> None:
        with context.database.write() as session:
            sweep_unused(session, settings.unused_upload_h)
            forget_sent(session)
            forget_dead(session, timedelta(hours=1))
        with context.database.read() as session:
            sweep_orphans(session, context.storage, older_than_s=LEFTOVER_S, now_s=time.time())
        if isinstance(context.storage, LocalStorage):
            context.storage.sweep_unfinished(LEFTOVER_S, time.time())

    return [
        Chore(1.0, reap),
        Chore(10.0, wake),
        Chore(10.0, report),
        Chore(600.0, sweep),
        Chore(20.0, relay.wake_all),
    ]


if __name__ == "__main__":
    main()
