"""Take back the work of processes that stopped giving signs of life."""

# Ch 13 · Planning for Operations: work whose process has died is found by its silence and done again

from __future__ import annotations

import time
from collections.abc import Callable

from sqlmodel import Session, select

from app.outbox.service import wake
from app.outbox.tables import Topic
from app.silence import Silence
from app.telemetry.service import is_gone
from app.transcriptions import attempts
from app.transcriptions.options import TINY
from app.transcriptions.recognising import NewSegment, give_up, step_down
from app.transcriptions.tables import (
    Attempt,
    AttemptState,
    Transcription,
    WindowRow,
    WindowState,
)

DIED = "the process that worked on it died or hung"


class Reaper:
    """Watches leases; remembers between calls for how long each holder has been silent."""

    def __init__(
        self, lease_s: float, max_attempts: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._lease_s = lease_s
        self._max_attempts = max_attempts
        self._silence = Silence(clock)

    def take_back(self, session: Session) -> int:
        """Free what dead and silent processes hold; returns how many attempts and windows.

        A holder known to have ended, because it ran on this machine, is not waited for.
        """
        held = _held(session)
        silent_s = self._silence.observe({key: state for key, (state, _) in held.items()})
        lost = [
            key
            for key, (_, process) in held.items()
            if silent_s[key] > self._lease_s or is_gone(process)
        ]
        return sum(self._lose(session, key, held[key][0]) for key in sorted(lost))

    def _lose(self, session: Session, key: str, state: tuple[int, int]) -> bool:
        if key.startswith("att_"):
            return _lost_attempt(session, key, state, self._max_attempts)
        return _lost_window(session, key, state, self._max_attempts)


def _held(session: Session) -> dict[str, tuple[tuple[int, int], str]]:
    """(fence, beats) and process of everything that is leased, by id."""
    held: dict[str, tuple[tuple[int, int], str]] = {}
    for attempt in session.exec(
        select(Attempt.id, Attempt.fence, Attempt.beats, Attempt.process).where(
            Attempt.state == AttemptState.RUNNING
        )
    ):
        held[attempt[0]] = ((attempt[1], attempt[2]), attempt[3])
    for window in session.exec(
        select(WindowRow.id, WindowRow.fence, WindowRow.beats, WindowRow.process).where(
            WindowRow.state == WindowState.RUNNING
        )
    ):
        held[window[0]] = ((window[1], window[2]), window[3] or "")
    return held


def _lost_attempt(
    session: Session, attempt_id: str, state: tuple[int, int], max_attempts: int
) -> bool:
    job = _job_of(session, session.get(Attempt, attempt_id))
    attempt = session.get(Attempt, attempt_id, with_for_update=True, populate_existing=True)
    if job is None or attempt is None or attempt.state is not AttemptState.RUNNING:
        return False
    if (attempt.fence, attempt.beats) != state:
        return False  # it spoke up while we made up our mind
    attempts.lose(session, attempt, job, max_attempts=max_attempts, why=DIED)
    return True


def _lost_window(
    session: Session, window_id: str, state: tuple[int, int], max_attempts: int
) -> bool:
    job = _job_of(session, session.get(WindowRow, window_id))
    row = session.get(WindowRow, window_id, with_for_update=True, populate_existing=True)
    if job is None or row is None or row.state is not WindowState.RUNNING:
        return False
    if (row.fence, row.beats) != state:
        return False
    row.fence += 1
    row.losses += 1
    row.error = DIED
    given_up = step_down(row, max_attempts, rungs(job))
    session.flush()
    if job.status.ended:
        return True
    if given_up:
        gap = NewSegment(row.start_s, row.end_s, "[inaudible]", [], ["inaudible", "failed"])
        give_up(session, job, row, gap)
    else:
        wake(session, Topic.RECOGNISE, job.id)
    return True


def _job_of(session: Session, row: Attempt | WindowRow | None) -> Transcription | None:
    """The job, locked before what belongs to it: everybody takes locks in this order."""
    if row is None:
        return None
    return session.get(Transcription, row.transcription_id, with_for_update=True)


def rungs(job: Transcription) -> int:
    """Models to try: the one asked for and, where English may be spoken, the smallest one."""
    language = job.options.get("language") or job.language
    return 1 if job.model == TINY or language not in (None, "en") else 2
