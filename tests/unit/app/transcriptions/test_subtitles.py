"""Cues: short enough to read, cut at phrases and pauses, never over each other."""

from __future__ import annotations

from itertools import pairwise

import pysubs2
from hypothesis import given, settings
from hypothesis import strategies as st

from app.transcriptions.exports import FORMATS
from app.transcriptions.exports.subtitles import LINE, LONGEST_S, PAUSE_S, cues_of
from app.transcriptions.schemas import ModelOut, SegmentOut, TranscriptionOut, WordOut

words = st.lists(
    st.tuples(
        st.sampled_from(["so", "yes,", "and", "transcription", "we", "said.", "a", "Kästner"]),
        st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.4]),
        st.sampled_from([0.0, 0.1, 0.3, 0.8, 2.5]),
    ),
    min_size=1,
    max_size=60,
)


def segment(entries: list[tuple[str, float, float]], start_s: float = 0.0) -> SegmentOut:
    """Words with a pause before each and a length."""
    timed, time_s = [], start_s
    for text, pause_s, length_s in entries:
        begin_s = round(time_s + pause_s, 3)
        time_s = round(begin_s + length_s, 3)
        timed.append(WordOut(word=f" {text}", start=begin_s, end=time_s, probability=0.9))
    said = "".join(word.word for word in timed).strip()
    return SegmentOut(id="seg", start=timed[0].start, end=time_s, text=said, words=timed, flags=[])


def exported(segments: list[SegmentOut], kind: str = "srt") -> pysubs2.SSAFile:
    """The file as another program reads it."""
    model = ModelOut(name="tiny.en", version=None)
    job = TranscriptionOut.model_construct(name="talk", model=model, segments=segments)
    return pysubs2.SSAFile.from_string(FORMATS[kind].render(job), format_=kind)


@settings(max_examples=150, deadline=None)
@given(words)
def test_a_cue_fits_two_lines_seven_seconds_and_no_pause(
    entries: list[tuple[str, float, float]],
) -> None:
    whole = segment(entries)
    cues = list(cues_of(whole))
    assert " ".join(" ".join(text.split()) for _, _, text in cues) == whole.text
    for start_s, end_s, text in cues:
        inside = [w for w in whole.words if start_s <= w.start and w.end <= end_s]
        assert all(len(line) <= LINE for line in text.split("\n"))
        assert text.count("\n") <= 1
        assert end_s - start_s <= LONGEST_S + 1e-6
        pauses = [b.start - a.end for a, b in pairwise(inside)]
        assert all(pause <= PAUSE_S + 1e-6 for pause in pauses)


@settings(max_examples=100, deadline=None)
@given(st.lists(words, min_size=1, max_size=4))
def test_cues_follow_each_other_without_overlap(
    several: list[list[tuple[str, float, float]]],
) -> None:
    segments: list[SegmentOut] = []
    for entries in several:
        segments.append(segment(entries, segments[-1].end if segments else 0.0))
    cues = list(exported(segments))
    assert all(cue.start <= cue.end for cue in cues)
    assert all(a.end <= b.start for a, b in pairwise(cues))


def test_a_short_word_stays_long_enough_to_be_read() -> None:
    [cue] = exported([segment([("Yes.", 1.0, 0.1)])])
    assert cue.end - cue.start >= 830


def test_a_gap_without_words_is_shown_for_as_long_as_it_is() -> None:
    gap = SegmentOut(id="s", start=3, end=9, text="[inaudible]", words=[], flags=["inaudible"])
    [cue] = exported([gap])
    assert (cue.start, cue.end, cue.plaintext) == (3000, 9000, "[inaudible]")


def test_a_word_longer_than_a_line_is_not_lost() -> None:
    long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    cues = list(cues_of(segment([("the", 0, 0.3), (long, 0, 2), ("met", 0, 0.3)])))
    assert long in "".join("".join(text.split()) for _, _, text in cues)


def test_what_means_something_to_webvtt_is_written_so_that_it_does_not() -> None:
    said = SegmentOut(id="s", start=0, end=2, text="R&D <in> {braces}", words=[], flags=[])
    job = TranscriptionOut.model_construct(
        name="talk", model=ModelOut(name="tiny.en", version=None), segments=[said]
    )
    assert "R&amp;D &lt;in&gt; {braces}" in FORMATS["vtt"].render(job)
    assert "R&D <in> {braces}" in FORMATS["srt"].render(job)
