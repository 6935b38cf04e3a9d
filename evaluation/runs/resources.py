"""What a tree of processes uses while something goes on: memory at most, and processor time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil

SAMPLE_S = 0.25


@dataclass(slots=True)
class Peak:
    """Largest sum of resident sets seen, in MB; pages shared by two processes count twice."""

    mb: float = 0.0


@contextmanager
def peak_memory(pid: int) -> Iterator[Peak]:
    """Watch process `pid` and all below it until the block ends."""
    peak, done = Peak(), threading.Event()

    def look() -> None:
        while True:
            with suppress(psutil.NoSuchProcess):
                root = psutil.Process(pid)
                total = 0
                for process in (root, *root.children(recursive=True)):
                    with suppress(psutil.NoSuchProcess):
                        total += process.memory_info().rss
                peak.mb = max(peak.mb, total / 1e6)
            if done.wait(SAMPLE_S):
                return

    thread = threading.Thread(target=look, name="memory", daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


def processor_s(pid: int) -> float:
    """Seconds of processor time that process `pid`, all below it, and all that ended there had."""
    root = psutil.Process(pid)
    total = 0.0
    for process in (root, *root.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return float(total)
