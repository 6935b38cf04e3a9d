"""Preparing a real recording: windows as rows, audio in the storage, nothing left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.dispatcher.relay import Relay
from app.faults import service as faults
from app.faults.service import FaultSwitches
from app.media.client import DecoderClient
from app.outbox.tables import OutboxRow, Topic
from app.recordings.tables import Recording
from app.transcriptions import preparing as leases
from app.transcriptions.tables import (
    Attempt,
    AttemptState,
    SkippedRow,
    Stage,
    Status,
    Transcription,
)
from tests.support import media
from tests.support.broker import TakesAll
from tests.support.rows import Rows, new_context
from tests.support.speech import AUDIO, read
from worker import preparing
from worker.beginning import from_bytes, to_bytes
from worker.decoder.local import decoder
from worker.pipeline.windows import Packer
from worker.playback import PlaybackCopy
from worker.preparing import _Announcer, prepare_waiting


@pytest.fixture(scope="module")
def client() -> Iterator[DecoderClient]:
    with decoder(max_children=2) as private:
        yield private


@pytest.fixture
def rows(tmp_path: Path, client: DecoderClient) -> Iterator[Rows]:
    context = replace(new_context(tmp_path / "home"), decoder=client)
    yield Rows(context)
    context.database.dispose()


def submit(rows: Rows, data: bytes) -> str:
    job = rows.submit()
    with rows.context.database.write() as session:
        recording = session.get_one(Recording, rows.job(job).recording_id)
        rows.context.storage.delete(recording.storage_key)
        recording.storage_key = rows.store(data=data)
        recording.playback_key = None
    return job


def two_minutes() -> bytes:
    return (AUDIO / "two-minutes.opus").read_bytes()


@pytest.mark.chapter(24)
def test_a_recording_becomes_windows_with_audio_and_hashes(rows: Rows) -> None:
    job = submit(rows, two_minutes())
    prepare_waiting(rows.context)
    found = rows.job(job)
    assert found.prepared
    assert found.duration_s == pytest.approx(121.86, abs=0.1)
    [recording] = rows.all(Recording)
    assert recording.samples_sha256 is not None
    windows = rows.windows(job)
    assert [row.number for row in windows] == list(range(len(windows)))
    for row in windows:
        with rows.context.storage.open(row.audio_key) as file:
            assert len(from_bytes(file.read())) / 16_000 == pytest.approx(row.speech_s)
    heard = sum(b - a for row in windows for a, b, _ in row.pieces)
    left_out = sum(row.end_s - row.start_s for row in rows.all(SkippedRow))
    assert heard + left_out == pytest.approx(found.duration_s, abs=0.05)


@pytest.mark.chapter(24)
def test_samples_are_kept_without_loss() -> None:
    samples = np.arange(-32768, 32768, dtype=np.float32) / np.float32(32768)
    np.testing.assert_array_equal(from_bytes(to_bytes(samples)), samples)


@pytest.mark.chapter(12)
def test_a_second_message_prepares_nothing_again(rows: Rows) -> None:
    submit(rows, media.speech_like_wav(1))
    prepare_waiting(rows.context)
    prepare_waiting(rows.context)
    assert len(rows.all(Attempt)) == 1


@pytest.mark.chapter(13)
def test_an_attempt_after_a_lost_one_stores_only_what_is_missing(rows: Rows) -> None:
    job = submit(rows, two_minutes())
    held = rows.begin(job)
    assert held is not None
    rows.add_windows(held, [0, 1])
    before = {row.number: row.audio_key for row in rows.windows(job)}
    with rows.context.database.write() as session:
        leases.lose(session, held, "decoder_crashed", "the decoder died", max_attempts=3)
    prepare_waiting(rows.context)
    after = {row.number: row.audio_key for row in rows.windows(job)}
    assert {number: after[number] for number in before} == before
    assert len(after) > 2


@pytest.mark.chapter(13)
def test_who_is_told_to_stop_hands_the_recording_back_and_another_goes_on(
    rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = submit(rows, two_minutes())
    answers = iter([False] * 12)
    with monkeypatch.context() as patch:
        patch.setattr(preparing, "told_to_stop", lambda: next(answers, True))
        prepare_waiting(rows.context)
    [attempt] = rows.all(Attempt)
    assert attempt.state is AttemptState.HANDED_BACK
    assert rows.job(job).status is Status.RUNNING
    assert [row.topic for row in rows.all(OutboxRow) if row.sent_at is None].count(
        Topic.PREPARE
    ) == 2
    prepare_waiting(rows.context)
    assert rows.job(job).prepared


@pytest.mark.chapter(13)
def test_what_cannot_be_stored_waits_until_there_is_room(rows: Rows) -> None:
    jobs = [submit(rows, two_minutes()) for _ in range(2)]
    rows.fault("full_disk")
    prepare_waiting(rows.context)
    assert [rows.job(job).stage for job in jobs].count(Stage.QUEUED) == 2
    assert {attempt.state for attempt in rows.all(Attempt)} == {AttemptState.HANDED_BACK}
    with rows.context.database.write() as session:
        faults.switch_off(session, "full_disk")
    rows.context.faults.look_again()
    prepare_waiting(rows.context)
    assert all(rows.job(job).prepared for job in jobs)


@pytest.mark.chapter(13)
def test_without_a_decoder_recordings_wait_and_none_fails(rows: Rows, tmp_path: Path) -> None:
    job = submit(rows, media.speech_like_wav(1))
    prepare_waiting(replace(rows.context, decoder=DecoderClient(tmp_path / "nobody")))
    assert (rows.job(job).status, rows.job(job).stage) == (Status.RUNNING, Stage.QUEUED)
    prepare_waiting(rows.context)
    assert rows.job(job).prepared


@pytest.mark.chapter(12)
def test_dropped_connections_lose_no_window(rows: Rows) -> None:
    job = submit(rows, two_minutes())
    rows.fault("dropped_connections", share=0.4)
    prepare_waiting(rows.context)
    found = rows.job(job)
    assert found.prepared
    numbers = [row.number for row in rows.windows(job)]
    assert numbers == list(range(len(numbers)))
    assert len(rows.all(SkippedRow)) == len({row.start_s for row in rows.all(SkippedRow)})


@pytest.mark.chapter(16)
def test_a_recording_that_cannot_be_read_fails_with_its_reason(rows: Rows) -> None:
    job = submit(rows, media.mp4_without_moov())
    prepare_waiting(rows.context)
    found = rows.job(job)
    assert found.status is Status.FAILED
    assert found.error_code == "truncated_file"
    assert not found.error_retryable


@pytest.mark.chapter(7)
def test_an_error_of_ours_is_said_to_be_ours_and_can_be_retried(
    rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Packer:
        raise RuntimeError("a bug")

    monkeypatch.setattr(preparing, "Packer", broken)
    job = submit(rows, media.speech_like_wav(1))
    prepare_waiting(rows.context)
    found = rows.job(job)
    assert (found.error_code, found.error_retryable) == ("preparation_failed", True)
    assert "our side" in (found.error_message or "")


@pytest.mark.chapter(28)
@pytest.mark.parametrize("interfere", [Rows.cancel, Rows.remove], ids=["cancelled", "deleted"])
@pytest.mark.parametrize(
    "before", [(_Announcer, "flush"), (PlaybackCopy, "__exit__")], ids=["announcing", "the end"]
)
def test_a_job_taken_away_meanwhile_leaves_no_sound_behind(
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
    interfere: Callable[[Rows, str], None],
    before: tuple[type, str],
) -> None:
    speech = media.encode("asf", "wmav2", 16_000, 1, waveform=read("speech.opus"))
    job = submit(rows, speech)
    real = getattr(*before)

    def late(*arguments: object) -> None:
        if [found.status for found in rows.all(Transcription)] == [Status.RUNNING]:
            interfere(rows, job)
        return real(*arguments)

    monkeypatch.setattr(*before, late)
    prepare_waiting(rows.context)
    Relay(rows.context, TakesAll(), FaultSwitches(rows.context.database)).run_once()  # type: ignore[arg-type]
    told = {row.audio_key for row in rows.windows(job)}
    told |= {recording.storage_key for recording in rows.all(Recording)}
    assert set(rows.context.storage.keys()) == told
