"""A text as sentences and words, with what their spelling says about them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

LONGEST_EXAMPLE: Final = 200
_NOT_PROSE: Final = re.compile(
    r"(?:https?://|www\.)\S+|\S+@\S+\.\w+|\b(?:doi|arxiv|isbn):?\s*[\d.]\S+", re.I
)
_HYPHENATED: Final = re.compile(r"(?<=[a-z])[-\u00ad]\n(?=[a-z])")
_PARAGRAPH: Final = re.compile(r"\n\s*\n|\f")
_BULLET: Final = re.compile(r"^\s*(?:[-*•·–—▪‣◦○●#>|]+|\(?\d{1,3}[.)])\s+")
_SENTENCE: Final = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[A-Z0-9À-Þ])")
_WORD: Final = re.compile(
    r"[^\W_](?:[\w+#]|[-'’&](?=\w)|\.(?=[a-z]{2,4}\b)|(?<=[A-Z])\.(?=[A-Z]\b))*"
)
_CODE: Final = re.compile(r"[a-z][A-Z]|[A-Z]{2,}[a-z]{2,}|[A-Za-z]\d|\d[A-Za-z]|_|\w\.\w|[+#]$")
_MEASURE: Final = re.compile(
    r"\d+(?:st|nd|rd|th|s|x|k|m|mm|cm|km|kg|g|mg|ml|l|h|min|ms|px|gb|mb|kb|tb|hz|khz|ghz|am|pm|d|p)?"
    r"|[a-z]\d{1,2}|\d+[a-z]|figure\d+|table\d+",
    re.I,
)
_SHORT_LINE: Final = 0.6
"""Of the longest line of its paragraph: text that runs on fills its lines."""
_ROMAN: Final = re.compile(r"[IVXLC]+")


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    begins_sentence: bool
    glued: bool
    """Nothing but a space stands between it and the word before."""

    @property
    def plain(self) -> str:
        return self.text.lower()

    @property
    def is_abbreviation(self) -> bool:
        """`GDP`, `EU-SILC`; not a Roman number, not an initial."""
        letters = [each for each in self.text if each.isalpha()]
        return (
            len(letters) >= 2
            and all(each.isupper() for each in letters)
            and not _ROMAN.fullmatch(self.text)
        )

    @property
    def is_code(self) -> bool:
        """`ActiveRecord`, `k8s`, `Node.js`; not `3rd` or `10kg`."""
        return bool(_CODE.search(self.text)) and not _MEASURE.fullmatch(self.text)

    @property
    def is_capitalised(self) -> bool:
        return self.text[0].isupper()


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    words: tuple[Word, ...]

    @property
    def shouts(self) -> bool:
        """A heading in capitals, where these say nothing about a word."""
        letters = [each for each in self.text if each.isalpha()]
        return len(self.words) > 2 and sum(map(str.isupper, letters)) > 0.7 * len(letters)

    @property
    def titled(self) -> bool:
        """A heading Like This One, where capitals say nothing either."""
        long = [word for word in self.words if len(word.text) > 3]
        return len(long) > 2 and sum(word.is_capitalised for word in long) > 0.6 * len(long)


def tidy(text: str) -> str:
    """Without what printing has done to it: ligatures, hyphens at line ends, invisible marks."""
    text = unicodedata.normalize("NFKC", text).replace("\r\n", "\n").replace("\r", "\n")
    text = _HYPHENATED.sub("", text)
    return "".join(c for c in text if c in "\n\f\t" or unicodedata.category(c)[0] != "C")


def sentences(text: str, *, by_line: bool) -> Iterator[Sentence]:
    """Of a text that was tidied.

    Args:
        by_line: each line stands for itself (slides, lists), and is not the middle of a sentence.
    """
    for paragraph in _PARAGRAPH.split(_NOT_PROSE.sub(" ", text)):
        lines = paragraph.split("\n")
        pieces = lines if by_line else _joined(lines)
        for piece in pieces:
            flat = " ".join(_BULLET.sub("", piece).split())
            for sentence in _SENTENCE.split(flat):
                words = tuple(_words(sentence))
                if words:
                    yield Sentence(sentence, words)


def _joined(lines: list[str]) -> Iterator[str]:
    """Lines of one paragraph; a bullet begins another, and so does a capital after a heading."""
    width = max(map(len, lines))
    current: list[str] = []
    for line in lines:
        heading = current and len(current[-1]) < _SHORT_LINE * width and line.strip()[:1].isupper()
        if current and (heading or _BULLET.match(line)):
            yield " ".join(current)
            current = []
        current.append(_BULLET.sub("", line))
    yield " ".join(current)


def _words(sentence: str) -> Iterator[Word]:
    end = 0
    for found in _WORD.finditer(sentence):
        text = found[0].replace("’", "'")
        for ending in ("'s", "'"):
            text = text.removesuffix(ending)
        between = sentence[end : found.start()]
        begins = end == 0 or between.strip() in {":", "“", '"', "•", "|"}
        yield Word(text, begins, bool(end) and between == " ")
        end = found.end()


def excerpt(sentence: str, term: str) -> str:
    """The sentence, or the part of a long one where the term stands."""
    if len(sentence) <= LONGEST_EXAMPLE:
        return sentence
    at = max(0, sentence.lower().find(term.lower()))
    begin = max(0, min(at - LONGEST_EXAMPLE // 2, len(sentence) - LONGEST_EXAMPLE))
    end = begin + LONGEST_EXAMPLE
    left, right = ("…" if begin else ""), ("…" if end < len(sentence) else "")
    return f"{left}{sentence[begin:end].strip()}{right}"
