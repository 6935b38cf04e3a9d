"""A recogniser that is right by construction, and the speech it understands: a tone is a word.

A word is 0.3 s of a tone of `100 * n` Hz and is written `w<n>`. What the tests plant are faults of
this recogniser; without one it behaves in every check.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from data.audio.decode import Samples
from evaluation.behaviour.types import Engine, Heard, Speech
from evaluation.conditions.media import read
from evaluation.runs.format import HeardWord

RATE = 16_000
WORD = 4800
PAUSE = 1600


def said(numbers: Sequence[int], clip: str, speaker: str) -> Speech:
    """A clip of these words, with 0.3 s before and after."""
    time = np.arange(WORD) / RATE
    edge = np.zeros(WORD)
    parts = [edge]
    for number in numbers:
        parts += [0.25 * np.sin(2 * np.pi * 100 * number * time), np.zeros(PAUSE)]
    samples = np.concatenate([*parts, edge]).astype(np.float32)
    return Speech(clip, samples, " ".join(f"w{number}" for number in numbers), speaker)


def clips(count: int = 6) -> list[Speech]:
    chance = np.random.default_rng(5)
    return [
        said([int(n) for n in chance.integers(5, 30, 8)], f"clip-{number}", f"speaker-{number}")
        for number in range(count)
    ]


def words_in(samples: Samples) -> list[HeardWord]:
    """Tones that are heard for 0.2 s or more; their purity is the probability."""
    size, hop = 1600, 400
    if len(samples) < size:
        return []
    frames = np.lib.stride_tricks.sliding_window_view(samples, size)[::hop]
    loud = np.square(frames).sum(axis=1) > 0.5
    power = np.square(np.abs(np.fft.rfft(frames[loud] * np.hanning(size).astype(np.float32))))
    best = power.argmax(axis=1)
    near = np.clip(best[:, None] + np.arange(-3, 4), 0, power.shape[1] - 1)
    purity = np.zeros(len(frames))
    purity[loud] = np.take_along_axis(power, near, axis=1).sum(axis=1) / power.sum(axis=1)
    numbers = np.zeros(len(frames), dtype=int)
    numbers[loud] = np.round(best / 10)
    numbers[purity < 0.4] = 0
    cuts = np.flatnonzero(np.diff(numbers)) + 1
    return [
        HeardWord(
            f"w{numbers[first]}",
            first * hop / RATE,
            (last * hop + size - hop) / RATE,
            min(float(purity[first:last].mean()), 1.0),
        )
        for first, last in pairwise([0, *map(int, cuts), len(frames)])
        if numbers[first] >= 5 and (last - first) * hop >= 3200
    ]


def recogniser(hear: Callable[[bytes], list[HeardWord]] | None = None) -> Engine:
    """An engine that hears each file with `hear`."""
    hearing = hear or (lambda data: words_in(read(data, None)))

    def engine(files: Sequence[bytes]) -> list[Heard]:
        heard = [tuple(hearing(data)) for data in files]
        return [Heard(" ".join(word.word for word in words), words) for words in heard]

    return engine
