"""What may be asked for beside the file."""

from __future__ import annotations

import pytest

from app.errors import Unprocessable
from app.recordings.multipart import Form
from app.settings import Settings
from app.transcriptions.options import LANGUAGES, MAX_KEYWORDS, Request, models, parse

SETTINGS = Settings(model="whisper-base")


def asked(*fields: tuple[str, str]) -> Request:
    return parse(Form(fields=list(fields)), SETTINGS)


def test_nothing_asked_for_is_the_default_model_and_any_language() -> None:
    assert asked() == Request("whisper-base", None, (), 0)


def test_keywords_come_in_both_spellings_tidied_and_once() -> None:
    request = asked(("keywords[]", " Kästner "), ("keywords", "a  b"), ("keywords", "a b"))
    assert request.keywords == ("Kästner", "a b")
    assert len(asked(*[("keywords[]", f"k{i}") for i in range(MAX_KEYWORDS)]).keywords) == 200


def test_a_language_is_a_code_in_any_case() -> None:
    assert asked(("language", " DE ")).language == "de"
    assert asked(("language", "")).language is None
    with pytest.raises(Unprocessable, match="klingon"):
        asked(("language", "klingon"))


def test_the_languages_are_those_of_the_model() -> None:
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    assert set(_LANGUAGE_CODES) == LANGUAGES


def test_an_english_model_is_refused_another_language() -> None:
    with pytest.raises(Unprocessable, match="English only"):
        asked(("model", "tiny.en"), ("language", "de"))


def test_the_default_model_comes_first_and_the_smallest_is_always_there() -> None:
    assert models(SETTINGS) == ["whisper-base", "tiny.en"]
    assert models(Settings(model="tiny.en")) == ["tiny.en"]
