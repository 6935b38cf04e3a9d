"""`python -m app.dispatcher`: runs until it is told to stop, whatever the broker does."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlmodel import Session

from app.adaptations.reaper import AdaptationReaper
from app.broker import Broker, BrokerDown, make_celery
from app.compatible.calls import forget_old
from app.context import Context, open_context
from app.dispatcher.relay import Relay, forget_sent
from app.dispatcher.steady import SteadyClock
from app.faults.service import FaultSwitches
from app.faults.stalling import keep_all_others_from_writing
from app.idempotency.service import forget_expired
from app.mail.postman import Postman
from app.mail.postman import forget_old as forget_mails
from app.projects.retention import delete_due
from app.recordings.service import sweep_unused
from app.settings import get_settings
from app.storage.leftovers import Leftovers
from app.telemetry.service import forget_dead, seen
from app.transcriptions.orphans import named_objects
from app.transcriptions.reaper import Reaper
from app.uploads.sweep import Sweeper
from app.webhooks.courier import Courier
from app.webhooks.service import forget_old as forget_events

logger = logging.getLogger("lectern.dispatcher")

POLL_S = 0.1
FAILED_PAUSE_S = 1.0
COURIER_S = 0.5
LEFTOVER_S = 3600.0
"""What was left half-done is removed after this long."""


@dataclass(slots=True)
class Chore:
    """Something done every so often."""

    every_s: float
    run: Callable[[], object]
    takes_long: bool = False
    """Done in a thread, so that nobody waits for it; begun again when it is over."""
    due_at: float = field(default_factory=time.monotonic)
    _thread: threading.Thread | None = None

    def do(self) -> bool:
        """False when it failed at once."""
        self.due_at = time.monotonic() + self.every_s
        if not self.takes_long:
            return _attempt(self.run)
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=_attempt, args=(self.run,), daemon=True)
            self._thread.start()
        return True


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    context = open_context(get_settings())
    faults = context.faults
    relay = Relay(context, Broker(make_celery(context.settings.broker)), faults)
    courier = Courier(context)
    chores = [*_chores(context, relay, faults), Chore(COURIER_S, courier.run_once)]
    logger.info("ready")
    while not stop.is_set():
        due = [chore for chore in chores if time.monotonic() >= chore.due_at]
        outcomes = [_attempt(relay.run_once), *(chore.do() for chore in due)]
        stop.wait(POLL_S if all(outcomes) else FAILED_PAUSE_S)
    courier.stop()


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


def _chores(context: Context, relay: Relay, faults: FaultSwitches) -> list[Chore]:
    settings = context.settings
    steady = SteadyClock()
    leftovers = Leftovers(context.storage, LEFTOVER_S)
    reaper = Reaper(settings.lease_s, settings.max_attempts)
    adaptations = AdaptationReaper(settings.lease_s, settings.max_attempts)

    def reap() -> None:
        taken = context.database.transact(reaper.take_back)
        taken += context.database.transact(adaptations.take_back)
        if taken:
            logger.warning("took back %d leases of processes that died", taken)

    def stall() -> None:
        stalled = faults.parameters("stalled_database")
        if stalled is not None:
            with context.database.write() as session:
                keep_all_others_from_writing(session)
                time.sleep(stalled["seconds"])

    def report() -> None:
        with context.database.write() as session:
            seen(session, "dispatcher")

    def sweep_rows() -> None:
        def sweep(session: Session) -> None:
            if steady.is_steady():
                sweep_unused(session, settings.unused_upload_h)
                forget_expired(session)
                forget_events(session, settings.event_days)
                forget_mails(session, settings.event_days)
            forget_sent(session)
            forget_old(session)
            forget_dead(session, timedelta(hours=1))

        context.database.transact(sweep)
        # Asked again each time: between two transactions somebody may set the clock
        while steady.is_steady() and context.database.transact(delete_due):
            pass

    def sweep_storage() -> None:
        with context.database.read() as session:
            named = named_objects(session)
        leftovers.sweep(named)

    return [
        Chore(1.0, reap),
        Chore(5.0, relay.call_again),
        Chore(10.0, stall),
        Chore(10.0, report),
        Chore(600.0, sweep_rows),
        Chore(600.0, sweep_storage, takes_long=True),
        Chore(600.0, Sweeper(context).run, takes_long=True),
        Chore(20.0, relay.wake_all),
        Chore(10.0, Postman(context).run, takes_long=True),
        Chore(0.5, faults.maybe_die),
    ]


if __name__ == "__main__":
    main()
