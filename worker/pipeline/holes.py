"""Speech that was left out: find the hole, listen to it again on its own, put the words in.

Whisper leaves out whole sentences, most of all when a prompt is given. Its word alignment shows
the hole, and voice activity tells whether it is a pause.
"""

# Ch 7 · Planning for Mistakes: a sentence that was left out is heard again, or shown as a gap

from __future__ import annotations

from dataclasses import replace

import numpy as np

from worker.pipeline.recognise import DecodingOptions, Recogniser, compression_ratio
from worker.pipeline.types import SAMPLE_RATE, Piece, Recognition, Samples, Window, Word

MISSED_S = 1.0
"""Speech without a word to it, in one gap between words, that is worth a second look."""
SLIVER_S = 0.25
PAUSE_S = 1.0
MARGIN_S = 0.2
LIKELY = 0.4
"""Mean word probability from which on words found in a hole are believed."""


def missed_speech(window: Window, words: tuple[Word, ...]) -> list[tuple[float, float]]:
    """Spans (start_s, end_s) of the recording in which somebody speaks and no word was found."""
    ends = [window.start_s, *(word.end_s for word in words)]
    starts = [*(word.start_s for word in words), window.end_s]
    holes = []
    for start_s, end_s in zip(ends, starts, strict=True):
        holes += _stretches(_inside(window.strict_speech, start_s, end_s))
    return holes


def _inside(
    speech: tuple[tuple[float, float], ...], start_s: float, end_s: float
) -> list[tuple[float, float]]:
    """Speech between two times; slivers at the edges belong to the words beside them."""
    cut = [(max(a, start_s), min(b, end_s)) for a, b in speech if a < end_s and b > start_s]
    return [(a, b) for a, b in cut if b - a >= SLIVER_S]


def _stretches(speech: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Stretches with enough speech in them, cut where a longer pause lies."""
    groups: list[list[tuple[float, float]]] = []
    for span in speech:
        if groups and span[0] - groups[-1][-1][1] <= PAUSE_S:
            groups[-1].append(span)
        else:
            groups.append([span])
    return [(g[0][0], g[-1][1]) for g in groups if sum(b - a for a, b in g) >= MISSED_S]


def fill(
    recogniser: Recogniser, window: Window, heard: Recognition, options: DecodingOptions
) -> Recognition:
    """`heard` with the words of its holes, each hole decoded alone and without a prompt."""
    bare = replace(options, prompt="", keywords=(), language=heard.language)
    words = heard.words
    for start_s, end_s in missed_speech(window, words):
        hole = _cut(window, start_s - MARGIN_S, end_s + MARGIN_S)
        found = recogniser.recognise([hole], bare)[0].words if hole is not None else ()
        between = [word for word in found if _lies_between(word, words, start_s, end_s)]
        if between and sum(word.probability for word in between) / len(between) >= LIKELY:
            words = tuple(sorted((*words, *between), key=lambda word: word.start_s))
    if len(words) == len(heard.words):
        return heard
    text = "".join(word.word for word in words).strip()
    return replace(
        heard,
        words=words,
        text=text,
        compression_ratio=round(compression_ratio(text), 3),
        rung=f"{heard.rung}+filled",
    )


def _lies_between(word: Word, words: tuple[Word, ...], start_s: float, end_s: float) -> bool:
    """Whether a word belongs to the hole: its middle does, and it overlaps no word there was."""
    middle = (word.start_s + word.end_s) / 2
    inside = start_s - MARGIN_S <= middle <= end_s + MARGIN_S
    return inside and not any(other.start_s < middle < other.end_s for other in words)


def _cut(window: Window, start_s: float, end_s: float) -> Window | None:
    """The part of `window` between two times of the recording, as a window of its own."""
    pieces: list[Piece] = []
    parts: list[Samples] = []
    offset = 0
    for piece in window.pieces:
        a, b = max(piece.start_s, start_s), min(piece.end_s, end_s)
        if b <= a:
            continue
        first = round((piece.offset_s + a - piece.start_s) * SAMPLE_RATE)
        last = round((piece.offset_s + b - piece.start_s) * SAMPLE_RATE)
        pieces.append(Piece(a, b, offset / SAMPLE_RATE))
        parts.append(window.samples[first:last])
        offset += last - first
    return Window(window.index, np.concatenate(parts), tuple(pieces), ()) if pieces else None
