"""Whether one more job can be done soon.

Owners share the recogniser, so what an owner's last job waits for is not the whole queue: of every
other owner it is at most as much as the owner has waiting. A bulk that would take days is refused
to the one who sends it, while somebody with a short recording is let in. The queue stays bounded
all the same: the owner with the k-th largest part of it has at most 1/k of the limit.
"""

# Ch 12 · Scaling the System: what cannot be done soon is refused at once, so that the rest is done

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.errors import Problem, Unavailable
from app.faults.service import active
from app.settings import Settings
from app.transcriptions.finish_time import Load, assumed_length_s, backlog, rtfx

LONGEST_PAUSE_S = 3600
"""Nobody is told to come back later than that: things change."""
CROWD = "crowd"


@dataclass(frozen=True, slots=True)
class Excess:
    """By how much a job would be too late, or too many."""

    work_s: float
    jobs: int
    retry_after_s: int


def excess(
    waiting: Mapping[str, Load],
    owner_id: str,
    work_s: float,
    *,
    most_work_s: float,
    most_jobs: int,
    crowd_s: float = 0.0,
) -> Excess | None:
    """How far over the limits `work_s` more seconds of work for this owner would be; None: within.

    `crowd_s` is work that is only claimed to wait. One more job is counted.
    """
    own = waiting.get(owner_id, Load(0, 0.0))
    own_work_s, own_jobs = own.work_s + work_s, own.jobs + 1
    others = [load for owner, load in waiting.items() if owner != owner_id]
    work = own_work_s + crowd_s + sum(min(load.work_s, own_work_s) for load in others)
    jobs = own_jobs + sum(min(load.jobs, own_jobs) for load in others)
    over_s, over_jobs = max(0.0, work - most_work_s), max(0, jobs - most_jobs)
    if not over_s and not over_jobs:
        return None
    mean_s = sum(load.work_s for load in waiting.values()) / max(1, jobs)
    pause_s = max(over_s, over_jobs * mean_s)
    return Excess(over_s, over_jobs, int(min(max(1.0, pause_s + 0.5), LONGEST_PAUSE_S)))


def check_job(
    session: Session,
    settings: Settings,
    owner_id: str,
    duration_s: float | None,
    model: str | None = None,
) -> None:
    """Raise `Unavailable` (`queue_full`) unless a job of `duration_s` seconds can be done soon.

    Nothing is written. A length of 0 asks whether even the shortest recording would have to be
    refused; None is that of a file which does not tell.
    """
    crowd = active(session).get(CROWD)
    crowd_s = 3600.0 * float(crowd.parameters["hours"]) if crowd is not None else 0.0
    speed, _ = rtfx(session, model or settings.model)
    found = excess(
        backlog(session),
        owner_id,
        assumed_length_s(duration_s) / speed,
        most_work_s=3600.0 * settings.max_wait_h,
        most_jobs=settings.max_unfinished_jobs,
        crowd_s=crowd_s / speed,
    )
    if found is not None:
        raise _queue_full(found, settings, simulated=crowd is not None)


def how_many_fit(
    session: Session,
    settings: Settings,
    owner_id: str,
    durations_s: Sequence[float | None],
    model: str,
) -> int:
    """How many jobs, submitted one behind the other, `check_job` would let in; nothing is written.

    It stops at the first that is too much, as whoever submits them in this order does.
    """
    crowd = active(session).get(CROWD)
    crowd_s = 3600.0 * float(crowd.parameters["hours"]) if crowd is not None else 0.0
    speed, _ = rtfx(session, model)
    waiting = dict(backlog(session))
    for number, duration_s in enumerate(durations_s):
        work_s = assumed_length_s(duration_s) / speed
        found = excess(
            waiting,
            owner_id,
            work_s,
            most_work_s=3600.0 * settings.max_wait_h,
            most_jobs=settings.max_unfinished_jobs,
            crowd_s=crowd_s / speed,
        )
        if found is not None:
            return number
        had = waiting.get(owner_id, Load(0, 0.0))
        waiting[owner_id] = Load(had.jobs + 1, had.work_s + work_s)
    return len(durations_s)


def _queue_full(found: Excess, settings: Settings, *, simulated: bool) -> Problem:
    late = f"would not be ready within {settings.max_wait_h:g} hours"
    many = f"would be one of more than {settings.max_unfinished_jobs} that are not finished"
    extra = {"simulated_by": CROWD} if simulated else {}
    note = " (Simulated: the fault `crowd` is switched on.)" if simulated else ""
    return Unavailable(
        code="queue_full",
        detail=f"So much audio is waiting that this job {late if found.work_s else many}; it was"
        " not queued. Everything that was accepted before is safe and is being done. Send it"
        f" again in about {spoken(found.retry_after_s)}.{note}",
        headers={"Retry-After": str(found.retry_after_s)},
        retry_after=found.retry_after_s,
        **extra,
    )


def spoken(seconds: float) -> str:
    """A time for people, rounded up."""
    if seconds <= 90:
        return "a second" if seconds <= 1 else f"{seconds:.0f} seconds"
    return f"{-(-seconds // 60):.0f} minutes"
