"""Leaving out um and uh: whole words of a list for the language, with the marks around them.

What is left keeps its words, their times and their order. Words that may mean something ("you
know", German "er") are not touched.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from app.transcriptions.exports.wording import with_words, words_of
from app.transcriptions.schemas import SegmentOut, WordOut

_END = ".?!…"
_MARKS = ".,;:?!…\"'“”‘’«»()[]-–—"


@lru_cache(maxsize=1)
def lists() -> dict[str, frozenset[str]]:
    """Language code -> its fillers, from `fillers.toml`."""
    text = Path(__file__).with_name("fillers.toml").read_text(encoding="utf-8")
    return {language: frozenset(words) for language, words in tomllib.loads(text).items()}


def without_fillers(segments: Iterable[SegmentOut], language: str) -> Iterator[SegmentOut]:
    """The segments without fillers; one that was nothing else is gone.

    Raises `KeyError` for a language without a list.
    """
    listed = lists()[language]
    for segment in segments:
        words = words_of(segment)
        kept = _kept(words, listed)
        if len(kept) == len(words):
            yield segment
        elif kept:
            yield with_words(segment, kept)


def _kept(words: list[WordOut], listed: frozenset[str]) -> list[WordOut]:
    kept: list[WordOut] = []
    begins = False  # a filler that began a sentence was left out just before
    for index, word in enumerate(words):
        if word.word.strip().strip(_MARKS).lower() in listed and not _is_part(words, index):
            begins = begins or (_at_start(kept) and _capital(word.word))
            _mend(kept, word.word.rstrip())
            continue
        if begins and word.word.strip()[:1].islower():
            word = word.model_copy(update={"word": _capitalised(word.word)})
        begins = False
        kept.append(word)
    return kept


def _is_part(words: list[WordOut], index: int) -> bool:
    """Written together with its neighbour ("uh" + "-huh"): then it is another word."""
    after = words[index + 1].word if index + 1 < len(words) else " "
    return not after[:1].isspace() or (index > 0 and not words[index].word[:1].isspace())


def _mend(kept: list[WordOut], filler: str) -> None:
    """Give the word before the end of the sentence that went with the filler."""
    if not kept:
        return
    before = kept[-1].word.rstrip()
    if filler[-1:] in _END and before[-1:] not in _END:
        mended = before.rstrip(",;:–—-") + filler[-1]
    elif filler[-1:] == "," and before[-1:] == ",":
        mended = before[:-1]  # "I, uh, think": both commas were about the filler
    else:
        return
    kept[-1] = kept[-1].model_copy(update={"word": mended})


def _at_start(kept: list[WordOut]) -> bool:
    return not kept or kept[-1].word.rstrip()[-1:] in _END


def _capital(word: str) -> bool:
    return word.strip().strip(_MARKS)[:1].isupper()


def _capitalised(word: str) -> str:
    index = len(word) - len(word.lstrip())
    return word[:index] + word[index].upper() + word[index + 1 :]
