"""Whose windows are heard next: what each owner has had of this recogniser is kept account of.

Start-time fair queueing (Goyal, Vin and Cheng, SIGCOMM 1996) in seconds of audio: the turn goes to
the owner who has had least; one who comes, or comes back, begins level with the others, so that
nobody saves turns up and nobody is in debt for having been alone. The account is one process's own
and lies in its memory: when it is lost, all begin level.
"""

# Ch 12 · Scaling the System: owners get equal shares of the recogniser, however much each sends

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

CAN_WAIT = timedelta(hours=1)
"""A job of priority -1 lets others pass for so long; then it is one of them."""
ELDER_EVERY = 2
"""One in so many turns of an owner goes to the job that has had none for longest."""
_REMEMBERED = 20_000
"""Jobs, over or not."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A job with a window that may be leased now."""

    job_id: str
    owner_id: str
    priority: int
    in_work: int
    """Windows of it that are being heard."""
    left_s: float
    """Audio still to be heard, in work or not."""
    since: datetime


def urgency(priority: int, since: datetime, when: datetime) -> int:
    """The priority in force: what can wait does so for `CAN_WAIT`."""
    return 0 if priority < 0 and when - since >= CAN_WAIT else priority


class Shares:
    """Of one process; its streams share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._had: dict[str, float] = {}
        """Audio each owner has had, counted from the level at which it came."""
        self._level = 0.0
        self._present: set[str] = set()
        self._turns: dict[str, int] = {}
        self._last: dict[str, int] = {}
        """By job: the number of the turn it had last, or at which it came."""
        self._number = 0

    def order(self, candidates: Sequence[Candidate], when: datetime) -> list[str]:
        """Ids of jobs in the order of their turns; to be asked also when there are none.

        Between owners: who has had least. Priority 1 does not count there, or everybody would ask
        for it; -1 does. Among an owner's jobs: by priority, and among equals who has least left, so
        that a short recording overtakes long ones and what is nearly done is done; but every other
        turn goes to the one that has had none for longest, so that no stream of short ones holds
        it up for ever, and every job shows its first words soon.
        """
        of_owner: dict[str, list[Candidate]] = {}
        for candidate in candidates:
            of_owner.setdefault(candidate.owner_id, []).append(candidate)

        def turn(owner: str) -> tuple[bool, float, int, datetime]:
            jobs = of_owner[owner]
            can_wait = all(urgency(job.priority, job.since, when) < 0 for job in jobs)
            in_work = sum(job.in_work for job in jobs)
            return can_wait, self._had[owner], in_work, min(job.since for job in jobs)

        with self._lock:
            self._settle(set(of_owner))
            for candidate in candidates:
                self._last.setdefault(candidate.job_id, self._number)
            return [
                job.job_id
                for owner in sorted(of_owner, key=turn)
                for job in self._own_order(owner, of_owner[owner], when)
            ]

    def _settle(self, present: set[str]) -> None:
        """Put those who came on the level of those who are here; forget whom it makes equal.

        When nobody is here any more, all that was is forgotten.
        """
        for owner in present - self._present:
            self._had[owner] = max(self._had.get(owner, 0.0), self._level)
        if present:
            self._level = max(self._level, min(self._had[owner] for owner in present))
        else:
            self._level = max(self._had.values(), default=0.0)
        self._present = present
        self._had = {o: had for o, had in self._had.items() if o in present or had > self._level}
        self._turns = {o: turns for o, turns in self._turns.items() if o in self._had}

    def _own_order(self, owner: str, jobs: list[Candidate], when: datetime) -> list[Candidate]:
        def by_need(job: Candidate) -> tuple[int, float, datetime]:
            return -urgency(job.priority, job.since, when), job.left_s, job.since

        ordered = sorted(jobs, key=by_need)
        if (self._turns.get(owner, 0) + 1) % ELDER_EVERY:
            return ordered
        most = urgency(ordered[0].priority, ordered[0].since, when)
        equals = (job for job in jobs if urgency(job.priority, job.since, when) == most)
        elder = min(equals, key=lambda job: (self._last[job.job_id], job.since))
        return [elder, *(job for job in ordered if job is not elder)]

    def took(self, given: Sequence[tuple[str, str, float]]) -> None:
        """A stream was given windows: (owner, job, seconds of audio), the first whose turn it was.

        Windows of others that fill a batch are put on their owners' account as well.
        """
        with self._lock:
            self._number += 1
            for owner, job_id, audio_s in given:
                self._had[owner] = self._had.get(owner, self._level) + audio_s
                self._last[job_id] = self._number
            if given:
                self._turns[given[0][0]] = self._turns.get(given[0][0], 0) + 1
            if len(self._last) > _REMEMBERED:
                recent = sorted(self._last, key=self._last.__getitem__)[_REMEMBERED // 2 :]
                self._last = {job_id: self._last[job_id] for job_id in recent}
