"""The plain text of a project and where in it each segment stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.transcriptions.exports.doubts import unsure
from app.transcriptions.exports.options import Options
from app.transcriptions.exports.paragraphs import divided
from app.transcriptions.exports.times import clock
from app.transcriptions.schemas import SegmentOut

UNSURE = "unsure_words"
"""The kind of doubt about a single word."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A segment and its place: `text[start:end]`, in Unicode characters."""

    segment: SegmentOut
    start: int
    end: int

    def doubtful(self) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        """(start, end, kinds) of what to check: the passage if it has flags, each unsure word."""
        segment = self.segment
        if segment.flags:
            yield self.start, self.end, tuple(dict.fromkeys(segment.flags))
        position = 0
        text = " ".join(segment.text.split())
        for word in segment.words:
            said = " ".join(word.word.split())
            found = text.find(said, position)
            if found < 0:  # edited since it was heard
                return
            position = found + len(said)
            if unsure(word) and said:
                yield self.start + found, self.start + position, (UNSURE,)


def laid_out(segments: Iterable[SegmentOut], options: Options) -> tuple[str, list[Passage]]:
    """Paragraphs with an empty line between them, `[00:01:23] Name: ` in front of each."""
    parts: list[str] = []
    passages: list[Passage] = []
    position = 0

    def put(text: str) -> None:
        nonlocal position
        parts.append(text)
        position += len(text)

    for group in divided(segments, options.layout):
        put("\n\n" if parts else "")
        put(f"[{clock(group[0].start)}] " if options.times == "on" else "")
        named = group[0].speaker if options.speakers == "on" else None
        put(f"{' '.join(named.split())}: " if named else "")
        for number, segment in enumerate(group):
            put(" " if number else "")
            start = position
            put(" ".join(segment.text.split()))
            passages.append(Passage(segment, start, position))
    return "".join(parts), passages
