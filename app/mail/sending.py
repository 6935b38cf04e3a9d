"""Hand a mail to the server that LECTERN_SMTP_HOST names."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime

import httpx
from sqlmodel import Session, col, select

from app.clock import now
from app.context import Context
from app.mail.tables import Mail, MailState
from app.settings import Settings

TIMEOUT_S = 30.0
LEASE = timedelta(minutes=10)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
GIVEN_UP = timedelta(days=3)


class NotSent(Exception):
    """The server was not reached, or did not take it."""


@dataclass(frozen=True, slots=True)
class Letter:
    id: str
    fence: int
    subject: str
    text: str
    date: str


def take(session: Session) -> Letter | None:
    """Lease the mail that is due longest."""
    query = (
        select(Mail)
        .where(Mail.state == MailState.PENDING, col(Mail.due_at) <= now())
        .order_by(col(Mail.due_at))
        .limit(1)
        .with_for_update()
    )
    found = session.exec(query).first()
    if found is None:
        return None
    found.fence += 1
    found.due_at = now() + LEASE
    return Letter(
        found.id, found.fence, found.subject, found.text, format_datetime(found.created_at)
    )


def send(letter: Letter, settings: Settings) -> None:
    """Raises `NotSent`, with the reason."""
    message = EmailMessage()
    message["From"], message["To"] = settings.mail_from, settings.mail_to
    message["Subject"], message["Date"] = letter.subject, letter.date
    # The same at every attempt: a server that took it, and whose word was lost, knows it again
    message["Message-ID"] = f"<{letter.id}@{settings.mail_from.rpartition('@')[2].rstrip('>')}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    try:
        server = _connected(settings)
        try:
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            refused = server.send_message(message)
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(f"{settings.smtp_host}: {error}") from error
    if refused:
        # Some have it; sending it again would give it to those a second time
        raise _PartlySent(f"not accepted for {', '.join(refused)}")


class _PartlySent(Exception):
    pass


def _connected(settings: Settings) -> smtplib.SMTP:
    host, port = settings.smtp_host, settings.smtp_port
    context = httpx.create_ssl_context()
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=context)
    server = smtplib.SMTP(host, port, timeout=TIMEOUT_S)
    if settings.smtp_security == "starttls":
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server


def write_down(session: Session, letter: Letter, error: str | None, *, sent: bool) -> None:
    """What became of it: sent, to be tried again, or given up after three days."""
    mail = session.get(Mail, letter.id, with_for_update=True)
    if mail is None or mail.state is not MailState.PENDING or mail.fence != letter.fence:
        return
    mail.error = error[:500] if error else None
    if sent:
        _finish(mail, MailState.SENT)
        return
    pause = min(FIRST_PAUSE * 2 ** min(mail.failures, 10), LONGEST_PAUSE)
    mail.failures += 1
    mail.due_at = now() + pause
    if now() - mail.created_at > GIVEN_UP:
        _finish(mail, MailState.FAILED)


def _finish(mail: Mail, state: MailState) -> None:
    mail.state, mail.finished_at, mail.text = state, now(), ""


def send_due(context: Context, go_on: Callable[[], bool] = lambda: True) -> int:
    """Send what is due; returns how many were sent. Stops at the first that the server refuses."""
    count = 0
    while go_on() and (letter := context.database.transact(take)) is not None:
        error, sent = None, True
        try:
            send(letter, context.settings)
        except _PartlySent as refusal:
            error = str(refusal)
        except NotSent as failure:
            error, sent = str(failure), False
        _keep(context, letter, error, sent)
        if not sent:
            break
        count += 1
    return count


def _keep(context: Context, letter: Letter, error: str | None, sent: bool) -> None:
    context.database.transact(lambda session: write_down(session, letter, error, sent=sent))
