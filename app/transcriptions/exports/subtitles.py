"""SubRip and WebVTT: cues cut at pauses and phrases, at most two lines of 42 characters.

The limits are those of the BBC's and Netflix's published subtitle guidelines.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import pysubs2

from app.transcriptions.exports.plain import machine_made
from app.transcriptions.schemas import SegmentOut, TranscriptionOut, WordOut

LINE = 42
LINES = 2
LONGEST_S = 7.0
SHORTEST_S = 5 / 6
PAUSE_S = 0.8
_PHRASE_END = (".", "?", "!", ",", ";", ":")


def to_srt(job: TranscriptionOut) -> str:
    return _file(job).to_string("srt")


def to_vtt(job: TranscriptionOut) -> str:
    text = _file(job).to_string("vtt")
    head, _, body = text.partition("\n")
    return f"{head}\n\nNOTE\n{machine_made(job)}\n{body}"


def _file(job: TranscriptionOut) -> pysubs2.SSAFile:
    file = pysubs2.SSAFile()
    cues = [cue for segment in job.segments for cue in cues_of(segment)]
    for i, (start, end, text) in enumerate(cues):
        limit = cues[i + 1][0] if i + 1 < len(cues) else float("inf")
        end = min(max(end, start + SHORTEST_S), max(limit, end))
        event = pysubs2.SSAEvent(start=round(start * 1000), end=round(end * 1000))
        event.plaintext = text
        file.append(event)
    return file


def cues_of(segment: SegmentOut) -> Iterator[tuple[float, float, str]]:
    """(start_s, end_s, text) of each cue; text has at most two lines where words allow it."""
    if not segment.words:
        yield segment.start, segment.end, _wrapped(segment.text)
        return
    for words in _groups(segment.words):
        yield words[0].start, words[-1].end, _wrapped("".join(w.word for w in words))


def _groups(words: list[WordOut]) -> Iterator[list[WordOut]]:
    group: list[WordOut] = []
    for word in words:
        if group and word.start - group[-1].end > PAUSE_S:
            yield group
            group = []
        while group and _too_much(group, word):
            cut = _phrase_cut(group)
            yield group[:cut]
            group = group[cut:]
        group.append(word)
    if group:
        yield group


def _too_much(group: list[WordOut], word: WordOut) -> bool:
    text = "".join(w.word for w in [*group, word]).strip()
    return len(textwrap.wrap(text, LINE)) > LINES or word.end - group[0].start > LONGEST_S


def _phrase_cut(group: list[WordOut]) -> int:
    """Break after the last phrase of the group's second half, else after its last word."""
    for i in range(len(group) - 1, len(group) // 2, -1):
        if group[i - 1].word.rstrip().endswith(_PHRASE_END):
            return i
    return len(group)


def _wrapped(text: str) -> str:
    """Two lines of about equal length read faster than a full one and a rest."""
    text = " ".join(text.split())
    if len(text) <= LINE:
        return text
    for width in range(len(text) // 2 + 1, LINE + 1):
        lines = textwrap.wrap(text, width)
        if len(lines) <= LINES:
            return "\n".join(lines)
    return "\n".join(textwrap.wrap(text, LINE))
