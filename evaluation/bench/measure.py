"""Run a child process to its end and watch the memory of it and its own children."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import Any

import psutil

SAMPLE_S = 0.1
ALLOCATOR = {
    "MALLOC_MMAP_THRESHOLD_": "4000000000",
    "MALLOC_TRIM_THRESHOLD_": "16000000000",
    "MALLOC_ARENA_MAX": "1",
    "OMP_NUM_THREADS": "1",
}
"""The model host's environment, as the launcher sets it."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """A child's own report and what was seen from outside."""

    report: dict[str, Any]
    peak_rss_mb: float
    """Largest sum of resident sets of the process tree, sampled ten times a second."""

    @property
    def rtfx(self) -> float:
        return float(self.report["audio_s"] / self.report["wall_s"])


class ChildFailed(Exception):
    """The engine's process ended with an error."""


def run_child(engine: str, model: str, corpus: str, limit: int) -> Measurement:
    """Run one engine in a fresh process. Raises `ChildFailed` with the end of its output."""
    environment = dict(os.environ)
    if engine == "lectern":
        environment |= ALLOCATOR
    process = subprocess.Popen(
        [sys.executable, "-m", "evaluation.bench.child", engine, model, corpus, str(limit)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    peaks = [0]
    watcher = threading.Thread(target=_watch, args=(process.pid, peaks), daemon=True)
    watcher.start()
    out, errors = process.communicate()
    watcher.join()
    if process.returncode:
        raise ChildFailed(f"{engine} on {corpus} with {model} failed:\n{errors[-2000:]}")
    return Measurement(json.loads(out.strip().splitlines()[-1]), peaks[0] / 1024**2)


def _watch(pid: int, peaks: list[int]) -> None:
    try:
        root = psutil.Process(pid)
        while root.is_running() and root.status() != psutil.STATUS_ZOMBIE:
            total = 0
            for process in (root, *root.children(recursive=True)):
                try:
                    total += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            peaks[0] = max(peaks[0], total)
            time.sleep(SAMPLE_S)
    except psutil.NoSuchProcess:
        return
