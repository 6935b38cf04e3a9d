"""Terms of a glossary are found however they are cased, joined or inflected."""

from __future__ import annotations

import pytest

from app.previews.terms import Terms, plain

GLOSSARY = ["EU-SILC", "Atkinson index", "index", "headcount ratio", "Gini", "…"]


def found(text: str) -> list[tuple[str, str]]:
    words = text.split()
    places = Terms(GLOSSARY).places(words)
    return [(" ".join(words[p.start : p.stop]), p.term) for p in places]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from EU-SILC, mostly", [("EU-SILC,", "EU-SILC")]),
        ("from eu silc mostly", [("eu silc", "EU-SILC")]),
        ("the EU-SILC's data", [("EU-SILC's", "EU-SILC")]),
        ("all EU – SILC’s data", [("EU – SILC’s", "EU-SILC")]),
        ("headcount ratios fell", [("headcount ratios", "headcount ratio")]),
        ("head count ratios fell", []),
        ("an EUSILC", []),
        ("Atkins on index", [("index", "index")]),
        ("an Atkinson index and an index", [("Atkinson index", "Atkinson index"), ("index",) * 2]),
        ("the Ginis", [("Ginis", "Gini")]),
        ("a genie", []),
        ("EU and silk", []),
    ],
)
def test_a_term_is_found_as_people_write_it(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


def test_punctuation_by_itself_is_part_of_no_term() -> None:
    assert found("— Gini — index") == [("Gini", "Gini"), ("index", "index")]


def test_words_are_compared_without_case_and_punctuation() -> None:
    assert plain("EU-SILC’s,") == plain("eusilcs")
    assert plain("—") == ""


def test_a_glossary_without_terms_finds_nothing() -> None:
    assert Terms([]).places(["anything"]) == []
