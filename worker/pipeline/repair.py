"""Repair by sound: what was heard and sounds like a term of the field is written as the term.

Whisper writes a word it does not know as words it knows, or as it sounds. Runs of up to four words
are compared with the glossary by sound and spelling. The surer the model was, and the more the
run consists of ordinary words, the closer it must come. What was heard is kept with the word.
"""

# Ch 4 · When to use Machine Learning: a rule beside the model, where a list of terms says enough

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from worker.pipeline.recognise import compression_ratio
from worker.pipeline.sounds import (
    FEWEST_PHONES,
    Form,
    Lexicon,
    letters_of,
    lexicon,
    nearest,
    phones_of,
)
from worker.pipeline.types import Recognition, Word

MOST_WORDS: Final = 4
"""In a run: longer terms are rarely heard in more pieces."""
CLOSE: Final = 0.70
"""Similarity (0-1) that makes a repair of words nobody is sure of and no dictionary has."""
SURE: Final = 0.2
"""By how much closer it must come where every word was sure; by the square of the probability."""
ORDINARY: Final = 0.15
"""By how much closer where nearly all letters are those of ordinary words."""
SHORT: Final = 0.12
"""By how much closer to a term of the fewest phones, which many words resemble."""
SAME_SOUND: Final = 0.85
"""For a run of nothing but ordinary words, which must have the same key besides."""
WORD_BY_WORD: Final = 0.78
"""The same where it has as many words as the respelling: "our spec" for "are spec", RSpec."""
DOUBTED: Final = 0.6
"""Below this probability an ordinary word that is a term's respelling is taken for the term."""

Ordinary = Callable[[str], bool]
"""Whether a word is one that everybody uses, in any case."""
_PARTS: Final = re.compile(r"^([^\w]*)(.*?)((?:['’]s)?[^\w]*)$", re.DOTALL)
_JOINS: Final = re.compile(r"^[-‐‑'’]?$")
"""What may stand between the words of a run: nothing, a hyphen, an apostrophe."""
_SENTENCE_END: Final = re.compile(r"[.?!…]")
# fmt: off
_NUMBERS: Final = frozenset((
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
    "hundred", "thousand", "million", "billion", "half", "third", "quarter",
))
# fmt: on


@dataclass(frozen=True)
class _Token:
    """A word with what surrounds it."""

    lead: str
    core: str
    tail: str
    probability: float
    ordinary: bool

    @cached_property
    def letters(self) -> str:
        return letters_of(self.core)

    @cached_property
    def number(self) -> bool:
        return self.letters in _NUMBERS or any(c.isdigit() for c in self.letters)


@dataclass(frozen=True, slots=True)
class _Match:
    """A run that is a term, or is to become it."""

    start: int
    end: int
    form: Form
    plural: bool
    alike: float
    kept: bool = False
    """It stands there already, and is nobody else's."""


def repair(
    recognition: Recognition, terms: tuple[tuple[str, str], ...], ordinary: Ordinary
) -> Recognition:
    """`recognition` with terms in the place of what only sounds like them.

    `terms` are pairs of a term and how it is said (empty: as it is written). A term of as many
    words as were heard keeps the times of each; any other lasts from the beginning of the run to
    its end and has the least probability in it: the term is a guess on top of the model's, and a
    mean would hide the doubt. English only, as the keys of sounds are.
    """
    if not terms or not recognition.words or recognition.language != "en":
        return recognition
    tokens = [_token(word, ordinary) for word in recognition.words]
    words = tuple(_written(recognition.words, tokens, _matches(tokens, lexicon(terms))))
    if words == recognition.words:
        return recognition
    text = "".join(word.word for word in words).strip()
    ratio = round(compression_ratio(text), 3)
    return replace(recognition, words=words, text=text, compression_ratio=ratio)


def terms_of(options: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Of a job's options, where they are pairs in a list; none for a job without a domain."""
    return tuple((term, said) for term, said in options.get("repair", ()))


def repairs_of(words: Sequence[Word]) -> list[dict[str, Any]]:
    """What was put in the place of what, and when it is said, for the record of a window."""
    return [
        {
            "start_s": word.start_s,
            "end_s": word.end_s,
            "heard": word.heard.strip(),
            "term": word.word.strip(),
        }
        for word in words
        if word.heard is not None
    ]


def _token(word: Word, ordinary: Ordinary) -> _Token:
    found = _PARTS.match(word.word)
    assert found is not None
    lead, core, tail = found.groups()
    return _Token(lead, core, tail, word.probability, ordinary(core))


def _matches(tokens: Sequence[_Token], known: Lexicon) -> list[_Match]:
    """Runs that do not overlap, in order: first those written as a term, then the most alike."""
    found = list(_spelled(tokens, known))
    taken = {i for match in found for i in range(match.start, match.end)}
    sounding = sorted(
        _sounding(tokens, known, taken),
        key=lambda match: (-match.alike, match.start - match.end, match.start),
    )
    for match in sounding:
        place = range(match.start, match.end)
        if taken.isdisjoint(place):
            taken.update(place)
            found.append(match)
    return sorted(found, key=lambda match: match.start)


def _spelled(tokens: Sequence[_Token], known: Lexicon) -> Iterator[_Match]:
    """Runs that have the letters of a term or of its respelling, the longest at each place."""
    at = 0
    while at < len(tokens):
        longest = None
        for run in _runs(tokens, at):
            letters = "".join(token.letters for token in run)
            if len(letters) > known.longest + 1:
                break
            for form, plural in _exact(letters, known):
                if _believed(run, form):
                    kept = not form.said and len(run) == 1 and run[0].ordinary
                    longest = _Match(at, at + len(run), form, plural, 1.0, kept)
        if longest is not None:
            yield longest
        at = longest.end if longest is not None else at + 1


def _exact(letters: str, known: Lexicon) -> Iterator[tuple[Form, bool]]:
    if letters in known.exact:
        yield known.exact[letters], False
    elif letters.endswith("s") and letters[:-1] in known.exact:
        yield known.exact[letters[:-1]], True


def _believed(run: Sequence[_Token], form: Form) -> bool:
    """Whether the letters of a respelling mean the term: not if they are words that were sure."""
    return not form.said or not all(t.ordinary for t in run) or _probability(run) < DOUBTED


def _sounding(tokens: Sequence[_Token], known: Lexicon, taken: set[int]) -> Iterator[_Match]:
    for at in range(len(tokens)):
        for run in _runs(tokens, at):
            end = at + len(run)
            if end - 1 in taken or run[-1].number:
                break
            letters = "".join(token.letters for token in run)
            if len(letters) > 1.5 * known.longest:
                break
            yield from _alike(run, at, letters, known)


def _alike(run: Sequence[_Token], at: int, letters: str, known: Lexicon) -> Iterator[_Match]:
    share = sum(len(t.letters) for t in run if t.ordinary) / max(len(letters), 1)
    for plural in (False, True):
        if plural and not letters.endswith("s"):
            continue
        said = letters[:-1] if plural else letters
        phones = phones_of(said)
        forms = known.same(phones) if share == 1 else known.near(phones)
        alike, form = nearest(said, phones, forms)
        if form is not None and alike >= _needed(run, share, form):
            yield _Match(at, at + len(run), form, plural, alike)


def _needed(run: Sequence[_Token], share: float, form: Form) -> float:
    """The similarity from which on a run is repaired; above 1: never."""
    if share == 1:
        if len(run) == 1:
            return 2.0
        return WORD_BY_WORD if form.said and form.words == len(run) else SAME_SOUND
    short = SHORT if len(form.phones) == FEWEST_PHONES else 0.0
    return CLOSE + SURE * _probability(run) ** 2 + ORDINARY * share + short


def _probability(run: Sequence[_Token]) -> float:
    return sum(token.probability for token in run) / len(run)


def _runs(tokens: Sequence[_Token], at: int) -> Iterator[Sequence[_Token]]:
    """Runs from `at` on, each one word longer, up to where the text pauses."""
    for end in range(at + 1, min(at + MOST_WORDS, len(tokens)) + 1):
        run = tokens[at:end]
        if not run[-1].letters:
            return
        yield run
        following = tokens[end].lead.strip() if end < len(tokens) else ""
        if not (_JOINS.match(run[-1].tail) and _JOINS.match(following)):
            return


def _written(
    words: Sequence[Word], tokens: Sequence[_Token], matches: Sequence[_Match]
) -> Iterator[Word]:
    at = 0
    for match in matches:
        yield from words[at : match.start]
        begins = match.start == 0 or _SENTENCE_END.search(tokens[match.start - 1].tail) is not None
        place = slice(match.start, match.end)
        if match.kept:
            yield from words[place]
        else:
            yield from _term(words[place], tokens[place], match, begins)
        at = match.end
    yield from words[at:]


def _term(
    words: Sequence[Word], tokens: Sequence[_Token], match: _Match, begins: bool
) -> Iterator[Word]:
    """The term, word by word where it has as many as were heard; else in one."""
    wanted = match.form.term + ("s" if match.plural else "")
    if begins and wanted.islower() and tokens[0].core[:1].isupper():
        wanted = wanted[0].upper() + wanted[1:]
    parts = wanted.split(" ")
    if len(parts) == len(words):
        for word, token, part in zip(words, tokens, parts, strict=True):
            yield _as(word, f"{token.lead}{_cased(token.core, part)}{token.tail}")
        return
    whole = Word(
        "".join(word.word for word in words),
        words[0].start_s,
        words[-1].end_s,
        min(word.probability for word in words),
    )
    yield _as(whole, f"{tokens[0].lead}{wanted}{tokens[-1].tail}")


def _cased(heard: str, wanted: str) -> str:
    """Capitals where the term has some; a word without any is right with one, too."""
    same = heard.casefold() == wanted.casefold()
    return heard if same and wanted.islower() else wanted


def _as(word: Word, text: str) -> Word:
    return word if word.word == text else replace(word, word=text, heard=word.heard or word.word)
