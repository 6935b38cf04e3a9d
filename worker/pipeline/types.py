"""What the stages hand to each other. Times in seconds of the recording, probabilities in 0-1."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 16_000
"""Samples a second of every array in the pipeline (float32, mono, -1 to 1)."""

StoredWord = tuple[str, float, float, float] | tuple[str, float, float, float, str]
"""Word, start_s, end_s, probability; and what was heard, where a repair was made."""

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the recording as it lies in a window.

    `start_s` and `end_s` are times in the recording, `offset_s` is where the piece begins in
    the window's own samples.
    """

    start_s: float
    end_s: float
    offset_s: float


@dataclass(frozen=True, slots=True)
class Window:
    """Up to `PackingOptions.max_s` seconds of speech, cut at pauses, to be recognised at once."""

    index: int
    samples: Samples
    pieces: tuple[Piece, ...]
    strict_speech: tuple[tuple[float, float], ...]
    """Spans (start_s, end_s) of the recording that the stricter threshold calls speech."""
    origin: str | None = None
    """Under which name its features are kept and forgotten; None: they are not kept."""

    @property
    def start_s(self) -> float:
        return self.pieces[0].start_s

    @property
    def end_s(self) -> float:
        return self.pieces[-1].end_s

    @property
    def strict_speech_s(self) -> float:
        return sum(end_s - start_s for start_s, end_s in self.strict_speech)

    @property
    def duration_s(self) -> float:
        return len(self.samples) / SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class SkippedSpan:
    """A stretch in which no speech was found and which no model has heard."""

    start_s: float
    end_s: float
    level_dbfs: float
    """Root mean square level against full scale; -120 stands for digital silence."""


@dataclass(frozen=True, slots=True)
class Word:
    word: str
    start_s: float
    end_s: float
    probability: float
    heard: str | None = None
    """What the model wrote, where a term that sounds like it stands instead."""

    def row(self) -> StoredWord:
        """As it is stored: what was heard only where something else stands."""
        row = (self.word, self.start_s, self.end_s, self.probability)
        return row if self.heard is None else (*row, self.heard)


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a model heard in one window. Word times are times in the recording."""

    text: str
    words: tuple[Word, ...]
    language: str
    language_probability: float
    avg_logprob: float
    no_speech_prob: float
    compression_ratio: float
    rung: str
    """Which step of the ladder produced it, for example `whisper-base`."""
    features_saved_s: float | None = field(default=None, compare=False)
    """Seconds saved because the encoder's features were kept; None: they were made."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence or phrase of the transcript, read and edited as one unit."""

    start_s: float
    end_s: float
    text: str
    words: tuple[Word, ...]
    flags: tuple[str, ...] = field(default=())
