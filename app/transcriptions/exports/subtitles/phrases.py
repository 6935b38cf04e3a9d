"""How well a reader can bear a break between two words: 0 is the end of a sentence, 8 the worst."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from app.transcriptions.exports.subtitles.tokens import Token

SENTENCE, CLAUSE, PHRASE, ANYWHERE, TORN = 0.0, 1.0, 2.5, 4.5, 8.0
_SENTENCE_END = (".", "?", "!", "…", "。", "？", "！")
_CLAUSE_END = (",", ";", ":", "–", "—", "、", "，", "；")
_MARKS = ".,;:?!…\"'“”‘’«»()[]"
_CLOSING = "\"'”’»)]"


@lru_cache(maxsize=1)
def _lists() -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
    """Language -> (words a break may stand before, words none may stand after)."""
    text = Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8")
    return {
        language: (frozenset(words["before"]), frozenset(words["after"]))
        for language, words in tomllib.loads(text).items()
    }


class Phrases:
    """The costs of breaks in one language; without lists for it, punctuation alone counts."""

    def __init__(self, language: str | None) -> None:
        self._before, self._after = _lists().get(language or "", (frozenset(), frozenset()))

    def cost(self, before: Token, after: Token) -> float:
        """Of a break between two neighbours."""
        if before.label:
            return 4 * TORN
        text = before.text.rstrip(_CLOSING)
        if text.endswith(_SENTENCE_END):
            return SENTENCE
        if text.endswith(_CLAUSE_END):
            return CLAUSE
        if text.strip(_MARKS).lower() in self._after:
            return TORN
        if after.text.strip(_MARKS).lower() in self._before:
            return PHRASE
        return ANYWHERE

    @staticmethod
    def ends_sentence(token: Token) -> bool:
        return token.text.rstrip(_CLOSING).endswith(_SENTENCE_END)
