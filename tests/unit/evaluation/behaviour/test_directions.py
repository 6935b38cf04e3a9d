"""Directions hold for a recogniser that is right, and are violated by planted faults."""

from __future__ import annotations

import numpy as np
import pytest

from evaluation.behaviour.directions import directions
from evaluation.behaviour.types import Observed
from evaluation.conditions.media import read
from evaluation.runs.format import HeardWord
from tests.support.tones import RATE, clips, recogniser, words_in

CHECKS = {check.name.removeprefix("direction/"): check for check in directions()}


def observed(name: str, hear: object = None) -> Observed:
    return CHECKS[name].observe(recogniser(hear), clips())  # type: ignore[arg-type]


def hiss(data: bytes) -> float:
    """Level of the quietest tenth of a second: what is there beside the tones."""
    samples = read(data)
    return float(np.sqrt(np.square(samples[: RATE // 4]).mean()))


@pytest.mark.parametrize("name", CHECKS)
def test_a_recogniser_that_is_right_keeps_the_directions(noisy: None, name: str) -> None:
    found = observed(name)
    assert (found.clips, found.failed) == (6, 0)
    assert all(value is not None and value <= 0.005 for value in found.figures.values())


def surer_in_noise(data: bytes) -> list[HeardWord]:
    sure = min(0.5 + 5 * hiss(data), 1.0)
    return [HeardWord(w.word, w.start_s, w.end_s, sure) for w in words_in(read(data))]


def better_in_noise(data: bytes) -> list[HeardWord]:
    """Understands every second word of a clean recording, and all of a noisy one."""
    return words_in(read(data))[:: 1 if hiss(data) > 0.003 else 2]


def talks_in_silence(data: bytes) -> list[HeardWord]:
    words = words_in(read(data))
    length_s = len(read(data)) / RATE
    invented = [HeardWord("thanks", t, t + 0.3, 0.9) for t in np.arange(8.0, length_s - 8, 10.0)]
    return words + invented


@pytest.mark.parametrize(
    ("name", "figure", "fault"),
    [
        ("confidence-noise", "rise", surer_in_noise),
        ("wer-noise", "fall", better_in_noise),
        ("silence", "words_a_minute", talks_in_silence),
        ("silence", "longer", talks_in_silence),
    ],
)
def test_a_planted_fault_goes_the_wrong_way(
    noisy: None, name: str, figure: str, fault: object
) -> None:
    found = observed(name, fault)
    value = found.figures[figure]
    assert value is not None
    assert value > 0.02
    assert found.cases


def test_silence_is_measured_where_it_was_put() -> None:
    found = observed("silence", talks_in_silence)
    rate = found.figures["words_a_minute"]
    assert rate is not None
    assert 4 < rate < 7
    assert "thanks" in found.cases[0].note
    assert found.figures["longer"] == 1


def test_nothing_heard_is_no_confidence(noisy: None) -> None:
    found = observed("confidence-noise", lambda data: [])
    assert found.figures == {"rise": None}
