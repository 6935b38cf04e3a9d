"""Tokens and their cross-attention alignment to words with times and probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import merge_punctuations

from worker.pipeline.types import SAMPLE_RATE, Piece, Word

TOKENS_PER_S = 50.0
"""Encoder positions a second: two mel frames of 10 ms each."""
_BEFORE = "\"'“¿([{-"
_AFTER = "\"'.。,，!！?？:：”)]}、"


def words_of(
    tokenizer: Tokenizer, tokens: list[int], alignment: Any, pieces: Sequence[Piece]
) -> tuple[Word, ...]:
    """Words of one window, at their times in the recording.

    `alignment` is CTranslate2's `WhisperAlignmentResult` for `tokens`: pairs of (token index,
    encoder position) by dynamic time warping, and a probability for every token. A word's
    probability is the mean of its tokens'.
    """
    texts, groups = tokenizer.split_to_word_tokens([*tokens, tokenizer.eot])
    if len(groups) <= 1 or not alignment.alignments:
        return ()
    token_index = np.array([pair[0] for pair in alignment.alignments])
    position = np.array([pair[1] for pair in alignment.alignments])
    bounds = np.concatenate([[0], np.cumsum([len(group) for group in groups[:-1]])])
    jumps = position[np.concatenate([[True], np.diff(token_index) > 0])] / TOKENS_PER_S
    last = len(jumps) - 1
    entries = [
        {
            "word": text,
            "tokens": group,
            "start": float(jumps[min(a, last)]),
            "end": float(jumps[min(b, last)]),
            "probability": float(np.mean(alignment.text_token_probs[a:b])),
        }
        for text, group, a, b in zip(texts, groups, bounds[:-1], bounds[1:], strict=False)
    ]
    merge_punctuations(entries, _BEFORE, _AFTER)
    return _in_recording([entry for entry in entries if entry["word"]], pieces)


def _in_recording(entries: list[dict[str, Any]], pieces: Sequence[Piece]) -> tuple[Word, ...]:
    words: list[Word] = []
    floor = pieces[0].start_s
    for entry in entries:
        start, end = _times_in_recording(entry["start"], entry["end"], pieces)
        start = max(start, floor)
        end = max(end, start)
        floor = end
        probability = min(max(entry["probability"], 0.0), 1.0)
        words.append(Word(entry["word"], round(start, 3), round(end, 3), round(probability, 4)))
    return tuple(words)


def _times_in_recording(
    start_s: float, end_s: float, pieces: Sequence[Piece]
) -> tuple[float, float]:
    """Times in the window to times in the recording.

    A word lies in the piece that holds its middle: dynamic time warping lets words reach
    across the cut between two pieces, nobody's voice does.
    """
    middle = (start_s + end_s) / 2
    home = pieces[0]
    for piece in pieces:
        if piece.offset_s <= middle + 0.5 / SAMPLE_RATE:
            home = piece
    shift = home.start_s - home.offset_s
    low, high = home.start_s, home.end_s
    return min(max(start_s + shift, low), high), min(max(end_s + shift, low), high)
