"""An adaptation in the hands of a process: leased, told about, ended in one place.

The caller trains; here is decided whose work it is and what becomes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.adaptations import service
from app.adaptations.order import Order
from app.adaptations.tables import Adaptation, AdaptationState
from app.clock import now
from app.domains.tables import Domain, DomainText, Glossary
from app.outbox.service import wake
from app.outbox.tables import Topic
from app.releases import service as releases
from app.releases.tables import Happened, ModelVersion, ReleaseEvent, State
from app.telemetry.service import process_name
from app.transcriptions.tables import Status, Transcription
from data.domains.record import VersionRecord

GATE = "the gate"
"""Who promotes what passed the gate."""


class LeaseLost(Exception):
    """It was cancelled, or given to another process: stop working on it."""


@dataclass(frozen=True, slots=True)
class Held(Order):
    """A leased adaptation, and all it is made of."""

    id: str
    fence: int


@dataclass(frozen=True, slots=True)
class Told:
    """How far it is."""

    stage: str
    progress: float
    note: str
    eta_s: float | None
    stages: list[dict[str, Any]]
    paused: bool = False


def claim(session: Session) -> Held | None:
    """Lease the one that waits longest; None when none does."""
    query = (
        select(Adaptation.id, Adaptation.domain_id)
        .where(Adaptation.state == AdaptationState.QUEUED)
        .order_by(col(Adaptation.created_at))
        .limit(1)
    )
    found = session.exec(query).first()
    if found is None:
        return None
    domain = session.get_one(Domain, found[1], with_for_update=True)
    row = session.get_one(Adaptation, found[0], with_for_update=True, populate_existing=True)
    if row.state is not AdaptationState.QUEUED:
        return None  # another process was quicker; it is called again
    row.state = AdaptationState.RUNNING
    row.fence += 1
    row.revision += 1
    row.process = process_name(service.TRAINING)
    row.started_at = row.started_at or now()
    terms = session.get_one(Glossary, row.glossary_id).terms
    return Held(
        id=row.id,
        fence=row.fence,
        name=domain.name,
        title=domain.title,
        about=domain.about,
        parent=row.parent,
        terms=tuple((each["term"], each["sounds_like"]) for each in terms),
        text=session.get_one(DomainText, row.text_id).text,
    )


def tell(session: Session, held: Held, told: Told) -> None:
    """Write down how far it is; a sign of life as well. Raises `LeaseLost`."""
    row = _held(session, held)
    row.beats += 1
    before = (row.state, row.stage, row.progress, row.note, row.stages)
    row.state = AdaptationState.PAUSED if told.paused else AdaptationState.RUNNING
    row.stage, row.note = told.stage, told.note[:500]
    row.progress, row.eta_seconds = round(told.progress, 4), told.eta_s
    row.stages = told.stages
    if before != (row.state, row.stage, row.progress, row.note, row.stages):
        row.revision += 1


def hand_back(session: Session, held: Held, why: str) -> None:
    """Somebody may go on at once; nothing is counted. Raises `LeaseLost`."""
    row = _held(session, held)
    _queue(session, row, why)


def fail(session: Session, held: Held, code: str, message: str, *, retryable: bool) -> None:
    """End it with an error; what serves the domain is not touched. Raises `LeaseLost`."""
    row = _held(session, held)
    service.end(session, row, AdaptationState.FAILED)
    row.error_code, row.error_message, row.error_retryable = code, message, retryable


def lose(session: Session, row: Adaptation, max_losses: int) -> None:
    """Its process died or hung. What it made is on the disk: the next one goes on from there."""
    # Ch 13 · Planning for Operations: training that was killed goes on from the stages it finished
    row.losses += 1
    if row.losses < max_losses:
        _queue(session, row, "the process that trained died; it goes on where it was")
        return
    service.end(session, row, AdaptationState.FAILED)
    row.error_code, row.error_retryable = "training_keeps_dying", True
    row.error_message = (
        f"Training was given up after its process had died {row.losses} times, most likely for want"
        " of memory. What was made so far is kept, and what serves the domain is not touched. Close"
        " other programs and try again."
    )


def made(session: Session, held: Held, record: VersionRecord, adapter_key: str) -> ModelVersion:
    """Register what came out; it serves from now on if it passed the gate. Raises `LeaseLost`.

    What a person decided since training began stands: then it is a candidate.
    """
    # Ch 17 · Pipeline Quality: an adapter made overnight serves in the morning only through the gate
    row = _held(session, held)
    domain = session.get_one(Domain, row.domain_id)
    version = releases.register(session, domain, record, adapter_key, by=GATE)
    if version.state is State.CANDIDATE and not _somebody_decided(session, row):
        releases.promote(session, domain.name, version.number, reason="passed the gate", by=GATE)
    service.end(
        session, row, AdaptationState.SUCCEEDED if record.passed else AdaptationState.REFUSED
    )
    row.version_id, row.progress = version.id, 1.0
    return version


def removed(session: Session, names: list[str]) -> list[str]:
    """Those of `names` that are no domain any more."""
    living = select(Domain.name).where(col(Domain.deleted_at).is_(None))
    return sorted(set(names) - set(session.exec(living).all()))


def jobs_waiting(session: Session) -> int:
    """Transcriptions that wait or run: training lets them go first."""
    open_ = col(Transcription.status).in_([Status.QUEUED, Status.RUNNING])
    return session.exec(select(func.count(col(Transcription.id))).where(open_)).one()


def topics(session: Session) -> list[Topic]:
    """Whether an adaptation waits although nobody may know: the reason to wake somebody again."""
    query = select(Adaptation.id).where(Adaptation.state == AdaptationState.QUEUED).limit(1)
    return [] if session.exec(query).first() is None else [Topic.ADAPT]


def _held(session: Session, held: Held) -> Adaptation:
    """The row, if this process still holds it. The domain is locked first, as everywhere."""
    seen = session.get(Adaptation, held.id)
    if seen is None:
        raise LeaseLost(held.id)
    domain = session.get_one(Domain, seen.domain_id, with_for_update=True)
    row = session.get(Adaptation, held.id, with_for_update=True, populate_existing=True)
    if row is None or domain.deleted_at is not None:
        raise LeaseLost(held.id)
    if not row.state.held or row.fence != held.fence:
        raise LeaseLost(held.id)
    return row


def _queue(session: Session, row: Adaptation, why: str) -> None:
    row.state, row.note, row.eta_seconds = AdaptationState.QUEUED, why, None
    row.fence += 1
    row.revision += 1
    session.flush()
    wake(session, Topic.ADAPT, row.id)


def _somebody_decided(session: Session, row: Adaptation) -> bool:
    decided = [Happened.PROMOTED, Happened.ROLLED_BACK]
    query = (
        select(ReleaseEvent.id)
        .where(ReleaseEvent.domain_id == row.domain_id, ReleaseEvent.by != GATE)
        .where(col(ReleaseEvent.kind).in_(decided))
        .where(col(ReleaseEvent.created_at) > row.started_at)
    )
    return session.exec(query.limit(1)).first() is not None
