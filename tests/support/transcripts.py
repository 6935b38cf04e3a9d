"""Transcripts made by hand, and real ones that the pipeline heard (`evaluation/results/runs`)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from app.transcriptions.schemas import ModelOut, SegmentOut, TranscriptionOut, WordOut

RUNS = Path(__file__).parents[2] / "evaluation/results/runs"


def word(text: str, start: float, end: float, probability: float = 0.9) -> WordOut:
    return WordOut(word=text, start=start, end=end, probability=probability)


def segment(
    text: str,
    start: float = 0.0,
    end: float | None = None,
    *,
    speaker: str | None = None,
    flags: Sequence[str] = (),
    probability: float = 0.9,
    words: Sequence[WordOut] | None = None,
    name: str = "seg_1",
) -> SegmentOut:
    """A segment whose words share its time evenly; 0.4 s a word where no end is given."""
    said = text.split()
    end = start + 0.4 * len(said) if end is None else end
    step = (end - start) / max(1, len(said))
    if words is None:
        words = [
            word(f" {each}", start + i * step, start + (i + 1) * step, probability)
            for i, each in enumerate(said)
        ]
    return SegmentOut(
        id=name,
        start=start,
        end=end,
        text=text,
        speaker=speaker,
        words=list(words),
        flags=list(flags),
    )


def transcript(segments: Sequence[SegmentOut], **fields: Any) -> TranscriptionOut:
    """A finished job with these segments."""
    when = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    given: dict[str, Any] = {
        "id": "tr_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f",
        "name": "interview.opus",
        "status": "succeeded",
        "stage": "done",
        "progress": 1.0,
        "done_s": 60.0,
        "duration": 60.0,
        "eta_seconds": None,
        "queue_position": None,
        "model": ModelOut(name="whisper-base", version="d01c3014" + "0" * 56),
        "language": "en",
        "error": None,
        "created_at": when,
        "started_at": when,
        "finished_at": when,
        "revision": 1,
        "recording_id": "rec_1",
        "text": "",
        "segments": list(segments),
        "skipped": [],
        "fallbacks": [],
        "warnings": [],
        "options": {},
    }
    return TranscriptionOut(**{**given, **fields})


def heard(run: str) -> list[list[SegmentOut]]:
    """The transcripts of a run's recordings: what was recognised, with the times it had."""
    told = json.loads((RUNS / f"{run}.json").read_text(encoding="utf-8"))
    by_recording = groupby(told["utterances"], key=lambda each: each["recording"])
    return [
        [
            segment(
                "".join(w[0] for w in each["words"]).strip(),
                each["words"][0][1],
                each["words"][-1][2],
                speaker=each["speaker"],
                words=[word(*w) for w in each["words"]],
                name=each["id"],
            )
            for each in utterances
            if each["words"]
        ]
        for _, utterances in by_recording
    ]
