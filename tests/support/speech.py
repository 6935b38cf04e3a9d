"""Speech for tests of the pipeline: real recordings, windows, words, and a recogniser to script."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import av
import numpy as np

from worker.pipeline.recognise import DecodingOptions, compression_ratio
from worker.pipeline.types import SAMPLE_RATE, Piece, Recognition, Samples, Window, Word
from worker.pipeline.windows import Packer

AUDIO = Path(__file__).resolve().parents[1] / "audio"
DOMAINS = Path(__file__).resolve().parents[2] / "data" / "domains"


def read(name: str) -> Samples:
    """A recording of `tests/audio`, shape (n,), at 16 kHz."""
    return _read(AUDIO / name)


def read_clip(path: str) -> Samples:
    """A clip of `data/domains`."""
    return _read(DOMAINS / path)


def _read(path: Path) -> Samples:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
    parts = []
    with av.open(str(path)) as container:
        frames = [*container.decode(audio=0), None]
        for frame in frames:
            parts += [part.to_ndarray()[0] for part in resampler.resample(frame)]
    return (np.concatenate(parts) / np.float32(32768)).astype(np.float32)


def blocks(samples: Samples, block_s: float) -> Iterator[Samples]:
    size = int(block_s * SAMPLE_RATE)
    for start in range(0, len(samples), size):
        yield samples[start : start + size]


def plain(text: str) -> str:
    """Words without case and punctuation, as far as these short English texts need it."""
    kept = "".join(c for c in text.lower() if c.isalnum() or c.isspace())
    return " ".join(kept.split())


def window(
    seconds: float = 10.0,
    *,
    start_s: float = 0.0,
    index: int = 0,
    strict: Sequence[tuple[float, float]] | None = None,
) -> Window:
    """One piece of silence; all of it speech by the strict threshold unless `strict` says else."""
    spans = [(start_s, start_s + seconds)] if strict is None else strict
    samples = np.zeros(round(seconds * SAMPLE_RATE), dtype=np.float32)
    return Window(index, samples, (Piece(start_s, start_s + seconds, 0.0),), tuple(spans))


def words_of(
    text: str, *, start_s: float = 0.0, word_s: float = 0.4, probability: float = 0.9
) -> tuple[Word, ...]:
    """The words of `text`, one after the other without a pause."""
    return tuple(
        Word(f" {word}", start_s + i * word_s, start_s + (i + 1) * word_s, probability)
        for i, word in enumerate(text.split())
    )


def heard(
    text: str = "",
    *,
    words: tuple[Word, ...] | None = None,
    avg_logprob: float = -0.2,
    no_speech_prob: float = 0.0,
    rung: str = "stub",
) -> Recognition:
    words = words_of(text) if words is None else words
    text = text or "".join(word.word for word in words).strip()
    ratio = compression_ratio(text)
    return Recognition(text, words, "en", 1.0, avg_logprob, no_speech_prob, ratio, rung)


# fmt: off
ORDINARY = frozenset((
    "a", "action", "active", "are", "at", "can", "for", "from", "he", "in", "is", "it", "jit",
    "me", "mix", "of", "our", "part", "record", "reads", "ruby", "see", "soap", "spec", "the",
    "they", "to", "was", "we", "why", "with",
))
# fmt: on
"""Words that the stub calls ordinary; a real model asks its vocabulary."""


class StubRecogniser:
    """Answers with what `say` returns for a window, and remembers what it was asked."""

    multilingual = True

    def __init__(
        self, say: Callable[[Window, DecodingOptions], Recognition], name: str = "stub"
    ) -> None:
        self.name = name
        self.asked: list[tuple[tuple[int, ...], DecodingOptions]] = []
        self._say = say

    def ordinary(self, word: str) -> bool:
        return word.lower() in ORDINARY

    def recognise(
        self, windows: Sequence[Window], options: DecodingOptions | None = None
    ) -> list[Recognition]:
        options = options or DecodingOptions()
        self.asked.append((tuple(w.index for w in windows), options))
        return [self._say(w, options) for w in windows]


def drive(
    packer: Packer, samples: Samples, probs: Sequence[float], frames_a_block: int
) -> Iterator[Window]:
    """Push samples with given speech probabilities through `packer`, some frames at a time."""
    given = np.asarray(probs, dtype=np.float32)
    for first in range(0, len(given), frames_a_block):
        last = min(first + frames_a_block, len(given))
        end = len(samples) if last == len(given) else last * 512
        yield from packer.push(samples[first * 512 : end], given[first:last])
    yield from packer.flush()
