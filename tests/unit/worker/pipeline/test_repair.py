"""Repair by sound: terms in the place of what sounds like them, and of nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.domains.folder import find
from tests.support.speech import ORDINARY, StubRecogniser, heard, read_clip, window, words_of
from worker.pipeline.ladder import recognise
from worker.pipeline.recognise import DecodingOptions, Recogniser
from worker.pipeline.repair import repair, repairs_of, terms_of
from worker.pipeline.transcribe import transcribe
from worker.pipeline.types import Recognition

pytestmark = pytest.mark.chapter(4)

TERMS = (
    ("ActiveRecord", "active record"),
    ("RSpec", "are spec"),
    ("Nokogiri", "no ko gear ee"),
    ("lisinopril", "lye sin o pril"),
    ("apixaban", "a pix a ban"),
    ("Foster-Greer-Thorbecke", "foster greer tor becky"),
    ("Lorenz curve", "lor ents curve"),
    ("SOEP", "soap"),
    ("MICS", "mix"),
    ("YJIT", "why jit"),
    ("Ractor", "rack tor"),
    ("HbA1c", "H B A one C"),
    ("Pi", ""),
    ("Faraday", ""),
    ("Ferrum", ""),
)


def ordinary(word: str) -> bool:
    return word.lower() in ORDINARY


def repaired(text: str, probability: float = 0.7) -> Recognition:
    return repair(heard(words=words_of(text, probability=probability)), TERMS, ordinary)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("We use active record here.", "We use ActiveRecord here."),
        ("It is in our spec.", "It is in RSpec."),
        ("We read it with no cogiri, see?", "We read it with Nokogiri, see?"),
        ("He was on a pixaban.", "He was on apixaban."),
        ("He was on Lysinoprol.", "He was on lisinopril."),
        ("Lysinoprol was new.", "Lisinopril was new."),
        ("Foster Greer Thorbeck it is.", "Foster-Greer-Thorbecke it is."),
        ("The lorents curve", "The Lorenz curve"),
        ("All nokogiri's reads", "All Nokogiri's reads"),
        ("Two racktors are", "Two Ractors are"),
    ],
)
def test_what_sounds_like_a_term_is_written_as_the_term(said: str, wanted: str) -> None:
    assert repaired(said).text == wanted


@pytest.mark.parametrize(
    "said",
    [
        "Memoization and lisinopril are right.",
        "Lisinopril begins the sentence.",
        "He was with soap in the mix.",
        "They can see for they are from it.",
        "He is at part 7 or part 12.",
        "It is are. Spec is a word.",
        "A py is no Pi.",
        "Haemoglobin A 1 C",
    ],
)
def test_right_terms_ordinary_words_numbers_and_short_terms_stay(said: str) -> None:
    assert repaired(said, 0.95).text == said


def test_an_ordinary_word_that_was_doubtful_may_be_the_term_it_sounds_like() -> None:
    assert repaired("The soap reads", 0.3).text == "The SOEP reads"
    assert repaired("The soap reads", 0.9).text == "The soap reads"


def test_the_surer_the_model_was_the_closer_it_must_come() -> None:
    assert repaired("He was on lisinapryll.", 0.2).text == "He was on lisinopril."
    assert repaired("He was on lisinapryll.", 1.0).text == "He was on lisinapryll."


def test_times_span_the_run_doubt_is_kept_and_what_was_heard_is_known() -> None:
    words = words_of("He was on a pixaban.")
    words = (*words[:3], *(word.__class__(word.word, word.start_s, word.end_s, p)
                           for word, p in zip(words[3:], (0.9, 0.4), strict=True)))  # fmt: skip
    found = repair(heard(words=words), TERMS, ordinary)
    last = found.words[-1]
    assert (last.start_s, last.end_s) == (words[3].start_s, words[4].end_s)
    assert (last.probability, last.heard) == (0.4, " a pixaban.")
    assert repairs_of(found.words) == [
        {"start_s": last.start_s, "end_s": last.end_s, "heard": "a pixaban.", "term": "apixaban."}
    ]
    one, two = repaired("lorents curve").words
    assert (one.heard, two.heard) == (" lorents", None)
    assert one.end_s == two.start_s


def test_other_languages_and_jobs_without_terms_are_left_alone() -> None:
    text = "He was on a pixaban."
    known = heard(text)
    assert repair(known, (), ordinary) is known
    assert terms_of({"keywords": ["x"]}) == ()
    german = Recognition(text, words_of(text), "de", 1.0, -0.2, 0.0, 1.0, "stub")
    assert repair(german, TERMS, ordinary) is german


def test_the_ladder_repairs_before_the_guard_and_marks_the_segment() -> None:
    stub = StubRecogniser(lambda _window, _options: heard("We use active record."))
    options = DecodingOptions(language="en", repair=TERMS)
    [outcome] = recognise(stub, [window(1.6)], options)  # type: ignore[arg-type]
    [segment] = outcome.segments
    assert (segment.text, segment.flags) == ("We use ActiveRecord.", ("repaired",))
    [plain] = recognise(stub, [window(1.6)], DecodingOptions(language="en"))  # type: ignore[arg-type]
    assert (plain.segments[0].text, plain.segments[0].flags) == ("We use active record.", ())


WORDS = st.sampled_from(
    [*sorted(ORDINARY), "pixaban", "Lysinoprol.", "no", "cogiri,", "Thorbeck", "foster", "greer",
     "racktors", "lorents", "curve", "7", "nineteen", "—", "lisinopril"]
)  # fmt: skip


@given(st.lists(st.tuples(WORDS, st.floats(0, 1)), min_size=1, max_size=14))
def test_any_text_keeps_its_times_and_is_repaired_only_once(said: list[tuple[str, float]]) -> None:
    text = " ".join(word for word, _ in said)
    words = tuple(
        word.__class__(word.word, word.start_s, word.end_s, p)
        for word, (_, p) in zip(words_of(text), said, strict=True)
    )
    found = repair(heard(words=words), TERMS, ordinary)
    assert repair(found, TERMS, ordinary) == found
    assert "".join(word.heard or word.word for word in found.words) == "".join(
        word.word for word in words
    )
    ends = [time for word in found.words for time in (word.start_s, word.end_s)]
    assert ends == sorted(ends)
    assert (ends[0], ends[-1]) == (words[0].start_s, words[-1].end_s)
    digits = [c for c in found.text if c.isdigit()]
    assert digits == [c for c in text if c.isdigit()]


FAR = st.text("aeiou", min_size=1, max_size=6)


@given(st.lists(FAR, min_size=1, max_size=12), st.floats(0, 1))
def test_text_with_nothing_near_a_term_is_the_same_object(said: list[str], p: float) -> None:
    known = heard(words=words_of(" ".join(said), probability=p))
    assert repair(known, TERMS, ordinary) is known


@pytest.mark.parametrize(
    ("clip", "wrong", "right"),
    [
        ("ruby/test/audio/ruby-test-0003-bm_fable.opus", "action text", "ActionText"),
        ("ruby/test/audio/ruby-test-0005-bm_fable.opus", "rail ties", "Railties"),
    ],
)
def test_real_speech_of_a_field_is_repaired(
    tiny: Recogniser, clip: str, wrong: str, right: str
) -> None:
    terms = tuple((term.term, term.sounds_like) for term in find("ruby").terms)
    told = []
    for options in (DecodingOptions(language="en"), DecodingOptions(language="en", repair=terms)):
        found = transcribe([read_clip(clip)], lambda _: tiny, "tiny.en", options=options)
        told.append([segment for outcome in found for segment in outcome.segments])
    plain, mended = ([" ".join(s.text for s in segments)] for segments in told)
    assert right not in plain[0]
    assert right in mended[0]
    assert any("repaired" in segment.flags for segment in told[1])
    assert tiny.ordinary("Telephone") and not tiny.ordinary("lisinopril")
