"""The evaluation suite's word on an adapter, asked in a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import Any, Final

from app.settings import REPOSITORY
from data.domains.folder import ADAPTER
from worker.adaptation.pipeline import StageFailed, Work

JUDGEMENT: Final = "judgement.json"
_HEARINGS: Final = 10
"""Corpora heard by a system, and the comparison of speed, where the guard is the quick one."""
_HEARD: Final = re.compile(r": \d+ recordings")
_LAST: Final = 8
"""Lines of what it said that are shown when it fails."""


def judge(domain: Path, guard: str, quick: bool, work: Work) -> None:
    """Write `judgement.json`. A gate that is not passed is a judgement, not a failure."""
    out = work.out / JUDGEMENT
    command = [sys.executable, "-m", "evaluation", "adapter"]
    command += [str((work.before["choose"] / ADAPTER).absolute())]
    command += ["--domain", str(domain.absolute()), "--out", str(out.absolute()), "--guard", guard]
    command += ["--quick"] if quick else []
    process = subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    said: deque[str] = deque(maxlen=_LAST)
    heard = 0
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if line.strip():
                said.append(line.rstrip())
            if _HEARD.search(line):
                heard += 1
                work.progress(min(heard / _HEARINGS, 0.95), line.strip()[:80])
        code = process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    if not out.is_file():
        raise StageFailed(
            f"The adapter could not be judged (exit code {code}):\n" + "\n".join(said)
        )
    read(out)


def read(path: Path) -> dict[str, Any]:
    """Raises `StageFailed` for a judgement without a gate."""
    try:
        told: dict[str, Any] = json.loads(path.read_bytes())
        bool(told["gate"]["passed"])
    except (ValueError, KeyError, TypeError) as error:
        raise StageFailed("The judgement says nothing about the gate.") from error
    return told
