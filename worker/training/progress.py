"""Events of the adaptation pipeline to one share of all, and a time at which it ends."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.adaptations.holding import Told


@dataclass(slots=True)
class Progress:
    """`expected`: seconds of every stage on idle cores, in order."""

    expected: Mapping[str, float]
    clock: Callable[[], float] = time.monotonic
    last: dict[str, Any] = field(default_factory=dict)
    """What was heard last: at the end, what became of it."""
    _stages: dict[str, dict[str, Any]] = field(default_factory=dict)
    _stage: str = ""
    _note: str = ""

    def hear(self, line: str) -> None:
        """A line of `python -m worker.adaptation make --json`."""
        try:
            told = json.loads(line)
        except ValueError:
            return  # a library that prints
        if not isinstance(told, dict) or "state" not in told:
            return
        self.last = told
        if told.get("stage") not in self.expected:
            return
        self._stage, self._note = told["stage"], told.get("note", "")
        row = self._stages.setdefault(self._stage, {"stage": self._stage, "share": 0.0})
        over = told["state"] in ("done", "reused")
        row["state"] = told["state"] if over else "running"
        row["share"] = 1.0 if over else max(row["share"], min(1.0, float(told.get("share", 0.0))))
        if over:
            row["seconds"] = told.get("seconds", 0.0)
            row["expected"] = round(self.expected[self._stage], 1)

    def told(self, waiting: int | None) -> Told:
        """`waiting`: transcriptions that go first; None: it is not paused."""
        whole = sum(self.expected.values())
        left_s = sum(
            seconds * (1.0 - self._stages.get(stage, {}).get("share", 0.0))
            for stage, seconds in self.expected.items()
        )
        note = self._note
        if waiting is not None:
            what = "1 transcription" if waiting == 1 else f"{waiting} transcriptions"
            note = f"paused: {what} go first" if waiting != 1 else f"paused: {what} goes first"
            note = note if waiting else "paused: transcriptions went first"
        return Told(
            stage=self._stage,
            progress=1.0 - left_s / whole,
            note=note,
            eta_s=None if waiting is not None else round(left_s * self._pace(), 1),
            stages=[dict(row) for row in self._stages.values()],
            paused=waiting is not None,
        )

    def _pace(self) -> float:
        """How much longer than expected the stages took that were made here."""
        made = [row for row in self._stages.values() if row["state"] == "done"]
        expected = sum(row["expected"] for row in made)
        took = sum(row["seconds"] for row in made)
        # After a few seconds of work it says nothing
        return took / expected if expected > 20.0 else 1.0
