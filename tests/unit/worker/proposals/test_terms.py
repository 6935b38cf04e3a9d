"""Which words of a text are proposed, how they are written, and how they are said."""

from __future__ import annotations

from typing import Any

import pytest

from data.domains import folder
from worker.proposals import listed
from worker.proposals.candidates import candidates
from worker.proposals.commonness import Commonness, english
from worker.proposals.errors import Refusal
from worker.proposals.proposing import MOST, propose
from worker.proposals.saying import sounds_like
from worker.proposals.words import sentences, tidy

FILLER = "We went to the house and talked about the weather with some old friends of ours. " * 5


@pytest.fixture(scope="module")
def known() -> Commonness:
    return english()


def terms(text: str, known: Commonness, suffix: str = "") -> dict[str, dict[str, Any]]:
    return {each["term"]: each for each in propose(text.encode(), suffix, known)["terms"]}


@pytest.mark.parametrize("name", ["ruby", "medicine", "poverty-research"])
def test_the_terms_of_the_shipped_domains_are_found_in_their_own_sentences(
    known: Commonness, name: str
) -> None:
    domain = folder.find(name)
    text = "\n".join(sentence.text for sentence in domain.sentences["train"])
    wanted = {term.casefold() for term in domain.terms_of("train")}
    found = [
        each.term.casefold() for each in candidates(list(sentences(text, by_line=True)), known)
    ]
    assert len(wanted & set(found[:200])) / len(wanted) >= 0.75
    assert len(wanted & set(found[:100])) / len(found[:100]) >= 0.9


def test_common_words_are_not_proposed(known: Commonness) -> None:
    assert terms(FILLER, known) == {}


def test_spellings_of_one_term_are_one_entry_with_all_its_uses(known: Commonness) -> None:
    text = FILLER + "A deworming programme came. Deworming helps. Two quintiles and a quintile."
    found = terms(text, known)
    assert found["deworming"]["count"] == 2
    assert "Deworming" not in found
    assert [found[name]["count"] for name in found if name.startswith("quintile")] == [2]


def test_a_word_that_comes_in_one_phrase_only_is_that_phrase(known: Commonness) -> None:
    text = FILLER + "We draw the Lorenz curve. They saw a Lorenz curve here."
    found = terms(text, known)
    assert "Lorenz curve" in found
    assert "Lorenz" not in found


def test_headings_in_capitals_make_no_names(known: Commonness) -> None:
    text = (
        FILLER
        + "\n\nOUR PLANS FOR THE COMING YEAR\n\nHow We Talk About Things We Like\n\n"
        + FILLER
    )
    assert terms(text, known) == {}


def test_what_printing_does_to_a_text_is_undone() -> None:
    assert tidy("eﬃcient hetero-\nscedasticity of Foster-\nGreer") == (
        "efficient heteroscedasticity of Foster-\nGreer"
    )


def test_addresses_and_measures_are_no_terms(known: Commonness) -> None:
    text = FILLER + "See https://example.org/GitHub or mail Xyz@example.org. It took 10kg and 3rd."
    assert terms(text, known) == {}


def test_at_most_so_many_are_proposed_and_the_rest_is_told(known: Commonness) -> None:
    text = FILLER + " ".join(
        f"The Zq{chr(97 + n % 26)}{chr(97 + n // 26)}x rose." for n in range(300)
    )
    told = propose(text.encode(), "", known)
    assert len(told["terms"]) == MOST
    assert "300 words and phrases stand out" in told["notes"][0]


@pytest.mark.parametrize(
    ("term", "said"),
    [
        ("ActiveRecord", "active record"),
        ("RSpec", "are spec"),
        ("GraphQL", "graph Q L"),
        ("LSMS", "L S M S"),
        ("EU", "E U"),
        ("snake_case", "snake case"),
        ("NASA", ""),
        ("EU-SILC", ""),
        ("McDonald", "mc donald"),
        ("Gini", ""),
        ("poverty line", ""),
        ("Node.js", ""),
    ],
)
def test_a_respelling_is_guessed_only_where_a_rule_is_sound(term: str, said: str) -> None:
    assert sounds_like(term) == said


def test_a_programme_gives_its_speakers_and_what_their_titles_are_about(known: Commonness) -> None:
    programme = (
        "time;speaker;title\n"
        "9:00;Erzsébet Nagy and José Pérez;Scaling Kubernetes with Cilium\n"
        "10:00;Ada Lovelace;Heteroscedasticity in practice\n"
    )
    found = terms(programme, known, ".csv")
    assert list(found)[:3] == ["Erzsébet Nagy", "José Pérez", "Ada Lovelace"]
    assert found["Ada Lovelace"]["why"] == "in the column speaker"
    assert {"Kubernetes", "Cilium", "Heteroscedasticity"} <= set(found)
    assert "Scaling" not in found


def test_a_list_says_how_its_terms_sound_and_is_told_from_a_text() -> None:
    found = listed.lines("# words\n- EU-SILC = E U silk\n2. Gini\nRSpec\tare spec\n\nGINI\n")
    assert found is not None
    told = [(each.term, each.sounds_like) for each in found.terms]
    assert told == [("EU-SILC", "E U silk"), ("Gini", ""), ("RSpec", "are spec")]
    by_commas = listed.lines("EU-SILC, Gini, Atkinson index")
    assert by_commas is not None
    assert len(by_commas.terms) == 3
    assert listed.lines("This is a sentence. And one more.") is None


def test_limits_of_a_list_are_those_of_a_glossary() -> None:
    from app.domains.terms import MAX_CHARACTERS, MAX_TERMS

    assert (listed.MAX_TERMS, listed.MAX_CHARACTERS) == (MAX_TERMS, MAX_CHARACTERS)
    with pytest.raises(Refusal, match="number 2") as refused:
        listed.table("term,sounds_like\nfine,\n" + "y" * 500 + ",\n")
    assert refused.value.code == "term_too_long"
    with pytest.raises(Refusal, match="2001 terms were given"):
        listed.lines("\n".join(f"t{n}" for n in range(2001)))


def test_a_part_in_another_language_is_noted(known: Commonness) -> None:
    german = "Wir sind in das Haus gegangen und haben mit den alten Leuten gesprochen. " * 12
    notes = propose((FILLER * 6 + german).encode(), "", known)["notes"]
    assert any("is not English" in note for note in notes)
