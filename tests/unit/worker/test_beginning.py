"""Only the beginning of a recording: no sample behind the limit is asked for, decoded or kept."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.media.client import DecoderClient
from app.recordings.tables import Recording
from app.transcriptions import service
from app.transcriptions.options import Request
from app.transcriptions.tables import Transcription
from tests.support import bombs, media
from tests.support.rows import Rows, new_context
from tests.support.speech import blocks, read
from worker.beginning import Beginning, to_bytes
from worker.decoder.local import decoder
from worker.preparing import prepare_waiting


@pytest.fixture(scope="module")
def client() -> Iterator[DecoderClient]:
    with decoder(max_children=2) as private:
        yield private


@pytest.fixture
def rows(tmp_path: Path, client: DecoderClient) -> Iterator[Rows]:
    context = replace(new_context(tmp_path / "home"), decoder=client)
    yield Rows(context)
    context.database.dispose()


def submitted(rows: Rows, data: bytes, first_s: float | None) -> str:
    """A job over a recording about which nothing is known before it is decoded."""
    first = rows.submit()
    with rows.context.database.write() as session:
        recording = session.get_one(Recording, rows.job(first).recording_id)
        rows.context.storage.delete(recording.storage_key)
        recording.storage_key = rows.store(data=data)
        recording.playback_key = recording.duration_s = None
        asked = Request("tiny.en", "en", (), 1, first_s=first_s)
        job = service.submit(session, recording, asked).id
        session.delete(session.get_one(Transcription, first))
    return job


def test_blocks_end_at_the_limit_and_nothing_is_taken_behind_it() -> None:
    taken: list[int] = []

    def stream() -> Iterator[np.ndarray]:  # type: ignore[type-arg]
        for number in range(100):
            taken.append(number)
            yield np.full(16_000, number / 100, dtype=np.float32)

    beginning = Beginning(stream(), 2.5)
    found = np.concatenate(list(beginning))
    assert len(found) == 40_000
    assert taken == [0, 1, 2]
    assert beginning.cut
    assert beginning.duration_s == 2.5
    assert beginning.sha256 == hashlib.sha256(to_bytes(found)).hexdigest()


@pytest.mark.parametrize("first_s", [None, 7.0])
def test_a_shorter_stream_comes_through_whole(first_s: float | None) -> None:
    samples = read("speech.opus")[: 5 * 16_000]
    beginning = Beginning(blocks(samples, 0.7), first_s)
    np.testing.assert_array_equal(np.concatenate(list(beginning)), samples)
    assert not beginning.cut


@pytest.mark.chapter(12)
def test_of_two_days_of_sound_only_the_beginning_is_decoded(rows: Rows, tmp_path: Path) -> None:
    bombs.hours_of_flac(tmp_path / "long.flac", 48)
    job = submitted(rows, (tmp_path / "long.flac").read_bytes(), 300.0)
    began = time.monotonic()
    prepare_waiting(rows.context)
    spent_s = time.monotonic() - began
    found = rows.job(job)
    assert found.prepared, found.error_message
    assert found.duration_s == 300.0
    assert found.part_sha256 == hashlib.sha256(bytes(2 * 300 * 16_000)).hexdigest()
    assert spent_s < 60, "as long as five minutes take, not two days"
    [recording] = rows.all(Recording)
    assert (recording.duration_s, recording.samples_sha256, recording.complete) == (
        None,
        None,
        True,
    )


@pytest.mark.chapter(24)
def test_windows_are_those_of_the_whole_recording_up_to_the_last(rows: Rows) -> None:
    speech = (Path(__file__).parents[2] / "audio" / "two-minutes.opus").read_bytes()
    whole, part = submitted(rows, speech, None), submitted(rows, speech, 60.0)
    prepare_waiting(rows.context)
    of_whole = [(w.start_s, w.end_s, w.samples_sha256) for w in rows.windows(whole)]
    of_part = [(w.start_s, w.end_s, w.samples_sha256) for w in rows.windows(part)]
    assert len(of_part) >= 2
    assert of_part[:-1] == of_whole[: len(of_part) - 1]
    assert of_part[-1][1] <= 60.0 < rows.job(whole).duration_s  # type: ignore[operator]
    assert rows.job(part).duration_s == 60.0
    assert rows.job(whole).part_sha256 is None


def test_a_recording_shorter_than_the_limit_is_known_as_a_whole(rows: Rows) -> None:
    job = submitted(rows, media.speech_like_wav(3), 300.0)
    prepare_waiting(rows.context)
    [recording] = rows.all(Recording)
    assert rows.job(job).duration_s == recording.duration_s == pytest.approx(3.0, abs=0.01)
    assert recording.samples_sha256 is not None
    assert rows.job(job).part_sha256 is None


def test_a_copy_to_play_is_never_made_of_the_beginning_alone(rows: Rows) -> None:
    speech = media.encode("asf", "wmav2", 16_000, 1, waveform=read("speech.opus"))
    submitted(rows, speech, 2.0)
    prepare_waiting(rows.context)
    [recording] = rows.all(Recording)
    assert recording.playback_key is None
    assert not any(key.startswith("playback/") for key in set(rows.context.storage.keys()))
