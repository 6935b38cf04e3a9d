"""SubRip and WebVTT: cues cut at pauses and phrases, at most two lines of 42 characters.

The limits are those of the BBC's and Netflix's published subtitle guidelines.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from html import escape
from itertools import chain, pairwise

from pysubs2.formats.subrip import SubripFormat
from pysubs2.formats.webvtt import WebVTTFormat

from app.transcriptions.exports.plain import machine_made
from app.transcriptions.schemas import SegmentOut, TranscriptionOut, WordOut

LINE = 42
LINES = 2
LONGEST_S = 7.0
SHORTEST_S = 5 / 6
PAUSE_S = 0.8
_PHRASE_END = (".", "?", "!", ",", ";", ":")


def to_srt(job: TranscriptionOut, segments: Iterable[SegmentOut]) -> Iterator[str]:
    for number, (start_ms, end_ms, text) in enumerate(_timed(segments), 1):
        yield _cue(SubripFormat, number, start_ms, end_ms, text)


def to_vtt(job: TranscriptionOut, segments: Iterable[SegmentOut]) -> Iterator[str]:
    yield f"WEBVTT\n\nNOTE\n{machine_made(job)}\n\n"
    for number, (start_ms, end_ms, text) in enumerate(_timed(segments), 1):
        # https://www.w3.org/TR/webvtt1/#webvtt-cue-text-span
        yield _cue(WebVTTFormat, number, start_ms, end_ms, escape(text, quote=False))


def _cue(times: type[SubripFormat], number: int, start_ms: int, end_ms: int, text: str) -> str:
    span = f"{times.ms_to_timestamp(start_ms)} --> {times.ms_to_timestamp(end_ms)}"
    return f"{number}\n{span}\n{text}\n\n"


def _timed(segments: Iterable[SegmentOut]) -> Iterator[tuple[int, int, str]]:
    """(start_ms, end_ms, text) of all cues; short ones last longer where there is room."""
    cues = (cue for segment in segments for cue in cues_of(segment))
    # One cue is looked ahead, never all of them: a long transcript has ten thousand
    for cue, following in pairwise(chain(cues, [None])):
        assert cue is not None
        start, end, text = cue
        limit = following[0] if following is not None else float("inf")
        end = min(max(end, start + SHORTEST_S), max(limit, end))
        yield round(start * 1000), round(end * 1000), text


def cues_of(segment: SegmentOut) -> Iterator[tuple[float, float, str]]:
    """(start_s, end_s, text) of each cue; text has at most two lines where words allow it."""
    if not segment.text:
        return
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
    if word.end - group[0].start > LONGEST_S:
        return True
    text = "".join(w.word for w in [*group, word]).strip()
    return len(text) > LINE and len(textwrap.wrap(text, LINE)) > LINES


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
