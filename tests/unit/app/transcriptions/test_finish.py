"""When a job is over, and as what."""

from __future__ import annotations

import pytest

from app.outbox.tables import OutboxRow, Topic
from app.transcriptions import read, service
from app.transcriptions.schemas import TranscriptionOut
from app.transcriptions.tables import SegmentRow, Status, WindowState
from tests.support.rows import Rows


def whole(rows: Rows, job: str) -> TranscriptionOut:
    with rows.context.database.read() as session:
        return read.whole(session, service.get(session, job))


def test_all_windows_done_is_success(rows: Rows) -> None:
    job = rows.prepared(3)
    rows.recognise_all()
    found = whole(rows, job)
    assert (found.status, found.progress, found.text) == ("succeeded", 1.0, "Heard. Heard. Heard.")
    assert found.warnings == []
    assert (found.eta_seconds, found.queue_position) == (None, None)


@pytest.mark.chapter(7)
def test_some_windows_failed_is_success_with_gaps(rows: Rows) -> None:
    job = rows.prepared(2)
    rows.complete(rows.leased(1))
    rows.fail(rows.leased(1)[0])
    found = whole(rows, job)
    assert found.status == "succeeded"
    assert "inaudible" in [flag for segment in found.segments for flag in segment.flags]
    assert [fallback.model for fallback in found.fallbacks] == [None]


@pytest.mark.chapter(7)
def test_all_windows_failed_is_a_failure_that_can_be_retried(rows: Rows) -> None:
    job = rows.prepared(2)
    for _ in range(2):
        rows.fail(rows.leased(1)[0])
    found = whole(rows, job)
    assert found.status == "failed"
    assert found.error is not None
    assert (found.error.code, found.error.retryable) == ("recognition_failed", True)
    assert all(rows.context.storage.size(row.audio_key) for row in rows.windows(job))


def test_no_speech_is_a_success_that_says_so(rows: Rows) -> None:
    found = whole(rows, rows.prepared(0))
    assert (found.status, found.text, found.segments) == ("succeeded", "", [])
    assert found.warnings == [read.NO_SPEECH]


def test_windows_that_are_done_do_not_end_a_recording_still_being_read(rows: Rows) -> None:
    job = rows.submit()
    held = rows.begin(job)
    assert held is not None
    rows.add_windows(held, [0])
    rows.recognise_all()
    assert rows.job(job).status is Status.RUNNING
    rows.finish(held)
    assert rows.job(job).status is Status.SUCCEEDED


def test_a_pause_counts_as_done_with_the_window_behind_it(rows: Rows) -> None:
    job = rows.submit(duration_s=150.0)
    held = rows.begin(job)
    assert held is not None
    rows.add_windows(held, [0, 5])
    [first], [second] = rows.leased(1), rows.leased(1)
    rows.complete([second])
    assert rows.job(job).done_s == 120 - 20
    rows.complete([first])
    assert rows.job(job).done_s == 120
    rows.cancel(job)
    rows.retry(job)
    assert rows.job(job).done_s == 120


def test_the_audio_of_windows_is_not_kept_longer_than_needed(rows: Rows) -> None:
    job = rows.prepared(3)
    keys = [row.audio_key for row in rows.windows(job)]

    def deleted() -> list[str]:
        found = [row for row in rows.all(OutboxRow) if row.topic is Topic.DELETE_OBJECTS]
        return sorted(key for row in found for key in row.payload["keys"])

    [first] = rows.leased(1)
    assert deleted() == []
    rows.complete([first])
    assert deleted() == keys[:1]
    [second] = rows.leased(1)
    rows.fail(second)
    assert deleted() == keys[:1], "somebody may ask for it again"
    rows.recognise_all()
    assert deleted() == sorted(keys)


def test_retry_does_not_do_again_what_is_done(rows: Rows) -> None:
    job = rows.prepared(3)
    rows.complete(rows.leased(1), "Kept.")
    kept = [segment.id for segment in rows.all(SegmentRow)]
    rows.leased(1)
    rows.cancel(job)
    rows.retry(job)
    assert rows.begin(job) is None, "it is prepared"
    assert sum(len(rows.leased(1)) for _ in range(4)) == 2
    assert [row.state for row in rows.windows(job)].count(WindowState.DONE) == 1
    assert [segment.id for segment in rows.all(SegmentRow)] == kept


@pytest.mark.chapter(7)
def test_a_retry_that_succeeds_leaves_nothing_of_the_failure_in_the_text(rows: Rows) -> None:
    job = rows.prepared(2)
    for _ in range(2):
        rows.fail(rows.leased(1)[0])
    rows.retry(job)
    assert rows.job(job).done_s == 0
    rows.begin(job)
    rows.recognise_all("Heard at last.")
    found = whole(rows, job)
    assert [segment.text for segment in found.segments] == ["Heard at last."] * 2
    assert found.fallbacks == []


def test_revisions_grow_with_every_change_a_reader_can_see(rows: Rows) -> None:
    job = rows.submit()
    seen = [rows.job(job).revision]
    held = rows.begin(job)
    assert held is not None
    seen.append(rows.job(job).revision)
    rows.add_windows(held, [0, 1])
    seen.append(rows.job(job).revision)
    rows.complete(rows.leased(1))
    seen.append(rows.job(job).revision)
    rows.cancel(job)
    seen.append(rows.job(job).revision)
    assert seen == sorted(set(seen))
