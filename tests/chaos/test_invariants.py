"""Each invariant notices the one thing it is there for, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.clock import now
from app.recordings.tables import Recording as Upload
from app.transcriptions.tables import (
    Attempt,
    AttemptState,
    SegmentRow,
    Status,
    Transcription,
    WindowRow,
    WindowState,
)
from tests.chaos import invariants
from tests.chaos.audit import Entry
from tests.chaos.customers import Receipt
from tests.chaos.evidence import Evidence
from tests.chaos.plan import Order
from tests.chaos.recordings import Recording


def good() -> Evidence:
    """One job that went well, listened to, and a file that was refused as it should be."""
    upload = Upload(
        id="rec", name="000-a.wav", container="wav", media_type="audio/wav", storage_key="r/1",
        playback_key="r/1", size_bytes=1, upload_sha256="", stored_sha256="", codec="pcm",
        sample_rate_hz=16_000, channels=1,
    )  # fmt: skip
    job = Transcription(
        id="tr", recording_id="rec", name="000-a.wav", status=Status.SUCCEEDED, model="tiny.en",
        options={}, prepared=True, text="Hello.", finished_at=now(),
    )  # fmt: skip
    window = WindowRow(
        id="win", transcription_id="tr", number=0, start_s=0, end_s=1, speech_s=1,
        strict_speech=[], pieces=[], audio_key="w/1", samples_sha256="", state=WindowState.DONE,
    )  # fmt: skip
    segment = SegmentRow(
        id="seg", transcription_id="tr", window_id="win", start_s=0.0, end_s=1.0, text="Hello.",
        machine_text="Hello.", words=[], flags=[],
    )  # fmt: skip
    attempt = Attempt(
        id="att", transcription_id="tr", number=1, state=AttemptState.PREPARED, process="p",
        machine="m",
    )  # fmt: skip
    heard = [(2, "succeeded")]
    recordings = [Recording("a.wav", b""), Recording("b.txt", b"", "empty_file")]
    return Evidence(
        receipts=[
            Receipt(Order(0, 0.0, "a.wav", listens=True), "000-a.wav", "tr", heard=heard),
            Receipt(Order(1, 0.0, "b.txt"), "001-b.txt", refused="empty_file"),
        ],
        recordings={each.name: each for each in recordings},
        quiet={"a.wav": ("Hello.", ((0.0, 1.0, "Hello."),))},
        entries=[
            Entry(1, "window", "win", "tr", "running", "done"),
            Entry(2, "job", "tr", "tr", "running", "succeeded"),
        ],
        retried_after=set(),
        jobs={"tr": job},
        windows={"tr": [window]},
        segments={"tr": [segment]},
        attempts=[attempt],
        uploads=[upload],
        adapters={"adapters/1"},
        objects={"r/1", "adapters/1"},
    )


def test_a_good_run_violates_nothing() -> None:
    assert invariants.violations(good()) == {}


def fails(found: Evidence, *, retried: bool = False, **change: object) -> None:
    if retried:
        found.retried_after.add("tr")
    job = found.jobs["tr"]
    job.status, job.text, job.error_code = Status.FAILED, None, "preparation_failed"
    job.error_message, job.error_retryable = "It is kept.", True
    for name, value in change.items():
        setattr(job, name, value)


PLANTED: dict[str, Callable[[Evidence], object]] = {
    "every_order_was_answered": lambda e: setattr(e.receipts[1], "refused", "too_large"),
    "no_job_is_lost": lambda e: setattr(e.receipts[0], "deleted", True),
    "every_job_is_over": lambda e: setattr(e.jobs["tr"], "finished_at", None),
    "every_job_ended_once": lambda e: e.entries.append(
        Entry(3, "job", "tr", "tr", "succeeded", "succeeded")
    ),
    "every_window_was_done_once": lambda e: e.entries.insert(
        1, Entry(3, "window", "win", "tr", "done", "done")
    ),
    "transcripts_equal_those_of_a_quiet_run": lambda e: e.segments["tr"].append(
        SegmentRow(**e.segments["tr"][0].model_dump())
    ),
    "failures_are_honest": lambda e: fails(e, error_message=None),
    "what_failed_succeeds_when_retried": lambda e: fails(e, retried=True),
    "who_listened_heard_the_end": lambda e: e.receipts[0].heard.append((1, "succeeded")),
    "nobody_works_any_more": lambda e: setattr(e.attempts[0], "state", AttemptState.RUNNING),
    "windows_are_numbered_without_holes": lambda e: setattr(e.windows["tr"][0], "number", 1),
    "nothing_waits_to_be_sent": lambda e: setattr(e, "unsent", 1),
    "every_object_has_a_row_and_every_row_its_object": lambda e: e.objects.add("w/1"),
    "every_recording_has_a_job": lambda e: e.uploads.append(
        Upload(**{**e.uploads[0].model_dump(), "id": "other"})
    ),
    "the_database_is_sound": lambda e: e.damage.append("row 3 missing from index"),
    "no_process_is_left": lambda e: e.survivors.append("123: python"),
}


def test_every_invariant_is_tried_out() -> None:
    assert PLANTED.keys() == {check.__name__ for check in invariants.ALL}


@pytest.mark.chapter(18)
@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_noticed(name: str) -> None:
    found = good()
    PLANTED[name](found)
    assert invariants.violations(found).keys() == {name}


def test_a_job_sent_twice_because_an_answer_was_lost_is_no_violation() -> None:
    found = good()
    found.receipts[0].unsure = 1
    found.jobs["tr2"] = Transcription(**{**found.jobs["tr"].model_dump(), "id": "tr2"})
    found.segments["tr2"] = found.segments["tr"]
    assert invariants.violations(found) == {}
    found.receipts[0].unsure = 0
    assert invariants.violations(found).keys() == {"no_job_is_lost"}


def test_a_result_that_comes_after_the_end_is_noticed() -> None:
    found = good()
    found.entries.reverse()
    assert invariants.violations(found).keys() == {"every_job_ended_once"}


def test_a_missing_object_is_noticed() -> None:
    found = good()
    for key in sorted(found.objects):
        found.objects = good().objects - {key}
        told = invariants.violations(found)["every_object_has_a_row_and_every_row_its_object"]
        assert "missing" in told[0]


def test_times_may_differ_by_a_blink_and_no_more() -> None:
    found = good()
    found.segments["tr"][0].end_s = 1.05
    assert invariants.violations(found) == {}
    found.segments["tr"][0].end_s = 1.2
    assert invariants.violations(found).keys() == {"transcripts_equal_those_of_a_quiet_run"}
