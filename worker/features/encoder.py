"""Samples to what the decoder reads: the one path of serving and of training.

What CTranslate2's encoder gives is rounded to float16. The decoder always gets the rounded
features, whether they were made this moment or yesterday, so that both give the same text.
"""

# Ch 10 · Deploying a Model: training learns from the very features that serving decodes

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import ctranslate2
import numpy as np
import numpy.typing as npt

from worker.features.key import encoder_sha256, key_of
from worker.features.store import FeatureStore
from worker.features.threads import one_thread
from worker.pipeline.features import log_mel, padded_frames
from worker.pipeline.types import SAMPLE_RATE, Samples

Features = npt.NDArray[np.float16]
"""Shape (frames / 2, width of the model)."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """The features of one window, and what it saved that they were there."""

    features: Features
    saved_s: float | None = None
    """Seconds that making them had taken, less those of fetching them; None: made now."""


class Encoder:
    """The encoder of one loaded model, with or without a store. Safe to use from many threads."""

    def __init__(
        self,
        model: ctranslate2.models.Whisper,
        folder: Path,
        *,
        device: str = "cpu",
        compute_type: str = "int8",
        store: FeatureStore | None = None,
    ) -> None:
        one_thread()
        self._model = model
        self._folder = folder
        self._device = device
        self._compute_type = compute_type
        self._store = store

    @classmethod
    def load(
        cls,
        folder: Path,
        *,
        device: str = "cpu",
        compute_type: str = "int8",
        streams: int = 1,
        store: FeatureStore | None = None,
    ) -> Encoder:
        """Of a CTranslate2 folder, for who does not decode."""
        model = ctranslate2.models.Whisper(
            str(folder),
            device=device,
            compute_type=compute_type,
            inter_threads=streams,
            intra_threads=1,
        )
        return cls(model, folder, device=device, compute_type=compute_type, store=store)

    def features_of(
        self, samples: Sequence[Samples], origins: Sequence[str | None] | None = None
    ) -> list[Features]:
        """Features of windows of any length up to 30 s, in order, padded as serving pads them."""
        origins = origins or [None] * len(samples)
        return [
            self.encode([one], padded_frames(len(one) / SAMPLE_RATE), [origin])[0].features
            for one, origin in zip(samples, origins, strict=True)
        ]

    def encode(
        self, samples: Sequence[Samples], frames: int, origins: Sequence[str | None]
    ) -> list[Encoded]:
        """Features of windows padded to `frames` mel frames; none depends on the others.

        `origins` says under whose name each is kept (`app.recordings.origin`); one without an
        origin is neither looked for nor kept.
        """
        keys = [
            self._key(one, frames, origin) for one, origin in zip(samples, origins, strict=True)
        ]
        found = [self._find(origin, key) for origin, key in zip(origins, keys, strict=True)]
        missing = [i for i, encoded in enumerate(found) if encoded is None]
        if missing:
            started = time.perf_counter()
            made = self._make([samples[i] for i in missing], frames)
            seconds = (time.perf_counter() - started) / len(missing)
            for i, features in zip(missing, made, strict=True):
                found[i] = Encoded(features)
                origin, key = origins[i], keys[i]
                if self._store is not None and origin is not None and key is not None:
                    self._store.put_later(origin, key, features, seconds)
        return [encoded for encoded in found if encoded is not None]

    def _make(self, samples: Sequence[Samples], frames: int) -> Features:
        mels = np.stack([log_mel(one, frames, self._model.n_mels) for one in samples])
        encoded = self._model.encode(ctranslate2.StorageView.from_array(mels), to_cpu=True)
        if encoded.dtype != ctranslate2.DataType.float32:
            encoded = encoded.to(ctranslate2.DataType.float32)
        return np.array(encoded).astype(np.float16)

    def _find(self, origin: str | None, key: str | None) -> Encoded | None:
        if self._store is None or origin is None or key is None:
            return None
        started = time.perf_counter()
        kept = self._store.get(origin, key)
        if kept is None:
            return None
        spent = time.perf_counter() - started
        return Encoded(kept.features, max(0.0, kept.seconds - spent))

    def _key(self, samples: Samples, frames: int, origin: str | None) -> str | None:
        if self._store is None or origin is None:
            return None
        return key_of(
            samples,
            frames,
            self._encoder_sha256,
            device=self._device,
            compute_type=self._compute_type,
        )

    @cached_property
    def _encoder_sha256(self) -> str:
        return encoder_sha256(self._folder)
