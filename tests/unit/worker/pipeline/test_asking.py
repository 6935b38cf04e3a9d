"""What is asked of the model beside the sound: a text before, terms, a task, likely languages."""

from __future__ import annotations

import pytest

from app.models.names import ladder
from tests.support.speech import blocks
from worker.pipeline.recognise import (
    MAX_PROMPT_TOKENS,
    DecodingOptions,
    Recogniser,
    _likeliest,
    prompt_of,
)
from worker.pipeline.types import Samples
from worker.pipeline.windows import Packer, pack


def written(recogniser: Recogniser, prompt: list[int]) -> str:
    return str(recogniser._tokenizer.decode(prompt, skip_special_tokens=False))


def test_terms_come_first_and_the_text_before_stands_next_to_what_follows(
    tiny: Recogniser,
) -> None:
    tokenizer = tiny._tokens("en", "transcribe")
    found = written(tiny, prompt_of(tokenizer, ("Gini",), "  A talk about trains. "))
    before = "<|startofprev|> Glossary: Gini. A talk about trains."
    assert found.startswith(before + "<|startoftranscript|>")
    assert written(tiny, prompt_of(tokenizer, ())).startswith("<|startoftranscript|>")


def test_of_a_long_text_the_end_stays_and_of_many_terms_the_beginning(tiny: Recogniser) -> None:
    tokenizer = tiny._tokens("en", "transcribe")
    rest = len(prompt_of(tokenizer, ()))
    long = " ".join(f"Sentence number {i}." for i in range(200))
    prompt = prompt_of(tokenizer, ("Gini",), long)
    assert len(prompt) == MAX_PROMPT_TOKENS + rest
    assert "Glossary: Gini." in written(tiny, prompt)
    assert "Sentence number 199.<|" in written(tiny, prompt)
    assert "Sentence number 1." not in written(tiny, prompt)
    terms = prompt_of(tokenizer, tuple(f"Term{i}" for i in range(200)), long)
    assert len(terms) == MAX_PROMPT_TOKENS + rest
    assert "Sentence" not in written(tiny, terms)


def test_an_english_model_does_not_pretend_to_translate(tiny: Recogniser, speech: Samples) -> None:
    windows = list(pack(blocks(speech, 1.0), Packer()))[:1]
    with pytest.raises(ValueError, match="cannot translate"):
        tiny.recognise(windows, DecodingOptions(language="en", task="translate"))


HEARD = [("<|en|>", 0.5), ("<|de|>", 0.3), ("<|nl|>", 0.1), ("<|fr|>", 0.1)]


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ((), ("en", 0.5)),
        (("nl", "de"), ("de", 0.75)),
        (("fr",), ("fr", 1.0)),
        (("yue",), ("en", 0.5)),
    ],
)
def test_the_likeliest_language_is_one_of_those_expected(
    expected: tuple[str, ...], found: tuple[str, float]
) -> None:
    language, probability = _likeliest(HEARD, expected)
    assert (language, pytest.approx(probability)) == found


@pytest.mark.parametrize(
    ("language", "task", "languages", "last"),
    [
        (None, "transcribe", (), "tiny.en"),
        ("en", "translate", (), "tiny.en"),
        (None, "translate", (), "whisper-base"),
        ("es", "translate", (), "whisper-base"),
        (None, "transcribe", ("de", "fr"), "whisper-base"),
        (None, "transcribe", ("de", "en"), "tiny.en"),
    ],
)
def test_the_smallest_model_helps_only_where_english_is_or_may_be_spoken(
    language: str | None, task: str, languages: tuple[str, ...], last: str
) -> None:
    assert ladder("whisper-base", language, task, languages)[-1] == last
