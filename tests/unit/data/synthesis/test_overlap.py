"""Turns that overlap: where they begin, what is heard there, and what cannot be."""

from __future__ import annotations

import numpy as np
import pytest

from data.synthesis.errors import SynthesisError
from data.synthesis.script import Turn, parse_script
from data.synthesis.timeline import SAMPLE_RATE_HZ, Recording, Speech, Word, lay_out


def tone(turn: Turn) -> Speech:
    """As many seconds of sound as the text has words, a quarter of silence around it."""
    words = turn.text.split()
    sound = np.sin(np.arange(SAMPLE_RATE_HZ * len(words), dtype=np.float32) * 0.1)
    timed = tuple(Word(word, 0.25 + n, 1.25 + n) for n, word in enumerate(words))
    return Speech(np.pad(sound, SAMPLE_RATE_HZ // 4).astype(np.float32), timed)


def turn(speaker: str, text: str, **fields: object) -> dict[str, object]:
    voice = {"A": "af_heart", "B": "bm_george", "C": "bf_emma"}[speaker]
    return {"speaker": speaker, "voice": voice, "text": text, **fields}


def laid_out(*turns: dict[str, object]) -> Recording:
    return lay_out(parse_script({"turns": list(turns), "lead_in_s": 0}, "test"), tone)


def times(recording: Recording) -> list[tuple[float, float]]:
    return [(round(span.start_s, 3), round(span.end_s, 3)) for span in recording.spans]


def test_a_turn_begins_before_the_end_of_the_other() -> None:
    recording = laid_out(turn("A", "one two three"), turn("B", "four five", overlap_s=0.8))
    assert times(recording) == [(0.0, 3.0), (2.2, 4.2)]


def test_who_answers_waits_until_everybody_is_silent() -> None:
    """A backchannel lies within the turn; the next pause counts from the end of the turn."""
    recording = laid_out(
        turn("A", "one two three"), turn("B", "mhm", overlap_s=2.0), turn("C", "four", pause_s=0.5)
    )
    assert times(recording) == [(0.0, 3.0), (1.0, 2.0), (3.5, 4.5)]


def test_both_voices_are_in_the_overlap() -> None:
    one, other = turn("A", "one two three"), turn("B", "four five")
    both = laid_out(one, {**other, "overlap_s": 0.8}).samples
    sum_of_both = np.zeros_like(both)
    for start_s, alone in ((0.0, laid_out(one).samples), (2.2, laid_out(other).samples)):
        start = round(start_s * SAMPLE_RATE_HZ)
        sum_of_both[start : start + len(alone)] += alone[: len(both) - start]
    assert np.allclose(both, sum_of_both, atol=1e-6)


def test_two_loud_voices_do_not_clip() -> None:
    def clicks(turn: Turn) -> Speech:
        """Peaks far above the mean, as speech has: one alone is just below full scale."""
        samples = np.full(SAMPLE_RATE_HZ, 0.01, dtype=np.float32)
        samples[::240] = 1.0
        return Speech(samples)

    turns = [turn("A", "one", level_db=6), turn("B", "two", level_db=6, overlap_s=0.99)]
    alone = lay_out(parse_script(turns[:1], "test"), clicks)
    both = lay_out(parse_script(turns, "test"), clicks)
    assert np.abs(alone.samples).max() == pytest.approx(0.95)
    assert np.abs(both.samples).max() == pytest.approx(0.95)


def test_the_level_of_a_turn_is_its_own() -> None:
    recording = laid_out(turn("A", "one"), turn("B", "two", level_db=-12, pause_s=0))
    first, second = np.split(recording.samples[: 2 * SAMPLE_RATE_HZ], 2)
    assert 20 * np.log10(np.std(second) / np.std(first)) == pytest.approx(-12, abs=0.1)


def test_words_move_with_their_turn() -> None:
    recording = laid_out(turn("A", "one two three"), turn("B", "four five", overlap_s=0.8))
    moved = [(word.word, word.start_s, word.end_s) for word in recording.spans[1].words]
    assert moved == [
        ("four", pytest.approx(2.2), pytest.approx(3.2)),
        ("five", pytest.approx(3.2), pytest.approx(4.2)),
    ]


@pytest.mark.parametrize(
    ("turns", "complaint"),
    [
        ([turn("A", "one", overlap_s=1)], "needs a turn right before it"),
        ([turn("A", "one"), {"silence_s": 1}, turn("B", "two", overlap_s=1)], "right before it"),
        ([turn("A", "one"), turn("A", "two", overlap_s=0.5)], "cannot overlap with themselves"),
        ([turn("A", "one"), turn("B", "two", overlap_s=3)], "would begin before"),
        ([turn("A", "one"), turn("B", "two", overlap_s=0.5, pause_s=1)], "not both"),
        (
            [turn("A", "a b c"), turn("B", "d", overlap_s=1.5), turn("A", "e", overlap_s=0.4)],
            "A would still be saying 'a b c'",
        ),
    ],
)
def test_what_cannot_be_is_refused(turns: list[dict[str, object]], complaint: str) -> None:
    with pytest.raises(SynthesisError, match=complaint):
        laid_out(*turns)
