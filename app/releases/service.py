"""Versions of a domain's model: registered, promoted through the gate, rolled back in one step."""

# Ch 24 · Versioning, Provenance, and Reproducibility: what serves is a row, and so is every change of it

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.domains import service as domains
from app.domains.tables import Domain
from app.errors import Conflict, NotFound, Problem
from app.ids import new_id
from app.releases.events import note
from app.releases.tables import Happened, ModelVersion, ReleaseEvent, State, TrainedOn
from app.tables import LOCAL_ACCOUNT
from app.transcriptions.tables import Transcription
from data.domains.record import VersionRecord


class GateNotPassed(Problem):
    status = 409
    code = "gate_not_passed"


def versions(session: Session, domain: Domain) -> Sequence[ModelVersion]:
    """All of them, the newest first."""
    query = select(ModelVersion).where(ModelVersion.domain_id == domain.id)
    return session.exec(query.order_by(col(ModelVersion.number).desc())).all()


def version(session: Session, domain: Domain, number: int) -> ModelVersion:
    """Raises `NotFound`."""
    found = session.exec(
        select(ModelVersion).where(
            ModelVersion.domain_id == domain.id, ModelVersion.number == number
        )
    ).first()
    if found is None:
        raise NotFound(code="version_not_found", detail=f"{domain.name} has no version {number}.")
    return found


def register(
    session: Session,
    domain: Domain,
    record: VersionRecord,
    adapter_key: str | None,
    *,
    by: str = LOCAL_ACCOUNT,
) -> ModelVersion:
    """Enter a version. The same adapter again is the same version; nothing is served yet."""
    known = find(session, domain, record.adapter.sha256)
    if known is not None:
        known.adapter_key = known.adapter_key or adapter_key
        _judge_again(session, domain, known, record, by)
        return known
    highest = session.exec(
        select(func.max(ModelVersion.number)).where(ModelVersion.domain_id == domain.id)
    ).one()
    made = ModelVersion(
        id=new_id("ver"),
        domain_id=domain.id,
        number=(highest or 0) + 1,
        parent=record.parent.name,
        parent_sha256=record.parent.sha256,
        adapter_sha256=record.adapter.sha256,
        adapter_key=adapter_key,
        record=record.model_dump(mode="json"),
        state=State.CANDIDATE if record.passed else State.REFUSED,
        gate_passed=record.passed,
    )
    session.add(made)
    session.flush()
    for sha256 in record.trained_on:
        session.add(TrainedOn(id=new_id("tro"), version_id=made.id, audio_sha256=sha256))
    note(session, domain, made, Happened.REGISTERED, by, "")
    return made


def find(session: Session, domain: Domain, adapter_sha256: str) -> ModelVersion | None:
    """The version with this adapter."""
    query = select(ModelVersion).where(ModelVersion.domain_id == domain.id)
    return session.exec(query.where(ModelVersion.adapter_sha256 == adapter_sha256)).first()


def _judge_again(
    session: Session, domain: Domain, known: ModelVersion, record: VersionRecord, by: str
) -> None:
    """Keep the newer record. What serves goes on serving, with its new verdict in sight."""
    told = record.model_dump(mode="json")
    if told == known.record:
        return
    known.record, known.gate_passed = told, record.passed
    if known.state in (State.CANDIDATE, State.REFUSED):
        known.state = State.CANDIDATE if record.passed else State.REFUSED
    note(session, domain, known, Happened.JUDGED_AGAIN, by, "")


def challenger(session: Session, domain: Domain) -> ModelVersion | None:
    """The newest version that passed the gate and has not served yet."""
    query = select(ModelVersion).where(
        ModelVersion.domain_id == domain.id,
        ModelVersion.state == State.CANDIDATE,
        col(ModelVersion.gate_passed),
    )
    return session.exec(query.order_by(col(ModelVersion.number).desc())).first()


def promote(
    session: Session, name: str, number: int, *, reason: str = "", by: str = LOCAL_ACCOUNT
) -> ModelVersion:
    """Let a version serve from now on; the one before is retired.

    Raises `GateNotPassed`, with the limits it did not meet: nobody can wave it through.
    """
    domain = domains.get(session, name, locked=True)
    chosen = version(session, domain, number)
    if not chosen.gate_passed:
        gate = chosen.record.get("gate") or {}
        broken = [v for v in gate.get("verdicts", []) if v.get("status") != "met"]
        told = "; ".join(f"{v['name']}: {v.get('measured')} ({v.get('limit')})" for v in broken)
        raise GateNotPassed(
            detail=f"Version {number} of {name} did not pass the gate: {told or 'never judged'}."
            " What serves now goes on serving.",
            verdicts=broken,
        )
    if domain.champion_id == chosen.id:
        return chosen
    before = champion(session, domain)
    if before is not None:
        before.state = State.RETIRED
    chosen.state = State.CHAMPION
    domain.champion_id = chosen.id
    note(session, domain, chosen, Happened.PROMOTED, by, reason)
    return chosen


def roll_back(
    session: Session,
    name: str,
    *,
    number: int | None = None,
    to_parent: bool = False,
    reason: str = "",
    by: str = LOCAL_ACCOUNT,
) -> tuple[ModelVersion, ModelVersion | None]:
    """Withdraw the version that serves; the one it replaced serves again, or the parent.

    `number` is the version that is meant. Returns the withdrawn version and its successor. Raises
    `Conflict` when none serves, or another one by now.
    """
    domain = domains.get(session, name, locked=True)
    withdrawn = champion(session, domain)
    if withdrawn is None:
        raise Conflict(
            code="nothing_to_roll_back",
            detail=f"No adapter serves {name}; its parent {domain.parent} does.",
        )
    if number not in (None, withdrawn.number):
        raise Conflict(
            code="another_serves",
            detail=f"Version {number} does not serve {name} any more, version {withdrawn.number}"
            " does. Nothing was changed; look again and decide anew.",
        )
    former = None if to_parent else _former(session, domain)
    withdrawn.state = State.WITHDRAWN
    domain.champion_id = None
    note(session, domain, withdrawn, Happened.ROLLED_BACK, by, reason)
    if former is not None:
        former.state = State.CHAMPION
        domain.champion_id = former.id
        note(session, domain, former, Happened.SERVES_AGAIN, by, "")
    return withdrawn, former


def _former(session: Session, domain: Domain) -> ModelVersion | None:
    """The retired version that began to serve last."""
    return session.exec(
        select(ModelVersion)
        .join(ReleaseEvent, col(ReleaseEvent.version_id) == ModelVersion.id)
        .where(ModelVersion.domain_id == domain.id, ModelVersion.state == State.RETIRED)
        .where(col(ReleaseEvent.kind).in_([Happened.PROMOTED, Happened.SERVES_AGAIN]))
        .order_by(col(ReleaseEvent.created_at).desc(), col(ReleaseEvent.id).desc())
    ).first()


def made_by(session: Session, made: ModelVersion) -> Sequence[Transcription]:
    """The transcripts it made or was to make, the newest first; previews are none."""
    query = select(Transcription).where(
        Transcription.model_version_id == made.id, col(Transcription.first_s).is_(None)
    )
    return session.exec(query.order_by(col(Transcription.created_at).desc())).all()


def events(session: Session, domain: Domain) -> Sequence[ReleaseEvent]:
    """What was decided, the newest first."""
    query = select(ReleaseEvent).where(ReleaseEvent.domain_id == domain.id)
    return session.exec(
        query.order_by(col(ReleaseEvent.created_at).desc(), col(ReleaseEvent.id).desc())
    ).all()


def serving_since(session: Session, domain: Domain) -> datetime | None:
    """When it was last decided what serves; None: never, the parent always has."""
    deciding = [Happened.PROMOTED, Happened.ROLLED_BACK, Happened.SERVES_AGAIN]
    query = select(func.max(ReleaseEvent.created_at)).where(ReleaseEvent.domain_id == domain.id)
    return session.exec(query.where(col(ReleaseEvent.kind).in_(deciding))).one()


def champion(session: Session, domain: Domain) -> ModelVersion | None:
    """The version that serves; None: the parent does."""
    return session.get(ModelVersion, domain.champion_id) if domain.champion_id else None
