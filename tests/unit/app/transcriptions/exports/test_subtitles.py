"""Cues: nothing lost, never over each other, within the rules or reported, broken at phrases."""

from __future__ import annotations

from itertools import pairwise

import pysubs2
import pytest
import srt
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.transcriptions.exports import FORMATS
from app.transcriptions.exports.subtitles import splitting
from app.transcriptions.exports.subtitles.cues import Cue, cues
from app.transcriptions.exports.subtitles.rules import Rules, width
from app.transcriptions.schemas import SegmentOut
from tests.support.transcripts import heard, segment, transcript, word

RULES = Rules()
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
WORDS = ["so", "yes,", "and", "the", "transcription", "we", "said.", "a", "Kästner", "-->", LONG]
Entry = tuple[str, float, float]

texts = st.one_of(
    st.sampled_from(WORDS),
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1),
)
entries = st.lists(
    st.tuples(
        texts,
        st.sampled_from([0.0, 0.0, 0.1, 0.5, 0.9, 1.4, -0.3]),
        st.sampled_from([0.0, 0.1, 0.3, 0.8, 2.5, 9.0]),
    ),
    min_size=1,
    max_size=50,
)


def spoken(said: list[Entry], start_s: float = 0.0, speaker: str | None = None) -> SegmentOut:
    """Words with a pause before each (below zero: they overlap) and a length."""
    timed, time_s = [], start_s
    for text, pause_s, length_s in said:
        begin_s = max(0.0, round(time_s + pause_s, 3))
        time_s = round(begin_s + length_s, 3)
        timed.append(word(f" {text}", begin_s, time_s))
    text = "".join(each.word for each in timed).strip()
    return segment(text, timed[0].start, time_s, words=timed, speaker=speaker)


def cut(segments: list[SegmentOut], rules: Rules = RULES, language: str | None = "en") -> list[Cue]:
    return list(cues(segments, rules, language))


def check(found: list[Cue], segments: list[SegmentOut], rules: Rules) -> None:
    """All that must hold of any cues, whatever was said and however fast."""
    said = " ".join(each.text for each in segments).split()
    assert " ".join(" ".join(cue.lines) for cue in found).split() == said, "every word, in order"
    for one, other in pairwise(found):
        assert other.start_ms - one.end_ms >= rules.gap_ms
    for cue in found:
        assert 1 <= len(cue.lines) <= rules.lines
        assert rules.least_ms <= cue.end_ms - cue.start_ms <= rules.longest_ms
        assert len({token.speaker for token in cue.tokens}) == 1
        assert cue.start_ms >= cue.tokens[0].start_ms, "never before it is said"
        assert {each.rule for each in cue.violations} == broken(cue, rules)


def broken(cue: Cue, rules: Rules) -> set[str]:
    """The rules a cue breaks, counted anew from what stands in the file."""
    shown_s = (cue.end_ms - cue.start_ms) / 1000
    text = cue.text.replace("\n", " ")
    found = set()
    if width(text) / shown_s > rules.speed + 0.05:
        found.add("reading_speed")
    if shown_s * 1000 < rules.shortest_ms:
        found.add("too_short")
    if any(width(line) > rules.line for line in cue.lines):
        found.add("line_too_long")
    if cue.start_ms - cue.tokens[0].start_ms > rules.late_ms:
        found.add("late")
    return found


@settings(max_examples=200, deadline=None)
@given(st.lists(entries, min_size=1, max_size=4), st.sampled_from([17.0, 20.0]))
@example([[("so", 0.0, 0.0)] * 50] * 2, 17.0)
def test_whatever_is_said_nothing_is_lost_and_what_cannot_be_kept_is_reported(
    several: list[list[Entry]], speed: float
) -> None:
    segments: list[SegmentOut] = []
    for number, said in enumerate(several):
        begin = segments[-1].end if segments else 0.0
        segments.append(spoken(said, begin, [None, "Anna", "Ben"][number % 3]))
    rules = Rules(speed=speed)
    check(cut(segments, rules), segments, rules)


@pytest.mark.parametrize(
    ("run", "speed", "least_kept"),
    [
        ("longform-lj003--whisper-base--served", 17.0, 0.93),
        ("longform-lj003--whisper-base--served", 20.0, 0.99),
        ("dialogues--whisper-base--served", 20.0, 0.8),
        ("librispeech-test-other--tiny.en--served", 20.0, 0.95),
        ("speechocean--whisper-base--served", 17.0, 0.99),
    ],
)
def test_real_transcripts_keep_the_rules_wherever_the_speaker_leaves_time(
    run: str, speed: float, least_kept: float
) -> None:
    rules, kept, count, torn, breaks = Rules(speed=speed), 0, 0, 0, 0
    for segments in heard(run):
        found = cut(segments, rules)
        check(found, segments, rules)
        kept += sum(not cue.violations for cue in found)
        count += len(found)
        lasts = [line.split()[-1].lower() for cue in found for line in cue.lines]
        torn += sum(last in ("the", "a", "an", "of", "my", "his") for last in lasts)
        breaks += len(lasts)
    assert kept / count >= least_kept
    assert torn / breaks < 0.01, "a line ends after an article only where nothing else fits"


def test_much_talk_without_a_pause_is_cut_as_it_would_be_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [segments] = heard("longform-lj003--whisper-base--served")
    said = spoken([(text, 0.0, 0.35) for each in segments for text in each.text.split()])
    assert len(said.words) > 5 * splitting.AT_ONCE
    piecewise = cut([said])
    monkeypatch.setattr(splitting, "AT_ONCE", 10_000)
    assert [cue.text for cue in piecewise] == [cue.text for cue in cut([said])]


def test_lines_break_where_a_phrase_begins_and_not_after_an_article() -> None:
    [cue] = cut([segment("We talked for an hour about the book and the children of the town.")])
    assert cue.lines == ("We talked for an hour about the book", "and the children of the town.")


def test_a_cue_ends_with_its_sentence_where_it_can() -> None:
    said = "The train was late again. So we had a good deal of time to wait for it, and read."
    assert [cue.text.replace("\n", " ") for cue in cut([segment(said)])] == [
        "The train was late again.",
        "So we had a good deal of time to wait for it, and read.",
    ]


def test_the_language_decides_what_an_article_is() -> None:
    said = "Wir haben gestern lange gewartet auf den verspäteten Zug aus dem Norden."
    for language, expected in (("de", "gewartet"), (None, "auf")):
        [cue] = cut([segment(said)], language=language)
        assert cue.lines[0].split()[-1] == expected


def test_a_short_word_stays_long_enough_to_be_read() -> None:
    [cue] = cut([segment("Yes.", 1.0, 1.1)])
    assert cue.end_ms - cue.start_ms == RULES.shortest_ms
    assert not cue.violations


def test_speech_too_fast_to_read_is_kept_whole_and_reported() -> None:
    said = segment("extraordinarily uncharacteristic misunderstandings everywhere", 0.0, 1.0)
    found = cut([said, segment("Yes indeed it was.", 1.0, 3.0, speaker="Ben")])
    assert " ".join(found[0].lines) == said.text
    [speed] = [each for each in found[0].violations if each.rule == "reading_speed"]
    assert speed.value > 50
    assert speed.limit == 17


def test_a_pause_and_another_speaker_begin_a_new_cue() -> None:
    said = [
        segment("Yes.", 0.0, 0.5, speaker="Anna"),
        segment("No.", 0.6, 1.0, speaker="Ben"),
        segment("Or so.", 3.0, 3.6, speaker="Ben"),
    ]
    assert [cue.text for cue in cut(said)] == ["Yes.", "No.", "Or so."]


def test_a_gap_without_words_is_shown_for_as_long_as_it_is() -> None:
    gap = segment("[inaudible]", 3, 9, words=[], flags=["inaudible"])
    [cue] = cut([gap])
    assert (cue.start_ms, cue.end_ms, cue.text) == (3000, 9000, "[inaudible]")


def test_a_text_that_was_edited_is_shown_and_not_the_words_that_were_heard() -> None:
    edited = segment("Quite another text.", 0, 2, words=[word(" Heard.", 0, 2)])
    assert [cue.text for cue in cut([edited])] == ["Quite another text."]


def test_what_belongs_together_is_not_parted_and_scripts_without_spaces_are() -> None:
    parts = [word(" I", 0, 0.1), word(" don", 0.1, 0.3), word("'t", 0.3, 0.4), word("!", 0.4, 0.5)]
    [cue] = cut([segment("I don't!", 0, 0.5, words=parts)])
    assert [token.text for token in cue.tokens] == ["I", "don't!"]
    line = "我们今天要谈的是机器学习在语音识别中的应用以及它对研究者的意义和价值所在。" * 2
    each = [word(character, 0.2 * i, 0.2 * i + 0.2) for i, character in enumerate(line)]
    found = cut([segment(line, 0, 0.2 * len(line), words=each)], language="zh")
    assert "".join("".join(cue.lines) for cue in found) == line
    assert all(len(part) <= 21 for cue in found for part in cue.lines), "each takes two columns"


def test_names_of_speakers_are_part_of_the_cue_that_begins_their_turn() -> None:
    said = [
        segment("Yes.", 0.0, 1.5, speaker="Anna Maria"),
        segment("Indeed.", 1.5, 3, speaker="Anna Maria"),
    ]
    found = list(cues(said, RULES, "en", names=True))
    assert " ".join(" ".join(cue.lines) for cue in found) == "Anna Maria: Yes. Indeed."


@settings(max_examples=60, deadline=None)
@given(st.lists(entries, min_size=1, max_size=3))
def test_other_programs_read_the_files_as_they_are_meant(several: list[list[Entry]]) -> None:
    segments: list[SegmentOut] = []
    for said in several:
        known = [each for each in said if each[0] in WORDS and each[0] != "-->"] or [("so", 0, 1)]
        segments.append(spoken(known, segments[-1].end if segments else 0.0))
    wanted = [(cue.start_ms, cue.end_ms, cue.text) for cue in cut(segments)]
    job = transcript(segments)
    read = [
        (
            round(each.start.total_seconds() * 1000),
            round(each.end.total_seconds() * 1000),
            each.content,
        )
        for each in srt.parse(FORMATS["srt"].render(job))
    ]
    assert read == wanted
    for kind in ("srt", "vtt"):
        file = pysubs2.SSAFile.from_string(FORMATS[kind].render(job), format_=kind)
        assert [(c.start, c.end, c.plaintext) for c in file] == wanted


def test_what_means_something_to_webvtt_is_written_so_that_it_does_not() -> None:
    said = segment("R&D <in> {braces} a --> b", words=[])
    job = transcript([said], name="a-->b\n\nc")
    assert "R&amp;D &lt;in&gt; {braces} a --&gt; b" in FORMATS["vtt"].render(job)
    assert "R&D <in> {braces}" in FORMATS["srt"].render(job)
    arrows = [line for line in FORMATS["vtt"].render(job).splitlines() if "-->" in line]
    assert len(arrows) == 1, "only the times of the one cue"
