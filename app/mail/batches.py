"""When a batch is over, or has come to a stop.

A batch is what one owner has in hand in one project, or outside of all: it begins when something
is submitted while nothing waits there, and is over when nothing waits there any more. What ended
is known from the events that its own transaction wrote (app/webhooks/announcing.py); each event
is told in one mail, and the mail and the note about it are committed together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from app.clock import now
from app.compatible.tables import Call
from app.ids import new_id
from app.mail import letters
from app.mail.tables import Mail, MailKind
from app.settings import Settings
from app.transcriptions.tables import Status, Transcription
from app.webhooks.tables import Event

SETTLED = timedelta(seconds=60)
"""After the last end: whoever sends one recording after the other gets one mail."""
_UNFINISHED = (Status.QUEUED, Status.RUNNING)


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """Whose, and in which project; `""`: in none."""

    owner_id: str
    project_id: str


def forget_untold(session: Session) -> None:
    """No mails are wanted: what has ended will not be told when they are, weeks later."""
    session.execute(update(Event).where(col(Event.told_in).is_(None)).values(told_in=""))


def any_untold(session: Session) -> bool:
    query = select(Event.id).where(col(Event.told_in).is_(None)).limit(1)
    return session.exec(query).first() is not None


def with_news(session: Session) -> list[Scope]:
    """Where something has ended that no mail has told of."""
    query = select(Event.owner_id, Event.project_id).where(col(Event.told_in).is_(None)).distinct()
    return sorted(Scope(owner, project or "") for owner, project in session.exec(query))


def close(session: Session, scope: Scope, settings: Settings) -> Mail | None:
    """The mail about the batch if it is over; None: it is not, or there is nothing to tell."""
    # Ch 13 · Planning for Operations: forty interviews make one mail, whatever dies meanwhile
    news = session.exec(_of(select(Event), Event, scope).where(
        col(Event.told_in).is_(None)).with_for_update()).all()  # fmt: skip
    if not news or max(each.created_at for each in news) > now() - SETTLED:
        return None
    if unfinished(session, scope):
        return None
    ended = {each.subject_id for each in news}
    jobs = _jobs(session, ended)
    mail = None
    if any(job.status is not Status.CANCELLED for job in jobs):
        subject, text = letters.done(jobs, link(settings, scope), names=settings.mail_names)
        mail = _mail(scope, news[0].organisation_id, MailKind.DONE, subject, text)
        session.add(mail)
    for each in news:
        each.told_in = mail.id if mail is not None else ""
    over(session, scope)
    return mail


def over(session: Session, scope: Scope) -> None:
    """Another stop would be that of another batch."""
    session.execute(
        _of(update(Mail), Mail, scope).where(col(Mail.batch_open)).values(batch_open=False)
    )


def unfinished(session: Session, scope: Scope) -> int:
    query = select(func.count(col(Transcription.id))).where(
        col(Transcription.status).in_(_UNFINISHED), col(Transcription.first_s).is_(None)
    )
    return int(session.execute(_of(query, Transcription, scope)).scalar_one())


def in_hand(session: Session) -> dict[Scope, tuple[int, int]]:
    """Of every scope with something unfinished: how much, and a number that grows as it moves."""
    project = _project(Transcription)
    query = (
        select(
            Transcription.owner_id,
            project,
            func.count(col(Transcription.id)),
            func.sum(Transcription.revision),
        )
        .where(col(Transcription.status).in_(_UNFINISHED), col(Transcription.first_s).is_(None))
        .group_by(col(Transcription.owner_id), project)
    )
    return {
        Scope(owner, where or ""): (int(count), int(moves))
        for owner, where, count, moves in session.execute(query)
    }


def stopped(session: Session, scope: Scope, settings: Settings) -> Mail | None:
    """The mail about a stop, unless there was one about this batch or it is over meanwhile."""
    waiting = unfinished(session, scope)
    told = _of(select(Mail.id), Mail, scope).where(col(Mail.batch_open)).limit(1)
    if not waiting or session.execute(told).first() is not None:
        return None
    subject, text = letters.stuck(waiting, settings.mail_stuck_min, link(settings, scope))
    organisation = _of(select(Transcription.organisation_id), Transcription, scope).limit(1)
    mail = _mail(scope, session.execute(organisation).scalar_one(), MailKind.STUCK, subject, text)
    mail.batch_open = True
    session.add(mail)
    return mail


def link(settings: Settings, scope: Scope) -> str:
    """Where the batch is looked at."""
    page = f"projects?id={scope.project_id}" if scope.project_id else "library"
    return f"{settings.page_url}/{page}"


def _mail(scope: Scope, organisation: str, kind: MailKind, subject: str, text: str) -> Mail:
    return Mail(
        id=new_id("mail"),
        organisation_id=organisation,
        owner_id=scope.owner_id,
        project_id=scope.project_id or None,
        kind=kind,
        subject=subject,
        text=text,
    )


def _jobs(session: Session, ids: set[str]) -> Sequence[Transcription]:
    """Those that are still there; whoever calls by OpenAI's interface has waited for the answer."""
    called = select(Call.transcription_id).where(col(Call.transcription_id).is_not(None))
    query = select(Transcription).where(
        col(Transcription.id).in_(ids), col(Transcription.id).not_in(called)
    )
    return session.exec(query.order_by(col(Transcription.created_at))).all()


def _of(query: Any, table: Any, scope: Scope) -> Any:
    project = _project(table)
    inside = project == scope.project_id if scope.project_id else project.is_(None)
    return query.where(table.owner_id == scope.owner_id, inside)


def _project(table: Any) -> Any:
    return col(table.project_id)
