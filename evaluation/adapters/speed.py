"""Is the adapted model as fast? The same windows, turn by turn, in one process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.settings import Settings
from data.audio.decode import decode
from worker.pipeline.loading import load_recogniser
from worker.pipeline.recognise import DecodingOptions, Recogniser
from worker.pipeline.transcribe import BATCH
from worker.pipeline.types import SAMPLE_RATE, Piece, Window

ROUNDS: Final = 5
WINDOWS: Final = 16
_OPTIONS: Final = DecodingOptions(language="en")


@dataclass(frozen=True, slots=True)
class Speed:
    """Times real time of both, medians over the rounds."""

    parent: float
    adapter: float
    ratio: float
    """Median of the rounds' own ratios: what disturbs a round disturbs both."""


def compare(parent: str, adapter: Path, audio: Iterable[Path], settings: Settings) -> Speed | None:
    """Of the first windows of these recordings; None when there are none."""
    windows = [_window(i, path) for i, path in zip(range(WINDOWS), audio, strict=False)]
    if not windows:
        return None
    first, _ = load_recogniser(parent, settings)
    second, _ = load_recogniser(str(adapter), settings)
    for recogniser in (first, second):  # the first call also touches the weights
        recogniser.recognise(windows[:BATCH], _OPTIONS)
    rounds = [(_seconds(first, windows), _seconds(second, windows)) for _ in range(ROUNDS)]
    audio_s = sum(window.duration_s for window in windows)
    return Speed(
        parent=audio_s / statistics.median(a for a, _ in rounds),
        adapter=audio_s / statistics.median(b for _, b in rounds),
        ratio=statistics.median(a / b for a, b in rounds),
    )


def _window(index: int, path: Path) -> Window:
    samples = decode(path)[: 20 * SAMPLE_RATE]
    length_s = len(samples) / SAMPLE_RATE
    return Window(index, samples, (Piece(0.0, length_s, 0.0),), ((0.0, length_s),))


def _seconds(recogniser: Recogniser, windows: list[Window]) -> float:
    began = time.process_time()
    for start in range(0, len(windows), BATCH):
        recogniser.recognise(windows[start : start + BATCH], _OPTIONS)
    return time.process_time() - began
