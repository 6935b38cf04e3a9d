"""Terms and a page of text to the sentences of train, dev and test.

The page's own sentences say how the field speaks; carriers (`carriers.toml`) see to it that every
term is said often enough, each time with other words around it. The same terms and page give the
same plan. Some terms are held out, where there are enough, to see what carries over to words that
join the glossary later.
"""

# Ch 16 · Data Quality: what is judged with is taken aside before anything is trained with

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from data.domains.folder import SPLITS, Term
from data.domains.own.page import Page

CARRIERS: Final = Path(__file__).with_name("carriers.toml")
FEWEST_TERMS: Final = 8
MOST_TRAINED: Final = 300
"""More would take hours; the glossary has them all the same."""
_WORD: Final = re.compile(r"\w+")
SLOTS: Final = ("a", "b", "c")
_HOLD_OUT_FROM: Final = 30
_HELD_OUT_OF: Final = 10
"""One term of so many is held out."""
_TIMES: Final = (3, 6)
"""Fewest and most training sentences of a term."""
_SAID: Final = 240
"""Terms said in training, which decides between the two."""
_FROM_PAGE: Final = {"train": 100, "dev": 8, "test": 15}
"""Most sentences of the page in each split."""
_MOST_DEV: Final = 36


@dataclass(frozen=True, slots=True)
class Plan:
    trained: tuple[Term, ...]
    held_out: tuple[Term, ...]
    left_out: tuple[Term, ...]
    """Neither: the glossary is longer than what can be trained."""
    sentences: Mapping[str, tuple[str, ...]]
    """By split."""

    @property
    def terms(self) -> tuple[Term, ...]:
        return (*self.trained, *self.held_out)


def plan(terms: Sequence[Term], page: Page) -> Plan:
    """How an adapter for these terms is taught and judged."""
    names = [term.term for term in terms]
    dice = random.Random("\n".join([*names, page.text]))
    often = {name: len(where) for name, where in said_in(page.sentences, names).items()}
    chosen = sorted(terms, key=lambda term: -min(often[term.term], 1))[:MOST_TRAINED]
    held = _held_out(chosen, terms, often, dice)
    trained = tuple(term for term in chosen if term.term not in held)
    own = _dealt(page.sentences, [term.term for term in trained], held, dice)
    learned = [term.term for term in trained]
    fewest, most = _TIMES
    times = max(fewest, min(most, _SAID // max(1, len(trained))))
    asked = {"train": times, "dev": 1, "test": 3 if len(trained) < _HOLD_OUT_FROM else 1}
    found = {}
    for split in SPLITS:
        wanted = [*learned, *sorted(held)] if split == "test" else learned
        more = carried(wanted, own[split], asked[split], carriers()[split], dice)
        if split == "dev":
            more = more[: _MOST_DEV - len(own[split])]
        found[split] = (*own[split], *more)
    return Plan(
        trained=trained,
        held_out=tuple(term for term in chosen if term.term in held),
        left_out=tuple(term for term in terms if term not in chosen),
        sentences=found,
    )


def carried(
    terms: Sequence[str], own: Iterable[str], times: int, frames: Sequence[str], dice: random.Random
) -> list[str]:
    """Sentences so that each term is said `times` times, never twice in the same frame.

    `own` are sentences there are already.
    """
    there = said_in(tuple(own), terms)
    need = {term: max(0, times - len(there[term])) for term in terms}
    used: dict[str, set[str]] = {term: set() for term in terms}
    found: list[str] = []
    while any(need.values()):
        before = len(found)
        for frame in dice.sample(frames, len(frames)):
            slots = sum(f"{{{slot}}}" in frame for slot in SLOTS)
            fitting = [
                term
                for term in terms
                if need[term] and frame not in used[term] and not _odd(frame, term)
            ]
            if len(fitting) < slots:
                continue
            # Those that are needed most, in no order
            fitting.sort(key=lambda term: (-need[term], dice.random()))
            said = fitting[:slots]
            found.append(frame.format(**dict(zip(SLOTS, said, strict=False))))
            for term in said:
                need[term] -= 1
                used[term].add(frame)
        if len(found) == before:
            break  # every frame was used for what is still missing
    return found


@lru_cache(maxsize=1)
def carriers() -> dict[str, tuple[str, ...]]:
    """Frames of each split, with the slots {a}, {b}, {c}."""
    told = tomllib.loads(CARRIERS.read_text(encoding="utf-8"))
    return {split: tuple(told[split]["sentences"]) for split in SPLITS}


def spoken(text: str) -> str:
    """Its words in one form, between spaces."""
    return f" {' '.join(_WORD.findall(text.casefold()))} "


def said_in(sentences: Sequence[str], terms: Sequence[str]) -> dict[str, set[int]]:
    """For each term the numbers of the sentences that have it."""
    by_word: dict[str, list[int]] = {}
    texts = [spoken(sentence) for sentence in sentences]
    for number, text in enumerate(texts):
        for word in set(text.split()):
            by_word.setdefault(word, []).append(number)
    found = {}
    for term in terms:
        words = spoken(term)
        first = words.split()[:1]
        near = by_word.get(first[0], []) if first else []
        found[term] = {number for number in near if words in texts[number]}
    return found


def contains(text: str, term: str) -> bool:
    """Whether `text`, as `spoken` gives it, has the term's words in a row."""
    words = spoken(term)
    return bool(words.strip()) and words in text


def _odd(frame: str, term: str) -> bool:
    """A sentence does not begin with a small letter."""
    return frame.startswith("{") and not (term[0].isupper() or term[0].isdigit())


def _held_out(
    chosen: Sequence[Term],
    terms: Sequence[Term],
    often: Mapping[str, int],
    dice: random.Random,
) -> frozenset[str]:
    """Terms that nothing trained on or chosen by can contain; those that cost least of the page."""
    # Ch 15 · Model Quality: words that training never saw tell whether the next ones will be heard
    if len(chosen) < _HOLD_OUT_FROM:
        return frozenset()
    frames = "".join(spoken(frame) for split in ("train", "dev") for frame in carriers()[split])
    every = f"|{'|'.join(_plain(term.term) for term in terms)}|"
    # Once is the term itself
    alone = [t.term for t in chosen if every.count(_plain(t.term)) == 1 and _plain(t.term)]
    free = [name for name in alone if not contains(frames, name)]
    dice.shuffle(free)
    free.sort(key=lambda name: often[name])
    return frozenset(free[: len(chosen) // _HELD_OUT_OF])


def _dealt(
    sentences: Sequence[str], trained: Sequence[str], held: frozenset[str], dice: random.Random
) -> dict[str, tuple[str, ...]]:
    """The page's sentences by split; those with a held-out term are only judged with."""
    with_held = set().union(*said_in(sentences, tuple(held)).values())
    unseen = [s for n, s in enumerate(sentences) if n in with_held]
    rest = [s for n, s in enumerate(sentences) if n not in with_held]
    numbers = set().union(*said_in(rest, trained).values())
    with_terms = {s for n, s in enumerate(rest) if n in numbers}
    # Sentences with terms first: the others only show how the field speaks
    drawn = sorted(dice.sample(rest, len(rest)), key=lambda s: s not in with_terms)
    aside = {
        split: min(_FROM_PAGE[split], max(2, len(rest) // _HELD_OUT_OF))
        for split in ("dev", "test")
    }
    # Every third of the best, so that training keeps most sentences with terms
    picked = drawn[::3][: sum(aside.values())]
    kept = [s for n, s in enumerate(drawn) if n % 3 or n // 3 >= len(picked)]
    return {
        "train": tuple(kept[: _FROM_PAGE["train"]]),
        "dev": tuple(picked[: aside["dev"]]),
        "test": (*picked[aside["dev"] :], *unseen[: _FROM_PAGE["test"]]),
    }


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())
