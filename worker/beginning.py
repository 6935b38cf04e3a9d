"""Samples on their way from the decoder: as bytes, and no more of them than are wanted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import numpy as np

from worker.pipeline.types import SAMPLE_RATE, Samples


class Beginning:
    """The first `first_s` seconds of a stream of blocks; all of it when that is None.

    Iterate it once, then look at the rest. Nothing is taken from the stream behind the limit, so
    a decoder at its other end does not go on.
    """

    # Ch 12 · Scaling the System: five minutes of a recording of twelve hours cost five minutes' work

    def __init__(self, blocks: Iterable[Samples], first_s: float | None) -> None:
        self._blocks = blocks
        self._most = None if first_s is None else max(1, round(first_s * SAMPLE_RATE))
        self._hash = hashlib.sha256()
        self._count = 0

    def __iter__(self) -> Iterator[Samples]:
        for block in self._blocks:
            taken = block if self._most is None else block[: self._most - self._count]
            self._count += len(taken)
            if self._most is not None:
                self._hash.update(to_bytes(taken))
            yield taken
            if self.cut:
                return

    @property
    def cut(self) -> bool:
        """Whether the limit was reached: what is behind it nobody has looked at."""
        return self._most is not None and self._count >= self._most

    @property
    def duration_s(self) -> float:
        return self._count / SAMPLE_RATE

    @property
    def sha256(self) -> str:
        """Of the samples as `to_bytes` writes them; computed only where there is a limit."""
        return self._hash.hexdigest()


def to_bytes(samples: Samples) -> bytes:
    """Little-endian int16: exactly what the decoder gave, which float32 holds without loss."""
    return np.clip(np.rint(samples * 32768), -32768, 32767).astype("<i2").tobytes()


def from_bytes(data: bytes) -> Samples:
    """The samples that `to_bytes` wrote."""
    return np.frombuffer(data, "<i2").astype(np.float32) / np.float32(32768)
