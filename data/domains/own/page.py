"""A page of text as people paste it, cleaned, checked and cut into sentences."""

# Ch 16 · Data Quality: what would spoil an adapter is refused when the text is given, with the line

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from data.domains import checks
from data.domains.folder import Sentence

MOST_BYTES: Final = 1_000_000
FEWEST_WORDS: Final = 4
MOST_WORDS: Final = 40
"""Of a sentence that is spoken: longer ones are lists, tables, or several run together."""
_LONGEST: Final = 300
_SHOWN: Final = 3
# What word processors and PDF files leave between letters; it is neither seen nor meant
_LEFT_OVER: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_LINES: Final = str.maketrans("\f\v\u0085\u2028\u2029", "\n\n\n\n\n")
_HYPHENATED: Final = re.compile(r"(?<=[a-z])-\n(?=[a-z])")
_PARAGRAPH: Final = re.compile(r"\n[ \t]*\n|\n(?=[ \t]*(?:[-*•–]|\d{1,2}[.)])[ \t])")
# A short line that ends nothing, before one that begins something
_HEADING: Final = re.compile(r"(?m)^(.{1,45}[^\s.,;:!?-])\n(?=[A-Z])")
_BULLET: Final = re.compile(r"^[ \t]*(?:[-*•–]|\d{1,2}[.)])[ \t]+")
_END: Final = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[A-Z0-9])")
_NO_END: Final = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|vs|cf|al|e\.g|i\.e|approx|Fig|No|Vol|pp?)|\b[A-Z])\.$"
)
_NOT_SPOKEN: Final = re.compile(r"https?:|www\.|@|[{}<>|\\=_#~^]|\[\d")


class BadText(ValueError):
    """The text cannot be learned from; `code` is for programs, the message for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Page:
    """`text` is the cleaned one; `sentences` those that can be read aloud, each once."""

    text: str
    sentences: tuple[str, ...]

    @property
    def words(self) -> int:
        return sum(len(sentence.split()) for sentence in self.sentences)


def read(text: str) -> Page:
    """Clean, cut and check. Raises `BadText`: too long, unseen characters, other language."""
    if (size := len(text.encode("utf-8", "replace"))) > MOST_BYTES:
        raise BadText(
            "text_too_large",
            f"The text has {size / 1e6:.1f} MB; at most {MOST_BYTES / 1e6:.0f} MB are read. A few"
            " pages in which the terms stand teach as much as a book.",
        )
    clean = cleaned(text)
    for number, line in enumerate(clean.split("\n"), start=1):
        if wrong := checks.forbidden(line):
            raise BadText(
                "forbidden_characters",
                f"Line {number} of the text has {wrong}. Take it out: an adapter would learn it.",
            )
    found = tuple(sentences(clean))
    listed = [Sentence(sentence, number) for number, sentence in enumerate(found, start=1)]
    for finding in checks.errors(checks.check_sentences(listed, "text")):
        if finding.code == "other-language":
            raise BadText("other_language", _foreign(finding.message))
        raise BadText(finding.code.replace("-", "_"), f"{finding.where}: {finding.message}")
    return Page(clean, found)


def enough(sentences: int, words: int) -> None:
    """Raises `BadText` when a page of so many is too little to learn how the field is spoken."""
    if sentences < checks.FEWEST_SENTENCES or words < checks.FEWEST_WORDS:
        raise BadText(
            "too_little_text",
            f"The text has {_counted(sentences, 'sentence')} that can be read aloud, with"
            f" {_counted(words, 'word')}; at least {checks.FEWEST_SENTENCES} with"
            f" {checks.FEWEST_WORDS} are needed. Headings, lists of names and addresses do not"
            " count: paste a page of running text from your field.",
        )


def cleaned(text: str) -> str:
    """One form of line ends and letters, without what typesetting left in it."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = text.translate(_LEFT_OVER).translate(_LINES)
    text = _HYPHENATED.sub("", text)
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


def sentences(text: str) -> list[str]:
    """Those that a person would read aloud as they stand, in order, each once."""
    found: dict[str, str] = {}
    for paragraph in _PARAGRAPH.split(_HEADING.sub(r"\1\n\n", text)):
        running = " ".join(_BULLET.sub("", paragraph).split())
        for sentence in _cut(running):
            if _speakable(sentence):
                found.setdefault(re.sub(r"[\W_]+", "", sentence.casefold()), sentence)
    return list(found.values())


def _cut(running: str) -> list[str]:
    parts: list[str] = []
    begun = ""
    at = 0
    for end in [*(match.end() for match in _END.finditer(running)), len(running)]:
        begun, at = begun + running[at:end], end
        if _NO_END.search(begun.rstrip()):
            continue
        parts.append(begun.strip())
        begun = ""
    return [part for part in [*parts, begun.strip()] if part]


def _speakable(sentence: str) -> bool:
    words = sentence.split()
    letters = sum(character.isalpha() for character in sentence)
    return (
        FEWEST_WORDS <= len(words) <= MOST_WORDS
        and len(sentence) <= _LONGEST
        and letters >= 0.7 * len(sentence.replace(" ", ""))
        and sentence[-1] in ".!?\"'”’)"
        and not _NOT_SPOKEN.search(sentence)
    )


def _foreign(message: str) -> str:
    return (
        f"The text is not English: {message} The models here are adapted for English; a glossary"
        " helps in other languages, too."
    )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
