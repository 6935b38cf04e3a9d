"""The real model on real sound: few errors, nothing invented, the same every time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import jiwer
import pytest

from tests.support.speech import AUDIO, blocks, plain
from worker.models.weights import Weights, find
from worker.pipeline.ladder import Outcome
from worker.pipeline.recognise import DecodingOptions, Recogniser
from worker.pipeline.transcribe import transcribe
from worker.pipeline.types import SAMPLE_RATE, Piece, Recognition, Samples, Window
from worker.pipeline.windows import Packer, pack

OPTIONS = DecodingOptions(language="en")


def script(name: str) -> dict:  # type: ignore[type-arg]
    return json.loads((AUDIO / f"{name}.json").read_text())


def reference(name: str) -> str:
    return " ".join(turn["text"] for turn in script(name)["turns"])


def text_of(outcomes: Sequence[Outcome]) -> str:
    return " ".join(segment.text for outcome in outcomes for segment in outcome.segments)


@pytest.fixture(scope="module")
def windows(two_minutes: Samples) -> list[Window]:
    return list(pack(blocks(two_minutes, 1.0), Packer()))[:4]


@pytest.fixture(scope="module")
def alone(tiny: Recogniser, windows: list[Window]) -> list[Recognition]:
    return [tiny.recognise([window], OPTIONS)[0] for window in windows]


@pytest.fixture(scope="module")
def conversation(tiny: Recogniser, two_minutes: Samples) -> list[Outcome]:
    return list(transcribe(blocks(two_minutes, 1.0), lambda _: tiny, "tiny.en"))


def said(found: Sequence[Recognition]) -> list[tuple]:  # type: ignore[type-arg]
    return [(r.text, [(w.word, w.start_s, w.end_s) for w in r.words]) for r in found]


def test_the_smallest_model_makes_few_errors(
    tiny: Recogniser, speech: Samples, conversation: list[Outcome]
) -> None:
    short = list(transcribe([speech], lambda _: tiny, "tiny.en"))
    assert jiwer.wer(plain(reference("speech")), plain(text_of(short))) <= 0.05
    assert jiwer.wer(plain(reference("two-minutes")), plain(text_of(conversation))) <= 0.05


@pytest.mark.chapter(28)
def test_nothing_is_invented_where_nobody_speaks(conversation: list[Outcome]) -> None:
    words = [w for outcome in conversation for s in outcome.segments for w in s.words]
    assert words
    for gap in script("two-minutes")["gaps"]:
        middles = [(w.start_s + w.end_s) / 2 for w in words]
        inside = [m for m in middles if gap["start_s"] + 0.3 < m < gap["end_s"] - 0.3]
        assert inside == [], gap["kind"]


def test_words_lie_in_the_turn_in_which_they_were_said(conversation: list[Outcome]) -> None:
    words = [w for outcome in conversation for s in outcome.segments for w in s.words]
    for turn in script("two-minutes")["turns"]:
        inside = [
            w.word
            for w in words
            if turn["start_s"] - 0.3 < (w.start_s + w.end_s) / 2 < turn["end_s"] + 0.3
        ]
        assert jiwer.wer(plain(turn["text"]), plain("".join(inside))) < 0.2


@pytest.mark.chapter(24)
def test_a_batch_of_four_says_what_each_window_says_alone(
    tiny: Recogniser, windows: list[Window], alone: list[Recognition]
) -> None:
    batches = [windows[i : i + 4] for i in range(0, len(windows), 4)]
    together = [found for batch in batches for found in tiny.recognise(batch, OPTIONS)]
    assert said(together) == said(alone)


@pytest.mark.chapter(24)
def test_other_company_does_not_change_what_a_window_says(
    tiny: Recogniser, windows: list[Window], alone: list[Recognition], speech: Samples
) -> None:
    [stranger] = pack([speech], Packer())
    company = [stranger, windows[-1], windows[0], windows[2]]
    found = tiny.recognise(company, OPTIONS)
    assert said(found[1:]) == said([alone[-1], alone[0], alone[2]])


@pytest.mark.chapter(24)
def test_a_longer_text_in_a_window_of_the_same_length_does_not_move_a_word(
    tiny: Recogniser, windows: list[Window]
) -> None:
    """Aligned together, the padding of the shorter text took part in its alignment."""
    length = 12 * SAMPLE_RATE
    cut = [
        replace(w, samples=w.samples[:length], pieces=(Piece(0.0, 12.0, 0.0),))
        for w in windows
        if len(w.samples) >= length
    ][:3]
    apart = [tiny.recognise([window], OPTIONS)[0] for window in cut]
    assert len({len(found.text) for found in apart}) > 1
    assert said(tiny.recognise(cut, OPTIONS)) == said(apart)


@pytest.mark.chapter(24)
def test_company_in_another_language_does_not_move_a_word(
    tmp_path: Path, windows: list[Window], monkeypatch: pytest.MonkeyPatch
) -> None:
    base = Recogniser(find("whisper-base", tmp_path).folder, name="whisper-base", streams=1)
    single = base.recognise([windows[1]], OPTIONS)
    detected = [("de", 1.0), ("en", 1.0)]
    monkeypatch.setattr(base, "_languages", lambda *_: detected)
    mixed = base.recognise(windows[:2], DecodingOptions())
    assert said(mixed[1:]) == said(single)


@pytest.mark.chapter(24)
def test_the_number_of_streams_does_not_change_the_text(
    tiny_weights: Weights, conversation: list[Outcome], two_minutes: Samples
) -> None:
    single = Recogniser(tiny_weights.folder, name="tiny.en", streams=1)
    found = list(transcribe(blocks(two_minutes, 1.0), lambda _: single, "tiny.en", streams=1))
    assert [o.segments for o in found] == [o.segments for o in conversation]


def test_an_english_model_refuses_another_language(tiny: Recogniser, windows: list[Window]) -> None:
    with pytest.raises(ValueError, match="English only"):
        tiny.recognise(windows[:1], DecodingOptions(language="de"))
