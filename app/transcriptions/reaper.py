"""Take back the work of processes that stopped giving signs of life."""

# Ch 13 · Planning for Operations: work whose process has died is found by its silence and done again

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from app.models.names import ladder
from app.outbox.service import wake
from app.outbox.tables import Topic
from app.silence import Silence
from app.telemetry.service import is_gone
from app.transcriptions import attempts
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
        held = {each.id: each for each in _held(session)}
        silent_s = self._silence.observe({each.id: each.state for each in held.values()})
        lost = [
            each
            for each in held.values()
            if silent_s[each.id] > self._lease_s or is_gone(each.process)
        ]
        # In the order of their jobs, as everybody takes locks
        lost.sort(key=lambda each: (each.transcription_id, each.id))
        return sum(_lose(session, each, self._max_attempts) for each in lost)


@dataclass(frozen=True, slots=True)
class _Held:
    """An attempt or a window that some process works on."""

    table: type[Attempt] | type[WindowRow]
    id: str
    transcription_id: str
    fence: int
    beats: int
    process: str

    @property
    def state(self) -> tuple[int, int]:
        """Changes with every lease and every sign of life."""
        return self.fence, self.beats


def _held(session: Session) -> Iterator[_Held]:
    running = ((Attempt, AttemptState.RUNNING), (WindowRow, WindowState.RUNNING))
    for table, state in running:
        wanted = [table.id, table.transcription_id, table.fence, table.beats, table.process]
        rows = session.execute(select(*map(col, wanted)).where(col(table.state) == state))
        for id_, transcription_id, fence, beats, process in rows:
            yield _Held(table, id_, transcription_id, fence, beats, process or "")


def _lose(session: Session, held: _Held, max_attempts: int) -> bool:
    """Take it back, unless it changed hands, ended or spoke up while we made up our mind."""
    job = session.get(Transcription, held.transcription_id, with_for_update=True)
    row = session.get(held.table, held.id, with_for_update=True, populate_existing=True)
    if job is None or not isinstance(row, Attempt | WindowRow):
        return False
    if row.state not in (AttemptState.RUNNING, WindowState.RUNNING):
        return False
    if (row.fence, row.beats) != held.state:
        return False
    if isinstance(row, Attempt):
        attempts.lose(session, row, job, max_attempts=max_attempts, why=DIED)
    else:
        _lose_window(session, row, job, max_attempts)
    return True


def _lose_window(session: Session, row: WindowRow, job: Transcription, max_attempts: int) -> None:
    row.fence += 1
    row.losses += 1
    row.error = DIED
    given_up = step_down(row, max_attempts, rungs(job))
    session.flush()
    if job.status.ended:
        return
    if given_up:
        gap = NewSegment(row.start_s, row.end_s, "[inaudible]", [], ["inaudible", "failed"])
        give_up(session, job, row, gap)
    else:
        wake(session, Topic.RECOGNISE, job.id)


def rungs(job: Transcription) -> int:
    """How many models there are to try for it."""
    language = job.options.get("language") or job.language
    options = job.options
    task = options.get("task", "transcribe")
    return len(ladder(job.model, language, task, options.get("languages", ())))
