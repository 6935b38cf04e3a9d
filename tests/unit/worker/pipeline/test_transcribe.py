"""The pipeline as an iterator: in order, as early as possible, never further than needed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tests.support.speech import StubRecogniser, blocks, heard
from worker.pipeline.ladder import Outcome
from worker.pipeline.recognise import DecodingOptions, Recogniser
from worker.pipeline.transcribe import transcribe, transcribe_many
from worker.pipeline.types import Recognition, Samples, Window
from worker.pipeline.windows import Packer


def says_where(window: Window, _options: DecodingOptions) -> Recognition:
    return heard(f"From {window.start_s:.3f}")


def run(audio: Iterator[Samples], model: str, stub: StubRecogniser, **options) -> Iterator[Outcome]:  # type: ignore[no-untyped-def]
    def load(_name: str) -> Recogniser:
        return stub  # type: ignore[return-value]

    return transcribe(audio, load, model, **options)


@pytest.fixture(scope="module")
def long(two_minutes: Samples) -> Samples:
    return np.tile(two_minutes, 8)


@pytest.mark.parametrize("model", ["tiny.en", "whisper-base"])
def test_the_first_outcome_comes_before_the_recording_was_read_to_its_end(
    long: Samples, model: str
) -> None:
    taken = 0

    def counted() -> Iterator[Samples]:
        nonlocal taken
        for block in blocks(long, 1.0):
            taken += 1
            yield block

    outcomes = run(counted(), model, StubRecogniser(says_where, model))
    next(outcomes)
    assert taken < len(long) / 16_000 / 2
    early = taken
    next(outcomes)
    assert taken <= early + 350
    outcomes.close()


def test_a_recogniser_in_doubt_of_the_language_gets_the_first_window_alone(
    two_minutes: Samples,
) -> None:
    stub = StubRecogniser(says_where, "whisper-base")
    list(run(blocks(two_minutes, 1.0), "whisper-base", stub))
    assert stub.asked[0][0] == (0,)
    assert stub.asked[0][1].language is None
    assert {options.language for _, options in stub.asked[1:]} == {"en"}


def test_outcomes_come_in_the_order_of_the_recording(two_minutes: Samples) -> None:
    packer = Packer()
    stub = StubRecogniser(says_where, "tiny.en")
    outcomes = list(run(blocks(two_minutes, 1.0), "tiny.en", stub, packer=packer, streams=3))
    assert [o.window.index for o in outcomes] == list(range(len(outcomes)))
    assert [o.segments[0].text for o in outcomes] == [
        f"From {o.window.start_s:.3f}" for o in outcomes
    ]
    assert packer.skipped


def test_silence_has_no_outcome_and_asks_no_model() -> None:
    stub = StubRecogniser(says_where)
    silence = np.zeros(16_000 * 30, dtype=np.float32)
    assert list(run(blocks(silence, 1.0), "whisper-base", stub)) == []
    assert stub.asked == []


def test_windows_of_many_recordings_find_their_way_home(speech: Samples) -> None:
    stub = StubRecogniser(says_where)

    def load(_name: str) -> Recogniser:
        return stub  # type: ignore[return-value]

    silence = np.zeros(16_000, dtype=np.float32)
    found = transcribe_many([[speech], [silence], [speech], [speech]], load, "tiny.en")
    assert [number for number, _ in found] == [0, 2, 3]
    assert max(len(indexes) for indexes, _ in stub.asked) == 3
