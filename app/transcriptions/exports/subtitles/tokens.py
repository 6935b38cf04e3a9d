"""Segments as one stream of words with times, in order, ready to be cut."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from app.transcriptions.exports.doubts import unsure
from app.transcriptions.exports.subtitles.rules import width
from app.transcriptions.exports.times import milliseconds
from app.transcriptions.schemas import SegmentOut, WordOut


@dataclass(frozen=True, slots=True)
class Token:
    """A word without spaces. Starts never go back from one token to the next."""

    text: str
    start_ms: int
    end_ms: int
    speaker: str | None = None
    glued: bool = False
    """No space before it, and yet a line may end there: scripts without spaces."""
    label: bool = False
    """Part of the name of who begins to speak."""
    unsure: bool = False
    flags: tuple[str, ...] = ()
    columns: int = 0


def tokens(segments: Iterable[SegmentOut], *, names: bool = False) -> Iterator[Token]:
    """All words; with `names` each turn begins with its speaker's.

    Words of a text without word times (edited by hand, or a gap) share the time of their segment
    by their length.
    """
    last_ms = 0
    speaker: str | None = None
    for segment in segments:
        found = _joined(_pieces(segment))
        if names and segment.speaker and segment.speaker != speaker and found:
            found = [*_label(segment.speaker, found[0]), *found]
        speaker = segment.speaker
        for token in found:
            last_ms = max(last_ms, token.start_ms)
            yield replace(
                token,
                start_ms=last_ms,
                end_ms=max(last_ms, token.end_ms),
                speaker=segment.speaker,
                flags=tuple(segment.flags),
                columns=width(token.text),
            )


def _pieces(segment: SegmentOut) -> Iterator[Token]:
    said = "".join(word.word for word in segment.words)
    words = segment.words
    if said.split() != segment.text.split():  # the text is the truth, not what was heard first
        words = [WordOut(word=segment.text, start=segment.start, end=segment.end, probability=1.0)]
    for word in words:
        yield from _spread(word, begins=word is words[0])


def _spread(word: WordOut, *, begins: bool) -> Iterator[Token]:
    """The parts of a word between spaces, each with its share of the time."""
    parts = word.word.split()
    start_ms, end_ms = milliseconds(word.start), milliseconds(word.end)
    whole, done = sum(map(len, parts)), 0
    for part in parts:
        begin_ms = start_ms + (end_ms - start_ms) * done // whole
        done += len(part)
        glued = part is parts[0] and not begins and not word.word[:1].isspace()
        until_ms = start_ms + (end_ms - start_ms) * done // whole
        yield Token(part, begin_ms, until_ms, glued=glued, unsure=unsure(word))


def _joined(pieces: Iterable[Token]) -> list[Token]:
    """Put together what is one word to a reader: "don" + "'t"; a line may not end between them."""
    found: list[Token] = []
    for piece in pieces:
        if piece.glued and found and not _may_part(found[-1].text[-1], piece.text[0]):
            before = found[-1]
            found[-1] = replace(
                before,
                text=before.text + piece.text,
                end_ms=max(before.end_ms, piece.end_ms),
                unsure=before.unsure or piece.unsure,
            )
        else:
            found.append(piece)
    return found


def _may_part(before: str, after: str) -> bool:
    """Between two characters of a script without spaces, but not before its punctuation."""
    return width(before) == 2 and width(after) == 2 and after.isalnum()


def _label(speaker: str, first: Token) -> list[Token]:
    parts = f"{speaker}:".split()
    return [Token(part, first.start_ms, first.start_ms, label=True) for part in parts]


def text_of(group: Iterable[Token]) -> str:
    """The tokens as they are read."""
    return "".join(("" if token.glued else " ") + token.text for token in group).strip()
