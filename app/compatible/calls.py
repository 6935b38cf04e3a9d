"""Which job a request belongs to: a new one, or that of the request it repeats.

OpenAI's clients send a request again when the answer is slow (600 s), lost or an error of ours,
up to twice, without any idempotency key. docs/decisions/0025-openai-calls.md has the rule.
"""

# Ch 7 · Planning for Mistakes: an answer that was lost on its way is given again, not made again

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, col, delete, select

from app.clock import now
from app.compatible.tables import Call
from app.database import insert_if_new
from app.errors import Unprocessable
from app.transcriptions import service
from app.transcriptions.options import Request
from app.transcriptions.tables import Status, Transcription

WAITED_FOR = timedelta(minutes=30)
"""For how long a text that nobody fetched is held for the request that asked for it."""
SENT_AGAIN = timedelta(minutes=15)
"""For how long a client that says it repeats itself gets the answer that was lost on its way."""
KEPT = timedelta(hours=24)
"""For how long an idempotency key stands for its job."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for what, and whether for the first time."""

    owner_id: str
    upload_sha256: str
    again: bool
    """The client says that it has sent this before."""
    key: str | None
    """The caller's own idempotency key."""

    def content_sha256(self, request: Request) -> str:
        """Of what decides the text. How it is to be rendered does not."""
        made_of: list[object] = [self.upload_sha256, request.model, request.options()]
        if request.use is not None:
            made_of += [request.use.domain_id, request.use.version_id, request.use.glossary_id]
        return _sha256(*made_of)

    def call_id(self, content_sha256: str) -> str:
        kind, value = ("content", content_sha256) if self.key is None else ("key", self.key)
        return _sha256(self.owner_id, kind, value)


@dataclass(frozen=True, slots=True)
class Part:
    """A request's part in a job."""

    call_id: str
    transcription_id: str
    joined: bool
    """Whether the job was there already."""


def _sha256(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def take_part(
    session: Session,
    asking: Asking,
    request: Request,
    job_id: str,
    make_job: Callable[[], Transcription],
) -> Part:
    """The job of the request that this one repeats, or the one `make_job` makes, named `job_id`.

    Two that come at the same moment wait for each other here, so that one finds the other's job.
    Raises `Unprocessable` for an idempotency key that stood for something else.
    """
    content_sha256 = asking.content_sha256(request)
    call_id = asking.call_id(content_sha256)
    insert_if_new(
        session, Call(id=call_id, owner_id=asking.owner_id, content_sha256=content_sha256)
    )
    call = session.get_one(Call, call_id, with_for_update=True)
    if call.transcription_id == job_id:
        return Part(call_id, job_id, joined=False)  # committed, but the answer was lost
    if _still_counts(session, call, asking):
        if call.content_sha256 != content_sha256:
            raise Unprocessable(
                code="idempotency_key_reused",
                detail="This `Idempotency-Key` was used for another recording or other options."
                " Nothing was kept of this request; use a new key for it.",
                param="Idempotency-Key",
            )
        assert call.transcription_id is not None
        call.requests += 1
        call.called_at = now()
        return Part(call_id, call.transcription_id, joined=True)
    job = make_job()
    session.flush()
    call.content_sha256 = content_sha256
    call.transcription_id = job.id
    call.requests, call.left = 1, 0
    call.called_at, call.delivered_at = now(), None
    return Part(call_id, job.id, joined=False)


def _still_counts(session: Session, call: Call, asking: Asking) -> bool:
    """Whether the job of an earlier request is the answer to this one as well."""
    job = session.get(Transcription, call.transcription_id) if call.transcription_id else None
    if job is None or job.status in (Status.FAILED, Status.CANCELLED):
        return False
    if asking.key is not None:
        return now() - call.called_at < KEPT
    if call.delivered_at is None:
        since = max(call.called_at, job.finished_at or now())
        return now() - since < WAITED_FOR
    return asking.again and now() - call.delivered_at < SENT_AGAIN


def delivered(session: Session, part: Part) -> None:
    """The answer is being sent to somebody who is there: the same again is a new wish."""
    call = _mine(session, part)
    if call is not None:
        call.left += 1
        call.delivered_at = call.delivered_at or now()


def give_up(session: Session, part: Part) -> None:
    """A listener went away in the middle: the job is stopped unless somebody else waits for it.

    A request that merely waits and goes away is not counted as gone: its client sends it again.
    """
    job = session.get(Transcription, part.transcription_id, with_for_update=True)
    call = _mine(session, part)
    if job is None or call is None:
        return
    call.left += 1
    if call.left >= call.requests and call.delivered_at is None:
        service.cancel(session, job.id)


def _mine(session: Session, part: Part) -> Call | None:
    call = session.get(Call, part.call_id, with_for_update=True)
    return call if call and call.transcription_id == part.transcription_id else None


def forget_old(session: Session) -> int:
    """Delete calls that nothing can repeat any more; returns how many."""
    old = (
        select(Call.id).where(col(Call.called_at) < now() - KEPT).with_for_update(skip_locked=True)
    )
    ids = session.exec(old).all()
    session.execute(delete(Call).where(col(Call.id).in_(ids)))
    return len(ids)
