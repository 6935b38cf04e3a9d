"""Windows: leased by fair share, completed once, tried again, given up on in the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func
from sqlmodel import Session, col, select

from app.clock import now
from app.ids import new_id
from app.models.names import english_only
from app.outbox.service import delete_objects, wake
from app.outbox.tables import Topic
from app.recordings.origin import origins_of
from app.transcriptions.finish import finish_if_complete
from app.transcriptions.finish_time import assumed_length_s
from app.transcriptions.shares import Candidate, Shares
from app.transcriptions.tables import (
    Attempt,
    AttemptState,
    SegmentRow,
    Stage,
    Status,
    Transcription,
    WindowRow,
    WindowState,
)

SURE = 0.5
"""Probability from which on the language heard in the first window is that of the recording."""


@dataclass(frozen=True, slots=True)
class LeasedWindow:
    """A window to be recognised now, with the fence its result must carry."""

    id: str
    transcription_id: str
    fence: int
    number: int
    pieces: tuple[tuple[float, float, float], ...]
    strict_speech: tuple[tuple[float, float], ...]
    audio_key: str
    rung: int
    origin: str | None = None
    """Under which name features of its recording are kept."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows to be recognised together, with what decides their text."""

    model: str
    options: dict[str, Any]
    language: str | None
    """As asked for, or as detected in an earlier window."""
    windows: tuple[LeasedWindow, ...]


@dataclass(frozen=True, slots=True)
class NewSegment:
    start_s: float
    end_s: float
    text: str
    words: list[tuple[str, float, float, float] | tuple[str, float, float, float, str]]
    """Word, start_s, end_s, probability; and what was heard, where a term stands instead."""
    flags: list[str]


@dataclass(frozen=True, slots=True)
class WindowResult:
    """What came of a leased window."""

    window: LeasedWindow
    segments: list[NewSegment]
    result: dict[str, Any]
    language: str | None = None
    language_probability: float | None = None


def lease(
    session: Session, process: str, most: int, streams: int = 1, shares: Shares | None = None
) -> Batch | None:
    """Lease up to `most` windows, of the job whose turn it is first, or None when none waits.

    The last windows are divided between the `streams`, so that none idles while another has a
    full batch to do.

    Whose turn it is, `shares` decides by what each owner has had of this recogniser; without it
    all begin level. Windows of other jobs fill the batch when the same model and options are
    wanted; the text of a window does not depend on its company. A window under suspicion of
    having killed a process is leased when `process` does nothing else.
    """
    hearing = _hearing(session, process)
    if any(hearing):
        return None  # a suspect is heard alone
    suspect = _suspect(session)
    if suspect is not None:
        job, row = suspect
        return None if hearing else _taken(session, job, [row], process)
    # Ch 12 · Scaling the System: jobs share the one recogniser by what each has already had
    shares = shares or Shares()
    turns, pending = _turns(session, shares)
    if not turns:
        return None
    lead = turns[0]
    if not work_is_coming(session):
        most = max(1, min(most, -(-pending // streams)))
    rows: list[WindowRow] = []
    for job in turns:
        if len(rows) < most and _wants(job) == _wants(lead):
            rows += _next_windows(session, job, most - len(rows))
        if job is lead and rows and rows[0].tries:
            rows = rows[:1]  # it failed before: if it fails again, it fails alone
            break
    rows = [row for row in rows if row.rung == rows[0].rung and row.tries == rows[0].tries]
    shares.took([(row.owner_id, row.transcription_id, row.speech_s) for row in rows])
    return _taken(session, lead, rows, process) if rows else None


def _taken(session: Session, lead: Transcription, rows: Sequence[WindowRow], process: str) -> Batch:
    for row in rows:
        row.state = WindowState.RUNNING
        row.fence += 1
        row.process = process
        row.started_at = now()
    model, options, language = _wants(lead)
    origins = origins_of(session, {row.transcription_id for row in rows})
    leased = tuple(_leased(row, origins.get(row.transcription_id)) for row in rows)
    return Batch(model, options, language, leased)


def _suspect(session: Session) -> tuple[Transcription, WindowRow] | None:
    """A waiting window whose process died over it, perhaps because of it.

    It is heard alone: if it kills again, it takes no other with it, and the others are cleared.
    """
    # Ch 7 · Planning for Mistakes: a window that may kill its process is tried where it harms nobody
    return session.exec(
        select(Transcription, WindowRow)
        .join(WindowRow, col(WindowRow.transcription_id) == Transcription.id)
        .where(Transcription.status == Status.RUNNING)
        .where(WindowRow.state == WindowState.PENDING, WindowRow.losses > 0)
        .order_by(col(WindowRow.losses), col(WindowRow.id))
        .limit(1)
        .with_for_update(of=WindowRow, skip_locked=True)
    ).first()


def _hearing(session: Session, process: str) -> list[int]:
    """How often each window that `process` is hearing at this moment was lost before."""
    query = select(WindowRow.losses).where(
        WindowRow.state == WindowState.RUNNING, WindowRow.process == process
    )
    return list(session.exec(query))


def _wants(job: Transcription) -> tuple[str, dict[str, Any], str | None]:
    """What decides the text of a job's windows, beside their audio."""
    return job.model, job.options, job.options.get("language") or job.language


def _turns(session: Session, shares: Shares) -> tuple[list[Transcription], int]:
    """Jobs with a window that may be leased now, in the order of their turns; all such windows."""
    running = func.sum(case((col(WindowRow.state) == WindowState.RUNNING, 1), else_=0))
    pending = func.sum(case((col(WindowRow.state) == WindowState.PENDING, 1), else_=0))
    active = session.execute(
        select(Transcription, running, pending, func.sum(WindowRow.speech_s))
        .join(WindowRow, col(WindowRow.transcription_id) == Transcription.id)
        .where(Transcription.status == Status.RUNNING)
        .where(col(WindowRow.state).in_([WindowState.PENDING, WindowState.RUNNING]))
        .group_by(col(Transcription.id))
    ).all()
    waiting = {
        job.id: (job, _candidate(job, int(in_work), float(left_s)))
        for job, in_work, left, left_s in active
        if left and not (in_work and _unsettled(job))
    }
    order = shares.order([candidate for _, candidate in waiting.values()], now())
    return [waiting[job_id][0] for job_id in order], sum(int(left) for _, _, left, _ in active)


def _candidate(job: Transcription, in_work: int, left_s: float) -> Candidate:
    if not job.prepared:  # more will come than lies there
        left_s = max(left_s, assumed_length_s(job.duration_s) - job.done_s)
    return Candidate(job.id, job.owner_id, job.priority, in_work, left_s, job.created_at)


def _unsettled(job: Transcription) -> bool:
    """Whether the language is still to be told by the first window.

    The others wait for it, so that the text does not depend on which stream was quicker.
    """
    named = job.options.get("language") or english_only(job.model)
    return not named and job.done_s == 0


def _next_windows(session: Session, job: Transcription, most: int) -> list[WindowRow]:
    first_words = job.done_s == 0
    return list(
        session.exec(
            select(WindowRow)
            .where(WindowRow.transcription_id == job.id, WindowRow.state == WindowState.PENDING)
            .order_by(col(WindowRow.rung), col(WindowRow.number))
            .limit(1 if first_words else most)
            .with_for_update(skip_locked=True)
        )
    )


def _leased(row: WindowRow, origin: str | None) -> LeasedWindow:
    return LeasedWindow(
        id=row.id,
        transcription_id=row.transcription_id,
        fence=row.fence,
        number=row.number,
        pieces=tuple((a, b, offset) for a, b, offset in row.pieces),
        strict_speech=tuple((a, b) for a, b in row.strict_speech),
        audio_key=row.audio_key,
        rung=row.rung,
        origin=origin,
    )


def _still_held(session: Session, window: LeasedWindow) -> WindowRow | None:
    """The row, if this lease is still the latest: a stale worker's result is refused."""
    row = session.get(WindowRow, window.id, with_for_update=True)
    if row is None or row.state is not WindowState.RUNNING or row.fence != window.fence:
        return None
    return row


def complete(session: Session, results: Sequence[WindowResult]) -> int:
    """Store results; returns how many were accepted.

    Late results, of windows that were taken back or of jobs that are over, change nothing.
    """
    # Ch 7 · Planning for Mistakes: a process given up for dead cannot overwrite its successor's work
    of_job: dict[str, list[WindowResult]] = {}
    for result in results:
        of_job.setdefault(result.window.transcription_id, []).append(result)
    return sum(_complete_job(session, job_id, of_job[job_id]) for job_id in sorted(of_job))


def _complete_job(session: Session, job_id: str, results: Sequence[WindowResult]) -> int:
    job = session.get(Transcription, job_id, with_for_update=True)
    if job is None or job.status is not Status.RUNNING:
        return 0
    accepted: list[str] = []
    for result in results:
        row = _still_held(session, result.window)
        if row is not None:
            _complete_window(session, job, row, result)
            accepted.append(row.audio_key)
    if accepted:
        delete_objects(session, accepted)
        job.stage = Stage.RECOGNISING
        job.revision += 1
        session.flush()
        finish_if_complete(session, job)
    return len(accepted)


def _complete_window(
    session: Session, job: Transcription, row: WindowRow, result: WindowResult
) -> None:
    row.state = WindowState.DONE
    row.finished_at = now()
    row.result = result.result
    _add_segments(session, job, row, result.segments)
    # The last rung knows one language only: what it "hears" says nothing about the recording
    settles = job.done_s == 0 and row.rung == 0
    if settles and (result.language_probability or 0.0) >= SURE:
        job.language = result.language
        job.language_probability = result.language_probability
    job.done_s += covered_s(session, row)
    if row.rung == 0:
        job.model_version = result.result.get("model_version")
    if result.segments and job.first_words_at is None:
        job.first_words_at = now()


def covered_s(session: Session, row: WindowRow) -> float:
    """Seconds of the recording dealt with when `row` is: from the end of the window before it.

    The pause in front of a window belongs to it, or a recording that is mostly pauses would seem
    to stand still.
    """
    before = select(func.coalesce(func.max(WindowRow.end_s), 0.0)).where(
        WindowRow.transcription_id == row.transcription_id, WindowRow.number < row.number
    )
    return row.end_s - min(row.start_s, float(session.exec(before).one()))


def _add_segments(
    session: Session, job: Transcription, row: WindowRow, segments: Sequence[NewSegment]
) -> None:
    for segment in segments:
        session.add(
            SegmentRow(
                id=new_id("seg"),
                organisation_id=job.organisation_id,
                transcription_id=job.id,
                window_id=row.id,
                start_s=segment.start_s,
                end_s=segment.end_s,
                text=segment.text,
                machine_text=segment.text,
                words=[list(word) for word in segment.words],
                flags=list(segment.flags),
            )
        )


def failed(
    session: Session,
    window: LeasedWindow,
    error: str,
    *,
    max_tries: int,
    rungs: int,
    gap: NewSegment,
) -> None:
    """A try at a window failed: try again, then the next rung, then show the gap."""
    job = session.get(Transcription, window.transcription_id, with_for_update=True)
    row = _still_held(session, window) if job is not None else None
    if job is None or row is None:
        return
    row.error = error[:500]
    row.tries += 1
    if step_down(row, max_tries, rungs):
        give_up(session, job, row, gap)


def give_up(session: Session, job: Transcription, row: WindowRow, gap: NewSegment) -> None:
    """No rung could do the window: its gap is shown in the text."""
    row.finished_at = now()
    _add_segments(session, job, row, [gap])
    job.done_s += covered_s(session, row)
    job.revision += 1
    session.flush()
    finish_if_complete(session, job)


def step_down(row: WindowRow, max_tries: int, rungs: int) -> bool:
    """Where a window goes after a failed try or a lost process; True when it is given up.

    One loss more than failures is allowed: at the first, others were in the same process.
    """
    row.state = WindowState.PENDING
    if row.tries >= max_tries or row.losses > max_tries:
        row.rung += 1
        row.tries = row.losses = 0
    if row.rung >= rungs:
        row.state = WindowState.FAILED
        return True
    return False


def hand_back(session: Session, windows: Sequence[LeasedWindow]) -> int:
    """Let others have windows that are not finished; neither a try nor a loss is counted."""
    fences = {window.id: window.fence for window in windows}
    rows = _running(session, col(WindowRow.id).in_(list(fences)))
    ours = [row for row in rows if row.fence == fences[row.id]]
    _free(ours)
    for job_id in sorted({row.transcription_id for row in ours}):
        wake(session, Topic.RECOGNISE, job_id)
    return len(ours)


def free_forgotten(session: Session, process: str, known: Sequence[LeasedWindow]) -> None:
    """Free windows that `process` holds without knowing: the answer to a commit was lost.

    To be called by the process itself, while none of its streams leases.
    """
    forgotten = col(WindowRow.id).not_in([window.id for window in known])
    _free(_running(session, (col(WindowRow.process) == process) & forgotten))


def _running(session: Session, which: ColumnElement[bool]) -> Sequence[WindowRow]:
    """Windows in work, locked after their jobs: everybody takes locks in this order."""
    held = (col(WindowRow.state) == WindowState.RUNNING) & which
    jobs = select(WindowRow.transcription_id).where(held)
    session.exec(
        select(Transcription.id)
        .where(col(Transcription.id).in_(jobs))
        .order_by(col(Transcription.id))
        .with_for_update()
    ).all()
    return session.exec(select(WindowRow).where(held).with_for_update()).all()


def _free(rows: Sequence[WindowRow]) -> None:
    for row in rows:
        row.state = WindowState.PENDING
        row.fence += 1


def keep_alive(session: Session, windows: Sequence[LeasedWindow]) -> None:
    """Give a sign of life for each of `windows` that is still held.

    One that somebody else is changing at this moment is passed over: the next sign comes soon,
    and who waits for nobody is in nobody's way.
    """
    fences = {window.id: window.fence for window in windows}
    rows = session.exec(
        select(WindowRow)
        .where(col(WindowRow.id).in_(list(fences)), WindowRow.state == WindowState.RUNNING)
        .with_for_update(skip_locked=True)
    )
    for row in rows:
        if row.fence == fences[row.id]:
            row.beats += 1


def work_is_waiting(session: Session) -> bool:
    """Whether a window could be leased now; asked often, so that no write lock is taken for it."""
    query = (
        select(WindowRow.id)
        .join(Transcription, col(Transcription.id) == WindowRow.transcription_id)
        .where(WindowRow.state == WindowState.PENDING, Transcription.status == Status.RUNNING)
        .limit(1)
    )
    return session.exec(query).first() is not None


def work_is_coming(session: Session) -> bool:
    """Whether some recording is being prepared at this moment, so that windows will follow."""
    running = select(Attempt.id).where(Attempt.state == AttemptState.RUNNING).limit(1)
    return session.exec(running).first() is not None
