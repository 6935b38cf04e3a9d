"""Voice activity is the same however the stream is cut, and tells speech from its absence."""

from __future__ import annotations

import json

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.speech import AUDIO, blocks, read
from worker.pipeline.speech import FRAME, FRAME_S, VoiceActivity
from worker.pipeline.types import Samples


@pytest.fixture(scope="module")
def speech() -> Samples:
    return read("two-minutes.opus")


def probabilities(samples: Samples, block_s: float) -> npt.NDArray[np.float32]:
    activity = VoiceActivity()
    found = [activity.push(block) for block in blocks(samples, block_s)]
    return np.concatenate([*found, activity.flush()])


def test_probabilities_do_not_depend_on_where_the_stream_is_cut(speech: Samples) -> None:
    whole = probabilities(speech, 1000.0)
    assert len(whole) == -(-len(speech) // FRAME)
    for block_s in (1.0, 0.37, 60.0):
        np.testing.assert_allclose(probabilities(speech, block_s), whole, atol=1e-4)


def test_a_last_incomplete_frame_gets_a_probability() -> None:
    activity = VoiceActivity()
    assert len(activity.push(np.zeros(FRAME + 1, dtype=np.float32))) == 1
    assert len(activity.flush()) == 1
    assert len(activity.flush()) == 0


def test_speech_is_told_from_silence_and_noise(speech: Samples) -> None:
    whole = probabilities(speech, 1.0)
    script = json.loads((AUDIO / "two-minutes.json").read_text())

    def mean(span: dict[str, float]) -> float:
        margin_s = 0.5
        first = round((span["start_s"] + margin_s) / FRAME_S)
        return float(np.mean(whole[first : round((span["end_s"] - margin_s) / FRAME_S)]))

    assert min(mean(turn) for turn in script["turns"]) > 0.7
    assert max(mean(gap) for gap in script["gaps"]) < 0.1
