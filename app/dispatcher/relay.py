"""Outbox rows to the broker and to the storage, in order, as often as it takes."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from celery import Celery
from kombu.exceptions import OperationalError
from sqlmodel import Session, col, delete, select

from app.broker import EXPIRES_S, MEDIA_QUEUE, RECOGNISER_QUEUE, TASKS, WAKE_UP
from app.clock import now
from app.context import Context
from app.faults.service import FaultSwitches
from app.outbox.tables import OutboxRow, Topic

logger = logging.getLogger("lectern.dispatcher")

BATCH = 100
KEEP_SENT = timedelta(hours=1)


class BrokerDown(Exception):
    """The broker did not take a message; everything stays in the outbox."""


@dataclass(slots=True)
class Relay:
    """Publishes what the outbox holds."""

    context: Context
    celery: Celery
    faults: FaultSwitches

    def run_once(self) -> int:
        """Send what waits; returns how many. Raises `BrokerDown` and keeps the rest.

        What somebody deleted is removed even while the broker is away.
        """
        with self.context.database.read() as session:
            rows = list(
                session.exec(
                    select(OutboxRow)
                    .where(col(OutboxRow.sent_at).is_(None))
                    .order_by(col(OutboxRow.number))
                    .limit(BATCH)
                )
            )
        sent: list[int] = []
        away: BrokerDown | None = None
        try:
            for row in rows:
                if away is not None and row.topic is not Topic.DELETE_OBJECTS:
                    continue
                try:
                    self._deliver(row)
                except BrokerDown as error:
                    away = error
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
        try:
            self.celery.send_task(task, arguments, queue=queue, expires=EXPIRES_S)
        except (OperationalError, OSError) as error:
            raise BrokerDown(str(error)) from error

    def wake_all(self) -> None:
        """A message without work to every queue: the proof that messages arrive."""
        for queue in (MEDIA_QUEUE, RECOGNISER_QUEUE):
            self.publish(WAKE_UP, queue, [queue])

    def _mark(self, numbers: list[int]) -> None:
        with self.context.database.write() as session:
            for row in session.exec(select(OutboxRow).where(col(OutboxRow.number).in_(numbers))):
                row.sent_at = now()
                row.tries += 1


def forget_sent(session: Session) -> None:
    """Remove rows that were sent long ago."""
    session.exec(delete(OutboxRow).where(col(OutboxRow.sent_at) < now() - KEEP_SENT))
