"""What clients do while a long recording is transcribed: follow it, ask how far it is, read it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import Any, Final, Self

import httpx

from evaluation.bench.product import Subject
from evaluation.bench.resident import MB

FORMS: Final = {
    "whole": "",
    "txt": "/export?format=txt",
    "srt": "/export?format=srt",
    "vtt": "/export?format=vtt",
    "json": "/export?format=json",
    "events": "/events",
}
POLL_S: Final = 1.0
WHOLE_EVERY: Final = 15
"""Polls after which the whole transcript is read as far as it has come."""
_OVER: Final = frozenset({"succeeded", "failed", "cancelled"})


def submit(client: httpx.Client, recording: Path) -> str:
    """The id of the new job."""
    with recording.open("rb") as file:
        answer = client.post("/v1/transcriptions", files={"file": (recording.name, file)})
    answer.raise_for_status()
    return str(answer.json()["id"])


def read_all(client: httpx.Client, job: str, times: int = 1) -> dict[str, dict[str, float]]:
    """Read the transcript in every form; size and time of the last answers."""
    found = {}
    for _ in range(times):
        for name, form in FORMS.items():
            size, seconds = _read(client, f"/v1/transcriptions/{job}{form}")
            found[name] = {"mb": round(size / MB, 3), "seconds": round(seconds, 3)}
    return found


def _read(client: httpx.Client, path: str) -> tuple[int, float]:
    """Bytes and seconds of an answer, none of which is kept."""
    begun, size = time.monotonic(), 0
    with client.stream("GET", path) as answer:
        answer.raise_for_status()
        for block in answer.iter_bytes():
            size += len(block)
    return size, time.monotonic() - begun


@dataclass(slots=True)
class Seen:
    """What was noted while the job ran."""

    events: int = 0
    polls_s: list[float] = field(default_factory=list)
    whole: tuple[int, float] = (0, 0.0)
    wal_bytes: int = 0
    window_bytes: int = 0


class Traffic:
    """Follows a job's events and asks for its progress every second, in threads of its own."""

    def __init__(self, subject: Subject, job: str) -> None:
        self.job = job
        self._subject = subject
        self._seen = Seen()
        self._over = threading.Event()
        self._error: Exception | None = None
        self._threads = [
            threading.Thread(target=self._attempt, args=(work,), name=work.__name__, daemon=True)
            for work in (self._follow, self._ask)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()

    def until_over(self) -> None:
        """Raises what went wrong meanwhile."""
        for thread in self._threads:
            thread.join()
        if self._error is not None:
            raise self._error

    def report(self) -> dict[str, Any]:
        """Times of the progress polls at the beginning and at the end, sizes on the disk."""
        polls = self._seen.polls_s
        tenth = max(1, len(polls) // 10)
        size, seconds = self._seen.whole
        return {
            "events": self._seen.events,
            "polls": len(polls),
            "poll_ms_first_tenth": round(1000 * median(polls[:tenth]), 1),
            "poll_ms_last_tenth": round(1000 * median(polls[-tenth:]), 1),
            "whole_before_the_end": {"mb": round(size / MB, 3), "seconds": round(seconds, 3)},
            "wal_peak_mb": round(self._seen.wal_bytes / MB, 1),
            "database_mb": round(_size(self._subject.home / "lectern.db") / MB, 1),
            "windows_audio_peak_mb": round(self._seen.window_bytes / MB, 1),
        }

    def _attempt(self, work: Callable[[httpx.Client], None]) -> None:
        try:
            with self._subject.client() as client:
                work(client)
        except Exception as error:  # noqa: BLE001 - raised again where somebody waits for it
            self._error = error
            self._over.set()

    def _follow(self, client: httpx.Client) -> None:
        with client.stream("GET", f"/v1/transcriptions/{self.job}/events") as answer:
            answer.raise_for_status()
            for line in answer.iter_lines():
                self._seen.events += line.startswith("data:")
                if self._over.is_set():
                    return

    def _ask(self, client: httpx.Client) -> None:
        while not self._over.wait(POLL_S):
            begun = time.monotonic()
            jobs = client.get("/v1/transcriptions", params={"limit": 20}).json()["items"]
            self._seen.polls_s.append(time.monotonic() - begun)
            if any(job["id"] == self.job and job["status"] in _OVER for job in jobs):
                return
            if len(self._seen.polls_s) % WHOLE_EVERY == 0:
                self._seen.whole = _read(client, f"/v1/transcriptions/{self.job}")
            self._look_at_the_disk()

    def _look_at_the_disk(self) -> None:
        home, seen = self._subject.home, self._seen
        seen.wal_bytes = max(seen.wal_bytes, _size(home / "lectern.db-wal"))
        windows = sum(map(_size, (home / "storage" / "windows").rglob("*")))
        seen.window_bytes = max(seen.window_bytes, windows)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0
