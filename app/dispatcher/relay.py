"""Outbox rows to the broker and to the storage, in order, as often as it takes."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, col, delete, select

from app.adaptations.holding import topics as adaptation_topics
from app.broker import MEDIA_QUEUE, RECOGNISER_QUEUE, TASKS, WAKE_UP, Broker, BrokerDown
from app.clock import now
from app.context import Context
from app.faults.service import FaultSwitches
from app.outbox.tables import OutboxRow, Topic
from app.storage.base import StorageAway
from app.transcriptions.waiting import topics

logger = logging.getLogger("lectern.dispatcher")

BATCH = 100
KEEP_SENT = timedelta(hours=1)
STORAGE_PAUSE_S = 15.0
"""Between attempts to delete objects while the storage is away."""
ENOUGH = 20
"""Messages in a queue from which on nobody is woken again."""


@dataclass(slots=True)
class Relay:
    """Publishes what the outbox holds."""

    context: Context
    broker: Broker
    faults: FaultSwitches
    _storage_pause: float = float("-inf")

    def run_once(self) -> int:
        """Send what waits; returns how many. Raises `BrokerDown` and keeps the rest.

        What somebody deleted is removed even while the broker is away.
        """
        with self.context.database.read() as session:
            waiting = select(OutboxRow).where(col(OutboxRow.sent_at).is_(None))
            if time.monotonic() < self._storage_pause:
                waiting = waiting.where(col(OutboxRow.topic) != Topic.DELETE_OBJECTS)
            rows = list(session.exec(waiting.order_by(col(OutboxRow.number)).limit(BATCH)))
        sent: list[int] = []
        away: BrokerDown | None = None
        try:
            for row in rows:
                deletes = row.topic is Topic.DELETE_OBJECTS
                if away is not None and not deletes:
                    continue
                if deletes and time.monotonic() < self._storage_pause:
                    continue
                try:
                    self._deliver(row)
                except BrokerDown as error:
                    away = error
                    continue
                except StorageAway as error:
                    # Each further call would take seconds from those who wait for a message
                    self._storage_pause = time.monotonic() + STORAGE_PAUSE_S
                    logger.warning("deletions wait for the storage: %s", error)
                    continue
                except OSError:
                    logger.exception("outbox row %s waits for the next round", row.number)
                    continue
                assert row.number is not None
                sent.append(row.number)
        finally:
            if sent:
                self._mark(sent)
        if away is not None:
            raise away
        return len(sent)

    def _deliver(self, row: OutboxRow) -> None:
        if row.topic is Topic.DELETE_OBJECTS:
            for key in row.payload["keys"]:
                self.context.storage.delete(key)
            return
        task, queue = TASKS[row.topic]
        self.publish(task, queue, [row.payload["transcription_id"]])

    def publish(self, task: str, queue: str, arguments: list[str]) -> None:
        """Hand one message to the broker. Raises `BrokerDown`."""
        if self.faults.parameters("lost_broker") is not None:
            return  # the simulated broker takes the message and loses it
        copies = self.faults.parameters("duplicate_messages") or {"copies": 1.0}
        late = self.faults.parameters("late_messages") or {"seconds": 0.0}
        for _ in range(round(copies["copies"])):
            self.broker.send(task, arguments, queue, late["seconds"])

    def call_again(self) -> None:
        """Wake the workers for whatever waits, though each was told before. Raises `BrokerDown`."""
        with self.context.database.read() as session:
            waiting = [*topics(session), *adaptation_topics(session)]
        for topic in waiting:
            self._wake(*TASKS[topic], "somebody waits")

    def wake_all(self) -> None:
        """A message without work to every queue: the proof that messages arrive."""
        for queue in (MEDIA_QUEUE, RECOGNISER_QUEUE):
            self._wake(WAKE_UP, queue, queue)

    def _wake(self, task: str, queue: str, argument: str) -> None:
        """Unless so many wake-ups lie there that one more would tell nobody anything."""
        if self.broker.waiting(queue) < ENOUGH:
            self.publish(task, queue, [argument])

    def _mark(self, numbers: list[int]) -> None:
        def sent(session: Session) -> None:
            for row in session.exec(select(OutboxRow).where(col(OutboxRow.number).in_(numbers))):
                row.sent_at = now()
                row.tries += 1

        self.context.database.transact(sent)


def forget_sent(session: Session) -> None:
    """Remove rows that were sent long ago."""
    session.exec(delete(OutboxRow).where(col(OutboxRow.sent_at) < now() - KEEP_SENT))
