"""Whose recording is decoded next.

What is not decoded is not heard, so fairness begins here. Rows become a few small values, and
plain functions decide on those: a simulation tries the very rules that the product uses. See
docs/decisions/0008-whose-turn-it-is.md; app/transcriptions/shares.py has the recogniser's part.
"""

# Ch 12 · Scaling the System: owners share, short goes before long, and nobody waits for ever

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, String, cast, func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from app.clock import now
from app.settings import Settings, get_settings
from app.telemetry.tables import ProcessRow
from app.transcriptions.finish_time import length_of_job, rtfx
from app.transcriptions.shares import CAN_WAIT, urgency
from app.transcriptions.tables import (
    Attempt,
    AttemptState,
    Status,
    Transcription,
    WindowRow,
    WindowState,
)

BATCH = timedelta(minutes=1)
"""What an owner submits within the same minute was sent together: one batch."""
LONG_S = 600.0
"""From this length on, decoding takes long enough to be in the way of a short recording."""
LEAST_AHEAD_S = 300.0
"""Audio that is decoded ahead on the slowest machine as well, so that the streams stay busy."""
ALIVE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Batch:
    """Recordings of one owner that were sent together and wait to be decoded."""

    owner_id: str
    priority: int
    since: datetime
    """The minute in which they were sent."""
    audio_s: float
    shortest_s: float
    job_id: str | None = None
    """Given when the batch is one job that was begun before and handed back."""


@dataclass(frozen=True, slots=True)
class InHand:
    """A job that is being decoded, or whose windows wait or are being heard."""

    owner_id: str
    priority: int
    since: datetime
    """The minute in which it was sent."""
    left_s: float
    """Audio still to be heard."""
    length_s: float
    decoding: bool


@dataclass(frozen=True, slots=True)
class Room:
    """What may be in hand at once."""

    ahead_s: float
    """Audio that may wait in front of a job when its decoding begins."""
    long_decodes: int
    """Recordings of `LONG_S` and more that are decoded at a time."""


def choose(
    batches: Iterable[Batch], in_hand: Sequence[InHand], room: Room, when: datetime
) -> Batch | None:
    """The batch whose shortest job is begun next, or None when none may be begun now."""
    waiting = list(batches)
    owners = {each.owner_id for each in waiting} | {job.owner_id for job in in_hand if job.left_s}
    for batch in order(waiting, in_hand, when):
        if fits(batch, in_hand, room, len(owners)):
            return batch
    return None


def order(batches: Iterable[Batch], in_hand: Sequence[InHand], when: datetime) -> list[Batch]:
    """Batches in the order of their turns.

    Owners first: who has the least audio in hand, and among equals who has waited longest. An
    owner's own batches follow `own_order`. Owners all of whose jobs can wait come last.
    """
    of_owner: dict[str, list[Batch]] = {}
    for batch in batches:
        of_owner.setdefault(batch.owner_id, []).append(batch)
    held = dict.fromkeys(of_owner, 0.0)
    for job in in_hand:
        if job.owner_id in held:
            held[job.owner_id] += job.left_s

    def turn(owner_id: str) -> tuple[bool, float, datetime]:
        mine = of_owner[owner_id]
        can_wait = all(urgency(batch.priority, batch.since, when) < 0 for batch in mine)
        return can_wait, held[owner_id], min(batch.since for batch in mine)

    return [
        batch
        for owner_id in sorted(of_owner, key=turn)
        for batch in own_order(
            of_owner[owner_id], [job for job in in_hand if job.owner_id == owner_id], when
        )
    ]


def own_order(batches: Sequence[Batch], in_hand: Sequence[InHand], when: datetime) -> list[Batch]:
    """The batches of one owner: one place in hand goes by age, all others by urgency and size.

    By size means: who has waited longest for each second of audio it brings. A single recording
    passes two hundred that were sent before it. The place that goes by age is what keeps a stream
    of short recordings from holding up a long one for ever.
    """

    def by_need(batch: Batch) -> tuple[int, float]:
        # At least a second: clocks jump, and batches that just came are told apart by size
        waited_s = max(1.0, (when - batch.since).total_seconds())
        return -urgency(batch.priority, batch.since, when), batch.audio_s / waited_s

    by_size = sorted(batches, key=by_need)
    eldest = min(batches, key=lambda batch: batch.since - batch.priority * CAN_WAIT)
    if any(job.since <= eldest.since for job in in_hand):
        return by_size
    return [eldest, *(batch for batch in by_size if batch is not eldest)]


def fits(batch: Batch, in_hand: Sequence[InHand], room: Room, owners: int) -> bool:
    """Whether the shortest job of `batch` may be begun now; `owners` have something to do.

    Jobs share the recogniser, so each in hand delays another by at most as much audio as the
    other has itself: many hours in hand do not keep a short recording from being begun. Nor do
    others keep an owner from having a share in what is decoded ahead, or nothing at all.
    """
    length_s = batch.shortest_s
    if length_s >= LONG_S:
        decoding = sum(job.decoding and job.length_s >= LONG_S for job in in_hand)
        if decoding >= room.long_decodes:
            return False
    mine_s = sum(job.left_s for job in in_hand if job.owner_id == batch.owner_id)
    if not mine_s or mine_s < room.ahead_s / owners:
        return True
    ahead_s = sum(
        min(job.left_s, length_s)
        for job in in_hand
        if job.owner_id != batch.owner_id or job.priority >= batch.priority
    )
    return ahead_s < room.ahead_s


def next_to_prepare(session: Session, settings: Settings | None = None) -> str | None:
    """The id of the job whose recording should be decoded next.

    None when none waits, or when enough has been decoded ahead. The row is locked where the
    database can do that, so that two processes that ask at once get different jobs.
    """
    when = now()
    jobs = _running(session)
    batches = [*_queued(session), *(job for job in jobs if isinstance(job, Batch))]
    if not batches:
        return None
    in_hand = [job for job in jobs if isinstance(job, InHand)]
    chosen = choose(batches, in_hand, _room(session, settings or get_settings()), when)
    if chosen is None:
        return None
    if chosen.job_id is not None:
        return chosen.job_id
    return session.exec(
        select(Transcription.id)
        .where(*_waits(), Transcription.owner_id == chosen.owner_id)
        .where(Transcription.priority == chosen.priority)
        .where(col(Transcription.created_at) >= chosen.since)
        .where(col(Transcription.created_at) < chosen.since + BATCH)
        .order_by(length_of_job(), col(Transcription.created_at), col(Transcription.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()


def _waits() -> tuple[ColumnElement[bool], ...]:
    return (col(Transcription.status) == Status.QUEUED, col(Transcription.prepared).is_(False))


def _minute() -> ColumnElement[str]:
    # Both databases write a time as "2026-03-01 10:15:…", and ours are in UTC
    return func.substr(cast(col(Transcription.created_at), String), 1, 16)


def _since(minute: str) -> datetime:
    return datetime.fromisoformat(minute).replace(tzinfo=UTC)


def _queued(session: Session) -> list[Batch]:
    minute = _minute().label("minute")
    grouped = (col(Transcription.owner_id), col(Transcription.priority), minute)
    rows = session.execute(
        select_columns(*grouped, func.sum(length_of_job()), func.min(length_of_job()))
        .where(*_waits())
        .group_by(*grouped)
    )
    return [
        Batch(owner_id, priority, _since(sent), audio_s, shortest_s)
        for owner_id, priority, sent, audio_s, shortest_s in rows
    ]


def _running(session: Session) -> list[Batch | InHand]:
    """Jobs that were begun: in hand, or handed back and waiting again."""
    left = func.coalesce(func.sum(col(WindowRow.speech_s)), 0.0)
    decoding = (
        select(Attempt.id)
        .where(Attempt.transcription_id == Transcription.id, Attempt.state == AttemptState.RUNNING)
        .exists()
    )
    rows = session.execute(
        select_columns(
            col(Transcription.id),
            col(Transcription.owner_id),
            col(Transcription.priority),
            _minute(),
            length_of_job(),
            col(Transcription.done_s),
            col(Transcription.prepared),
            decoding,
            left,
        )
        .outerjoin(
            WindowRow,
            (col(WindowRow.transcription_id) == Transcription.id)
            & col(WindowRow.state).in_([WindowState.PENDING, WindowState.RUNNING]),
        )
        .where(col(Transcription.status) == Status.RUNNING)
        .group_by(col(Transcription.id))
    )
    found: list[Batch | InHand] = []
    for job_id, owner, priority, minute, length_s, done_s, prepared, held, left_s in rows:
        since = _since(minute)
        if not prepared and not held:
            rest_s = max(0.0, length_s - done_s)
            found.append(Batch(owner, priority, since, rest_s, rest_s, job_id))
        if held:
            left_s = max(left_s, length_s - done_s)
        if held or left_s:
            found.append(InHand(owner, priority, since, left_s, length_s, bool(held)))
    return found


def _room(session: Session, settings: Settings) -> Room:
    """For each machine with a model host: some audio ahead, and one long recording at a time.

    Two processes decode on a machine; one of them is kept for what is short.
    """
    hosts = select(func.count()).where(
        ProcessRow.kind == "host", col(ProcessRow.seen_at) > now() - ALIVE
    )
    machines = max(1, session.exec(hosts).one())
    speed, _ = rtfx(session, settings.model)
    ahead_s = max(LEAST_AHEAD_S, settings.decode_ahead_s * speed)
    return Room(ahead_s * machines, machines)
