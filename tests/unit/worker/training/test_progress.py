"""Events of the pipeline to a share of the whole and a time at which it ends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from worker.training.progress import Progress

EXPECTED = {"speech": 100.0, "train": 200.0, "evaluate": 100.0}


def event(stage: str, state: str, share: float = 0.0, **more: Any) -> str:
    return json.dumps({"stage": stage, "state": state, "share": share, **more}) + "\n"


def test_shares_are_those_of_the_time_that_stages_take() -> None:
    progress = Progress(EXPECTED)
    assert (progress.told(None).progress, progress.told(None).eta_s) == (0.0, 400.0)
    progress.hear(event("speech", "started"))
    progress.hear(event("speech", "progress", 0.5, note="6 of 12 clips"))
    told = progress.told(None)
    assert (told.stage, told.note, told.progress) == ("speech", "6 of 12 clips", 0.125)
    assert told.eta_s == 350.0
    progress.hear(event("speech", "done", 1.0, seconds=100.0))
    progress.hear(event("train", "progress", 0.5))
    assert progress.told(None).progress == 0.5


def test_the_end_is_told_from_how_long_it_takes_here() -> None:
    progress = Progress(EXPECTED)
    progress.hear(event("speech", "done", 1.0, seconds=300.0))
    assert progress.told(None).eta_s == 900.0
    reused = Progress(EXPECTED)
    reused.hear(event("speech", "reused", seconds=300.0))
    assert reused.told(None).eta_s == 300.0, "what was not made says nothing about this computer"


def test_it_never_goes_back() -> None:
    progress = Progress(EXPECTED)
    progress.hear(event("speech", "progress", 0.8))
    progress.hear(event("speech", "waiting", 0.0))
    assert progress.told(None).progress == pytest.approx(0.2)


def test_paused_it_says_for_whom_and_promises_no_time() -> None:
    progress = Progress(EXPECTED)
    progress.hear(event("speech", "progress", 0.5))
    assert progress.told(1).note == "paused: 1 transcription goes first"
    assert progress.told(2).note == "paused: 2 transcriptions go first"
    assert (progress.told(2).paused, progress.told(2).eta_s) == (True, None)


def test_what_is_no_event_is_no_end_and_the_last_word_is_kept() -> None:
    progress = Progress(EXPECTED)
    progress.hear("a library says hello\n")
    progress.hear("[1, 2]\n")
    assert progress.last == {}
    progress.hear(json.dumps({"state": "made", "passed": True, "folder": "/x", "sha256": "a"}))
    assert progress.last["folder"] == "/x"
