"""Utterances become windows and tokens in the very form of serving."""

from __future__ import annotations

import random

import numpy as np
import pytest
from faster_whisper.tokenizer import Tokenizer
from tokenizers import Tokenizer as Vocabulary

from app.settings import get_settings
from worker.adaptation.dictation_text import dictated
from worker.adaptation.examples import (
    GAP_S,
    Kind,
    Mixture,
    Utterance,
    example,
    packed,
    shown_terms,
    single,
    stretches,
)
from worker.models.weights import find
from worker.pipeline.recognise import prompt_of
from worker.pipeline.types import SAMPLE_RATE

pytestmark = pytest.mark.chapter(10)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    folder = find("tiny.en", get_settings().models_dir).folder
    return Tokenizer(Vocabulary.from_file(str(folder / "tokenizer.json")), False, task="transcribe")


def utterance(seconds: float, text: str, kind: Kind = Kind.TARGET) -> Utterance:
    samples = np.full(round(seconds * SAMPLE_RATE), 0.1, dtype=np.float32)
    return Utterance(samples, text, kind, text)


FEATURES = np.zeros((10, 4), dtype=np.float16)


def test_utterances_are_packed_with_gaps_and_their_times() -> None:
    windows = packed([utterance(4, f"Number {i}.") for i in range(5)], 19.0)
    assert [len(window.parts) for window in windows] == [4, 1]
    first = windows[0]
    assert [(start, end) for start, end, _ in first.parts][:2] == [(0.0, 4.0), (4.0 + GAP_S, 8.3)]
    assert first.duration_s == pytest.approx(4 * 4 + 3 * GAP_S)
    assert all(window.duration_s <= 19.0 for window in windows)
    gap = first.samples[round(4.05 * SAMPLE_RATE) : round(4.25 * SAMPLE_RATE)]
    assert not gap.any()


def test_an_utterance_longer_than_a_window_stands_alone() -> None:
    windows = packed([utterance(25, "Long."), utterance(1, "Short.")], 19.0)
    assert [len(window.parts) for window in windows] == [1, 1]


def test_the_same_seed_gives_the_same_windows_and_every_utterance_is_in_them() -> None:
    said = [utterance(2, f"Number {i}.") for i in range(12)]
    said += [utterance(2, "", Kind.REPLAY), utterance(2, "", Kind.NONSPEECH)]
    mixture = Mixture(rounds=2, alone=3)
    first, again, other = (stretches(said, mixture, seed) for seed in (1, 1, 2))
    assert [w.parts for w in first] == [w.parts for w in again]
    assert [w.parts for w in first] != [w.parts for w in other]
    texts = [text for window in first for _, _, text in window.parts if text]
    assert all(texts.count(f"Number {i}.") >= 2 for i in range(12))
    assert [w.kind for w in first].count(Kind.NONSPEECH) == 1
    assert [w.kind for w in first].count(Kind.REPLAY) == 1


def test_the_served_form_is_that_of_serving(tokenizer: Tokenizer) -> None:
    window = packed([utterance(1, "One."), utterance(1, "Two.")], 19.0)[0]
    made = example(window, FEATURES, tokenizer, terms=["Gini"])
    assert list(made.prompt) == prompt_of(tokenizer, ("Gini",))
    assert tokenizer.decode(list(made.tokens)) == " One. Two."
    assert made.end == tokenizer.eot


def test_timestamps_stand_around_every_part(tokenizer: Tokenizer) -> None:
    window = packed([utterance(1, "One."), utterance(1, "Two.")], 19.0)[0]
    made = example(window, FEATURES, tokenizer, timestamps=True)
    assert made.prompt == tuple(tokenizer.sot_sequence)
    times = [t - tokenizer.timestamp_begin for t in made.tokens if t >= tokenizer.timestamp_begin]
    assert times == [0, 50, 65, 115]
    words = [t for t in made.tokens if t < tokenizer.timestamp_begin]
    assert tokenizer.decode(words) == " One. Two."


def test_where_nobody_speaks_nothing_is_to_be_said(tokenizer: Tokenizer) -> None:
    made = example(single(utterance(3, "", Kind.NONSPEECH)), FEATURES, tokenizer)
    assert made.tokens == ()


def test_what_the_parent_heard_is_kept_as_it_was(tokenizer: Tokenizer) -> None:
    window = single(utterance(3, "", Kind.REPLAY))
    made = example(window, FEATURES, tokenizer, timestamps=True, heard=[1, 2, 3])
    assert made.tokens == (1, 2, 3)
    assert made.prompt[-1] == tokenizer.no_timestamps


def test_terms_that_are_shown_are_not_only_those_said() -> None:
    terms = [f"term{i}" for i in range(30)]
    shown = shown_terms("We said term3 and Term4.", terms, 8, random.Random(1))
    assert {"term3", "term4"} < set(shown)
    assert len(shown) == 8


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("RUBOUT G M E F THREE NINE", "Rubout G M E F 39"),
        ("M O R E W O O D", "M O R E W O O D"),
        ("ERASE O T H F I FIVE ZERO", "Erase O T H F I 50"),
        ("SEPTEMBER FIFTEENTH NINETEEN SIXTY FIVE", "September 15th 1965"),
        ("B O X EIGHT OH SEVEN", "B O X 807"),
        ("YES", "Yes"),
    ],
)
def test_what_was_dictated_is_written_as_a_person_would(spoken: str, written: str) -> None:
    assert dictated(spoken) == written
