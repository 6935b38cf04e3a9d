"""A form is what its name says, and its version knows its tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whisper_normalizer.english import EnglishTextNormalizer

from evaluation.metrics.texts import FORMS, english_tables, fingerprint, normalise, versions

SAID = "It's  twenty-one, Mr. Hale: the (old) COLOUR, um!"


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("raw", "It's twenty-one, Mr. Hale: the (old) COLOUR, um!"),
        ("basic", "it s twenty one mr hale the colour um"),
        ("english", "it is 21 mister hale the color"),
        ("characters", "it is 21 mister hale the color"),
        ("letters", "its21mrhaletheoldcolourum"),
    ],
)
def test_each_form_of_a_sentence(form: str, text: str) -> None:
    assert FORMS[form].apply(SAID) == text


def test_words_or_characters_are_counted() -> None:
    assert FORMS["english"].units("it is") == ["it", "is"]
    assert FORMS["characters"].units("it is") == ["i", "t", " ", "i", "s"]
    assert {name: form.unit for name, form in FORMS.items()} == {
        "raw": "words",
        "basic": "words",
        "english": "words",
        "characters": "characters",
        "letters": "characters",
    }


@given(st.text(), st.sampled_from(sorted(FORMS)))
def test_a_form_has_single_spaces_and_none_at_the_ends(text: str, form: str) -> None:
    shaped = FORMS[form].apply(text)
    assert shaped == " ".join(shaped.split())


@given(st.text(), st.sampled_from(["basic", "english"]))
def test_case_and_space_around_make_no_difference(text: str, form: str) -> None:
    assert FORMS[form].apply(f"  {text}\n") == FORMS[form].apply(text)


@pytest.mark.chapter(24)
def test_a_version_names_the_package_and_its_tables() -> None:
    english = EnglishTextNormalizer()
    assert versions()["english"] == versions()["characters"]
    assert versions()["english"].startswith("whisper-normalizer 0.")
    assert versions()["english"].endswith(fingerprint(english_tables(english)))
    assert len(set(versions().values())) == len(FORMS) - 1


@pytest.mark.chapter(24)
@pytest.mark.parametrize("table", ["spelling", "abbreviation", "filler", "number"])
def test_another_entry_of_any_table_is_another_version(table: str) -> None:
    english = EnglishTextNormalizer()
    before = fingerprint(english_tables(english))
    if table == "spelling":
        english.standardize_spellings.mapping["lectern"] = "lecturn"
    elif table == "abbreviation":
        english.replacers[r"\bhrs\b"] = "hours"
    elif table == "filler":
        english.ignore_patterns = r"\b(hmm|mm|mhm|mmm|uh|um|er)\b"
    else:
        english.standardize_numbers.zeros.add("nought")
    assert fingerprint(english_tables(english)) != before


def test_texts_are_remembered() -> None:
    text = "a sentence that no other test has"
    assert normalise(text) is normalise(text)
