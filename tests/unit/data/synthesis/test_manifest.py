"""A corpus's line about a recording: who speaks when, how much of it at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from data.synthesis.errors import SynthesisError
from data.synthesis.manifest import clip
from data.synthesis.opus import OpusFile
from data.synthesis.script import Script, Turn
from data.synthesis.timeline import Recording, Span, Word

NOTHING = np.zeros(0, dtype=np.float32)
WRITTEN = OpusFile("0f", 12.0, 48_000, 24_000)
VOICES = {"Ann": "af_heart", "Bob": "bm_george", "Cy": "am_echo"}


def span(speaker: str, start_s: float, end_s: float, voice: str = "") -> Span:
    text = f"{speaker} speaks."
    turn = Turn(speaker, voice or VOICES[speaker], text, text, 0.5, 1.0, level_db=-3)
    return Span(turn, start_s, end_s, (Word("speaks.", start_s, end_s),))


def line(*spans: Span, **fields: str) -> dict[str, Any]:
    script = Script("test", tuple(each.item for each in spans), 0, 0, 0, fields)
    return clip("one", script, "ab", Recording(NOTHING, spans), WRITTEN)


def test_a_turn_says_who_and_how() -> None:
    row = line(span("Ann", 0.5, 2), span("Bob", 3, 5), domain="tea")
    assert row["text"] == "Ann speaks. Bob speaks."
    assert (row["domain"], row["speakers"], row["synthetic"]) == ("tea", 2, True)
    assert (row["audio"], row["sha256"], row["duration_s"]) == ("audio/one.opus", "0f", 12.0)
    assert row["segments"][1] == {
        "start_s": 3,
        "end_s": 5,
        "text": "Bob speaks.",
        "speaker": "bm_george",
        "role": "Bob",
        "voice": "bm_george",
        "gender": "male",
        "accent": "British",
        "speed": 1.0,
        "level_db": -3,
        "overlap_s": 0.0,
        "words": [["speaks.", 3, 5]],
    }


def test_turns_are_in_the_order_in_which_they_begin() -> None:
    row = line(span("Ann", 4, 6), span("Bob", 1, 5))
    assert [segment["role"] for segment in row["segments"]] == ["Bob", "Ann"]
    assert row["text"] == "Bob speaks. Ann speaks."


def test_overlap_is_counted_once_however_many_speak() -> None:
    row = line(span("Ann", 0, 10), span("Bob", 4, 8), span("Cy", 6, 7), span("Bob", 9, 12))
    assert row["overlap_s"] == pytest.approx(5)
    assert [each["overlap_s"] for each in row["segments"]] == pytest.approx([5, 4, 1, 1])


def test_the_longest_pause_is_when_nobody_speaks() -> None:
    row = line(span("Ann", 1, 9), span("Bob", 2, 3), span("Bob", 10.5, 11))
    assert row["longest_pause_s"] == pytest.approx(1.5)


def test_unknown_word_times_are_left_out() -> None:
    known = span("Ann", 0, 1)
    row = line(Span(known.item, 0, 1))
    assert "words" not in row["segments"][0]


@pytest.mark.parametrize(
    ("spans", "complaint"),
    [
        ((span("Ann", 0, 1), span("Bob", 2, 3, "af_heart")), "voices are not told apart"),
        ((span("Ann", 0, 1), span("Ann", 2, 3, "af_sky")), "speakers are not told apart"),
    ],
)
def test_a_voice_is_one_person_in_a_recording(spans: tuple[Span, ...], complaint: str) -> None:
    with pytest.raises(SynthesisError, match=complaint):
        line(*spans)
