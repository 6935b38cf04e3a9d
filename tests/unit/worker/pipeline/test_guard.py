"""The guard: what should not be believed is marked or withheld, and nothing else."""

from __future__ import annotations

import pytest

from tests.support.speech import heard, window, words_of
from worker.pipeline.guard import INAUDIBLE, has_repeats, is_loop, judge

pytestmark = pytest.mark.chapter(7)

SENTENCE = "The morning train was late again so we had some time to wait."


def test_good_text_passes_without_a_flag() -> None:
    verdict = judge(window(5), heard(SENTENCE))
    assert [segment.text for segment in verdict.segments] == [SENTENCE]
    assert verdict.segments[0].flags == ()
    assert verdict.withheld is None


@pytest.mark.parametrize(
    "text",
    [
        "thank you " * 4,
        "yes " * 4,
        "Thank you. thank you, thank you! THANK YOU",
        "one two three four " * 3,
        "we went to the lake and came back " * 3,
    ],
)
def test_a_loop_is_found(text: str) -> None:
    assert has_repeats(text)


@pytest.mark.parametrize("text", ["no no no", "one two three four one two three four", SENTENCE])
def test_what_people_do_repeat_is_no_loop(text: str) -> None:
    assert not has_repeats(text)


def test_text_that_compresses_too_well_is_a_loop() -> None:
    phrase = "so then we said a and then we said b "
    text = "".join(phrase.replace(" a ", f" {i} ") for i in range(30))
    assert not has_repeats(text)
    assert is_loop(heard(text))


@pytest.mark.chapter(28)
def test_a_loop_is_withheld_and_the_gap_is_shown() -> None:
    verdict = judge(window(10, start_s=30), heard("thank you " * 10))
    [segment] = verdict.segments
    assert (segment.text, segment.start_s, segment.end_s) == (INAUDIBLE, 30, 40)
    assert set(segment.flags) == {"inaudible", "repetition"}
    assert verdict.withheld == "repetition"


@pytest.mark.chapter(28)
@pytest.mark.parametrize("doubt", [{"no_speech_prob": 0.9}, {"avg_logprob": -1.4}])
def test_words_put_into_a_silence_are_withheld(doubt: dict[str, float]) -> None:
    invented = heard("Thanks for watching!", **doubt)
    silence = window(5, strict=[(1.0, 1.1)])
    assert judge(silence, invented).withheld == "no_speech_detected"
    assert judge(window(5), invented).withheld is None


def test_a_quiet_voice_the_model_is_sure_of_is_believed() -> None:
    assert judge(window(5, strict=[]), heard("Hello there.")).withheld is None


def test_an_impossible_speaking_rate_is_marked() -> None:
    text = " ".join(f"w{i}" for i in range(50))
    fast = judge(window(5), heard(words=words_of(text, word_s=0.1)))
    assert all("too_fast" in segment.flags for segment in fast.segments)
    slow = judge(window(12), heard(words=words_of(text, word_s=0.2)))
    assert not any("too_fast" in segment.flags for segment in slow.segments)


def test_low_confidence_is_marked_sentence_by_sentence() -> None:
    sure = words_of("This is clear.", probability=0.9)
    unsure = words_of("This is not.", start_s=2, probability=0.3)
    flags = [segment.flags for segment in judge(window(4), heard(words=sure + unsure)).segments]
    assert flags == [(), ("low_confidence",)]


def test_speech_without_a_word_to_it_is_shown_as_a_gap_in_its_place() -> None:
    words = words_of("It begins.") + words_of("It ends.", start_s=8)
    spans = [(0.0, 0.8), (3.0, 5.0), (8.0, 8.8)]
    segments = judge(window(10, strict=spans), heard(words=words)).segments
    assert [s.text for s in segments] == ["It begins.", INAUDIBLE, "It ends."]
    assert (segments[1].start_s, segments[1].end_s) == (3.0, 5.0)
    assert segments[1].flags == ("inaudible", "missed_speech")


def test_a_window_in_which_nothing_was_heard_has_no_segments() -> None:
    assert judge(window(5, strict=[]), heard()).segments == ()
