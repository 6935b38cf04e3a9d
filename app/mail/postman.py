"""What the dispatcher does about mails every few seconds, in a thread of its own."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from sqlmodel import Session, col, delete

from app.clock import now
from app.context import Context
from app.mail import batches
from app.mail.sending import send_due
from app.mail.tables import Mail, MailState
from app.silence import Silence

logger = logging.getLogger("lectern.mail")


class Postman:
    """Looks which batches are over or have stopped, and sends the mails about them."""

    def __init__(self, context: Context, clock: Callable[[], float] = time.monotonic) -> None:
        self._context = context
        self._silence = Silence(clock)

    def run(self) -> None:
        """Raises `DatabaseError`; what it did not do, it does the next time."""
        database, settings = self._context.database, self._context.settings
        if not settings.mails:
            with database.read() as session:
                untold = batches.any_untold(session)
            if untold:
                database.transact(batches.forget_untold)
            return
        self._look_for_ends()
        self._look_for_stops()
        if sent := send_due(self._context):
            logger.info("%d mails sent", sent)

    def _look_for_ends(self) -> None:
        with self._context.database.read() as session:
            found = batches.with_news(session)
        for scope in found:
            self._close(scope)

    def _close(self, scope: batches.Scope) -> None:
        settings = self._context.settings
        self._context.database.transact(
            lambda session: batches.close(session, scope, settings) and None
        )

    def _look_for_stops(self) -> None:
        settings = self._context.settings
        with self._context.database.read() as session:
            moving = batches.in_hand(session)
        silent_s = self._silence.observe({str(scope): state for scope, state in moving.items()})
        for scope in moving:
            if silent_s[str(scope)] >= settings.mail_stuck_min * 60:
                self._stopped(scope)

    def _stopped(self, scope: batches.Scope) -> None:
        settings = self._context.settings
        self._context.database.transact(
            lambda session: batches.stopped(session, scope, settings) and None
        )


def forget_old(session: Session, days: float) -> None:
    """Mails of long ago, whatever became of them."""
    old = col(Mail.created_at) < now() - timedelta(days=days)
    session.exec(delete(Mail).where(old, col(Mail.state) != MailState.PENDING))
