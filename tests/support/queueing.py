"""A product without sound: jobs, processes that decode, streams that hear, and a clock of its own.

Who is next is decided by the product's own functions; decoding and hearing are times only.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from app.transcriptions import turns
from app.transcriptions.shares import Candidate, Shares
from app.transcriptions.turns import Batch, InHand, Room

START = datetime(2026, 3, 1, tzinfo=UTC)
WINDOW_S = 20.0
WINDOWS = 4
"""In a batch."""
HEARD_A_SECOND = 8.0
"""Audio, by one stream."""
DECODED_A_SECOND = 150.0

WAKE_UP_S = 10.0

Order = Callable[[Sequence[Candidate], datetime], list[str]]


@dataclass(slots=True)
class SimulatedJob:
    id: str
    owner: str
    length_s: float
    sent_s: float = 0.0
    priority: int = 0
    began_s: float | None = None
    decoding: bool = False
    decoded_s: float = 0.0
    in_work_s: float = 0.0
    in_work: int = 0
    heard_s: float = 0.0
    first_s: float | None = None
    """When its first words were there."""
    ended_s: float | None = None

    @property
    def sent(self) -> datetime:
        return START + timedelta(seconds=self.sent_s)

    @property
    def batch(self) -> tuple[str, int, datetime]:
        return self.owner, self.priority, self.sent.replace(second=0, microsecond=0)

    @property
    def waiting_s(self) -> float:
        return self.decoded_s - self.heard_s - self.in_work_s

    @property
    def wait_s(self) -> float:
        """From sending to the end."""
        assert self.ended_s is not None
        return self.ended_s - self.sent_s


@dataclass(slots=True)
class Simulation:
    """Jobs are known from the moment they are sent."""

    jobs: list[SimulatedJob]
    decoders: int = 2
    streams: int = 2
    room: Room = field(default_factory=lambda: Room(ahead_s=1920.0, long_decodes=1))
    shares: Shares = field(default_factory=Shares)
    order: Order | None = None
    """Instead of the product's."""
    now_s: float = 0.0
    most_waiting_s: float = 0.0
    """Audio that was decoded and not yet heard, at the worst moment."""
    _events: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)
    _known: list[SimulatedJob] = field(default_factory=list)
    _free_decoders: int = 0
    _free_streams: int = 0
    _ask_again_s: float = 0.0
    """When the dispatcher wakes those who found that enough was decoded ahead."""

    def run(self, until: Callable[[], bool] | None = None, most_s: float = 1e9) -> None:
        """Until all jobs have ended, `until` holds, or `most_s` have passed."""
        self._free_decoders, self._free_streams = self.decoders, self.streams
        for job in self.jobs:
            self._at(job.sent_s, lambda job=job: self._come(job))  # type: ignore[misc]
        while self._events and not (until and until()) and self.now_s < most_s:
            self.now_s, _, event = heapq.heappop(self._events)
            event()
            if self._events and self._events[0][0] == self.now_s:
                continue  # what happens at one moment is decided upon together
            self._hand_out()

    def _come(self, job: SimulatedJob) -> None:
        self._known.append(job)
        self._ask_again_s = self.now_s

    def _at(self, when_s: float, event: Callable[[], None]) -> None:
        heapq.heappush(self._events, (when_s, next(self._numbers), event))

    def _hand_out(self) -> None:
        while self._free_decoders and self._ask_again_s <= self.now_s:
            if not self._decode_next():
                self._ask_again_s = self.now_s + WAKE_UP_S
        while self._free_streams and self._hear_next():
            pass
        waiting_s = sum(job.waiting_s for job in self._unfinished())
        self.most_waiting_s = max(self.most_waiting_s, waiting_s)

    def _unfinished(self) -> list[SimulatedJob]:
        self._known = [job for job in self._known if job.ended_s is None]
        return self._known

    def _decode_next(self) -> bool:
        waiting = [job for job in self._unfinished() if job.began_s is None]
        in_hand = [
            InHand(
                *job.batch, job.length_s - job.heard_s, job.length_s, job.decoding
            )
            for job in self._known
            if job.began_s is not None
        ]  # fmt: skip
        when = START + timedelta(seconds=self.now_s)
        chosen = turns.choose(batches(waiting), in_hand, self.room, when)
        if chosen is None:
            return False
        job = min(
            (
                job
                for job in waiting
                if job.batch == (chosen.owner_id, chosen.priority, chosen.since)
            ),
            key=lambda job: (job.length_s, job.sent_s),
        )
        job.began_s, job.decoding = self.now_s, True
        self._free_decoders -= 1
        self._decode(job)
        return True

    def _decode(self, job: SimulatedJob) -> None:
        piece_s = min(DECODED_A_SECOND, job.length_s - job.decoded_s)

        def decoded() -> None:
            job.decoded_s += piece_s
            if job.decoded_s < job.length_s:
                self._decode(job)
            else:
                job.decoding = False
                self._ask_again_s = self.now_s
                self._free_decoders += 1

        self._at(self.now_s + piece_s / DECODED_A_SECOND, decoded)

    def _hear_next(self) -> bool:
        waiting = {job.id: job for job in self._unfinished() if job.waiting_s > 0}
        if not waiting:
            return False
        candidates = [
            Candidate(
                job.id, job.owner, job.priority, job.in_work, job.length_s - job.heard_s, job.sent
            )
            for job in waiting.values()
        ]
        order = self.order or self.shares.order
        given: list[tuple[SimulatedJob, float]] = []
        windows = WINDOWS
        for job_id in order(candidates, START + timedelta(seconds=self.now_s)):
            job = waiting[job_id]
            first_words = job.heard_s == 0
            audio_s = min(job.waiting_s, WINDOW_S * (1 if first_words else windows))
            given.append((job, audio_s))
            windows -= int(-(-audio_s // WINDOW_S))
            if windows <= 0:
                break
        self.shares.took([(job.owner, job.id, audio_s) for job, audio_s in given])
        for job, audio_s in given:
            job.in_work_s += audio_s
            job.in_work += 1
        self._free_streams -= 1

        def heard() -> None:
            self._free_streams += 1
            for job, audio_s in given:
                job.in_work_s -= audio_s
                job.in_work -= 1
                job.heard_s += audio_s
                job.first_s = self.now_s if job.first_s is None else job.first_s
                if job.heard_s >= job.length_s - 1e-6:
                    job.ended_s = self.now_s

        self._at(self.now_s + sum(audio_s for _, audio_s in given) / HEARD_A_SECOND, heard)
        return True


def batches(waiting: Sequence[SimulatedJob]) -> list[Batch]:
    """What the database would make of them."""
    groups: dict[tuple[str, int, datetime], list[float]] = {}
    for job in waiting:
        groups.setdefault(job.batch, []).append(job.length_s)
    return [Batch(*batch, sum(lengths), min(lengths)) for batch, lengths in groups.items()]


def bulk(owner: str, jobs: int, length_s: float, *, sent_s: float = 0.0) -> list[SimulatedJob]:
    """Sent within a second."""
    return [
        SimulatedJob(f"{owner}-{sent_s:g}-{i}", owner, length_s, sent_s + i / jobs)
        for i in range(jobs)
    ]
