"""Terms and a page to sentences: every term said often enough, what is judged with taken aside."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from data.domains import checks
from data.domains.folder import SPLITS, DomainFolder, Sentence, Term
from data.domains.own.page import Page, read
from data.domains.own.plan import (
    FEWEST_TERMS,
    MOST_TRAINED,
    SLOTS,
    Plan,
    carriers,
    contains,
    plan,
    spoken,
)

TOPICS = ("census", "survey", "panel", "index", "budget", "district", "village", "season")


def terms(count: int) -> list[Term]:
    return [Term(f"Kesh{chr(97 + n % 26)}ra{chr(97 + n // 26 % 26)} {n}") for n in range(count)]


def page(known: list[Term], sentences: int = 40) -> Page:
    """A page in which every third sentence has a term."""
    lines = [
        f"In the {topic} of year {n} we looked at"
        f" {known[n % len(known)].term if n % 3 == 0 else 'all of them'} with some care."
        for n in range(sentences)
        for topic in (TOPICS[n % len(TOPICS)],)
    ]
    return read("\n".join(lines))


def as_folder(tmp_path, planned: Plan) -> DomainFolder:  # type: ignore[no-untyped-def]
    held = [Term(t.term, t.sounds_like, "held-out", n) for n, t in enumerate(planned.held_out, 900)]
    trained = [Term(t.term, t.sounds_like, "train", n) for n, t in enumerate(planned.trained, 1)]
    return DomainFolder(
        tmp_path,
        "own",
        "Own",
        terms=(*trained, *held),
        sentences={
            split: tuple(Sentence(text, n) for n, text in enumerate(listed, 1))
            for split, listed in planned.sentences.items()
        },
    )


@pytest.mark.chapter(15)
@pytest.mark.chapter(16)
@pytest.mark.parametrize("count", [FEWEST_TERMS, 29, 30, 100, 400])
def test_a_plan_can_be_trained_on_and_leaks_nothing(count: int, tmp_path) -> None:  # type: ignore[no-untyped-def]
    known = terms(count)
    planned = plan(known, page(known))
    assert checks.errors(checks.check(as_folder(tmp_path, planned))) == []
    assert len(planned.trained) + len(planned.held_out) == min(count, MOST_TRAINED)
    assert len(planned.left_out) == max(0, count - MOST_TRAINED)
    assert bool(planned.held_out) == (count >= 30)
    for one, other in combinations(SPLITS, 2):
        assert not set(planned.sentences[one]) & set(planned.sentences[other])


@pytest.mark.chapter(16)
def test_each_trained_term_is_said_three_times_with_other_words_around_it() -> None:
    known = terms(100)
    planned = plan(known, page(known))
    for term in planned.trained:
        around = {
            spoken(sentence).replace(spoken(term.term), " ")
            for sentence in planned.sentences["train"]
            if contains(spoken(sentence), term.term)
        }
        assert len(around) >= 3, term.term
        assert any(contains(spoken(s), term.term) for s in planned.sentences["test"]), term.term
    for term in planned.held_out:
        assert any(contains(spoken(s), term.term) for s in planned.sentences["test"])


def test_the_page_itself_is_learned_from_and_judged_with() -> None:
    known = terms(40)
    own = page(known)
    planned = plan(known, own)
    for split in SPLITS:
        assert len(set(planned.sentences[split]) & set(own.sentences)) >= 2, split


def test_the_same_terms_and_page_give_the_same_plan_and_others_another() -> None:
    known = terms(40)
    assert plan(known, page(known)) == plan(known, page(known))
    assert plan(known, page(known)) != plan(known, page(known, 41))


def test_a_term_inside_another_or_in_the_frames_is_not_held_out() -> None:
    known = [Term("question"), Term("Keshara"), *(Term(f"Keshara line {n}") for n in range(40))]
    planned = plan(known, page(known))
    assert planned.held_out
    assert not {"question", "Keshara"} & {term.term for term in planned.held_out}


def test_a_sentence_does_not_begin_with_a_small_letter() -> None:
    known = [Term(f"dysar{chr(97 + n)}thria") for n in range(20)]
    planned = plan(known, page(known))
    assert all(text[0].isupper() for listed in planned.sentences.values() for text in listed)


@pytest.mark.chapter(16)
def test_frames_are_many_and_no_split_has_one_of_another() -> None:
    every = carriers()
    assert sum(map(len, every.values())) >= 80
    seen: dict[str, str] = {}
    for split, frames in every.items():
        for frame in frames:
            used = re.findall(r"\{(\w)\}", frame)
            assert used and set(used) == set(SLOTS[: len(used)]), frame
            bare = re.sub(r"[\W_]+", "", re.sub(r"\{\w\}", "", frame).casefold())
            assert bare not in seen, frame
            seen[bare] = split
