"""Each invariance holds for a recogniser that is right, and fails for one that is sensitive."""

from __future__ import annotations

import numpy as np
import pytest

from data.audio.decode import Samples
from evaluation.behaviour.invariances import GAP_S, invariances, joined
from evaluation.behaviour.types import Heard, Observed
from evaluation.conditions.media import read
from evaluation.runs.format import HeardWord
from tests.support.tones import RATE, clips, recogniser, words_in

CHECKS = {check.name.removeprefix("invariance/"): check for check in invariances()}


def observed(name: str, hear: object = None) -> Observed:
    return CHECKS[name].observe(recogniser(hear), clips())  # type: ignore[arg-type]


@pytest.mark.parametrize("name", CHECKS)
def test_a_recogniser_that_is_right_does_not_change_a_word(name: str) -> None:
    found = observed(name)
    assert (found.clips, found.failed) == (6, 0)
    assert found.figures == {"changed": 0, "wer": 0}
    assert not found.cases


def mono(data: bytes) -> Samples:
    return read(data, None)


def only_loud(data: bytes) -> list[HeardWord]:
    return words_in(mono(data)) if np.abs(mono(data)).max() > 0.2 else []


def only_soft(data: bytes) -> list[HeardWord]:
    """Overflows, as integers do that are multiplied once too often."""
    samples = mono(data)
    return words_in(samples) if np.abs(samples).max() < 0.5 else words_in(samples)[::2]


def by_the_clock(data: bytes) -> list[HeardWord]:
    """Believes that a word begins every 0.4 s from 0.3 s on."""
    return [word for word in words_in(mono(data)) if 0.18 < word.start_s % 0.4 < 0.38]


def both_channels_in_a_row(data: bytes) -> list[HeardWord]:
    left, right = read(data, 0), None
    try:
        right = read(data, 1)
    except IndexError:
        return words_in(left)
    return words_in(np.concatenate([left, right]))


def no_wav(data: bytes) -> list[HeardWord]:
    return words_in(mono(data)[44 * 200 :]) if data.startswith(b"RIFF") else words_in(mono(data))


def no_mp3(data: bytes) -> list[HeardWord]:
    return words_in(mono(data))[:-1] if data[:3] == b"ID3" else words_in(mono(data))


def deaf_at_cuts(data: bytes) -> list[HeardWord]:
    """Loses the words around every full 5 s."""
    return [word for word in words_in(mono(data)) if word.end_s % 5 > 0.4]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("gain-10", only_loud),
        ("gain+10", only_soft),
        ("wav", no_wav),
        ("mp3-128k", no_mp3),
        ("lead-200ms", by_the_clock),
        ("stereo", both_channels_in_a_row),
        ("cuts", deaf_at_cuts),
    ],
)
@pytest.mark.chapter(15)
def test_a_planted_sensitivity_is_found_and_its_clips_are_listed(name: str, fault: object) -> None:
    found = observed(name, fault)
    assert found.figures["changed"] is not None
    assert found.figures["changed"] > 0.3
    assert found.figures["wer"]
    assert len(found.cases) == round(found.figures["changed"] * found.clips)
    assert all(case.before != case.after for case in found.cases)
    others = [other for other in CHECKS if other[:3] != name[:3] and other != "cuts"]
    if fault is not by_the_clock:
        assert not any(observed(other, fault).figures["changed"] for other in others)


def test_a_clip_that_fails_is_counted_and_in_no_figure() -> None:
    right = recogniser()
    calls = []

    def sometimes(files: list[bytes]) -> list[Heard]:
        calls.append(len(files))
        heard = right(files)
        return [Heard("", error="broken"), *heard[1:]] if len(calls) == 2 else heard

    found = CHECKS["gain+10"].observe(sometimes, clips())  # type: ignore[arg-type]
    assert (found.clips, found.failed, found.figures["changed"]) == (5, 1, 0)


def test_words_of_a_long_recording_go_to_their_clips() -> None:
    parts = [clip.samples for clip in clips(3)]
    whole = joined(parts)
    assert len(whole) == sum(map(len, parts)) + 3 * round(GAP_S * RATE)
    one = CHECKS["cuts"].observe(recogniser(), clips(1))
    assert one.figures == {"changed": None, "wer": None}
