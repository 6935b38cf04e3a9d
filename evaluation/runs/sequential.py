"""Recordings heard in this process, one file after the other, each window alone.

As many files at once as the machine has cores, each on one stream: no window shares its batch with
that of another file, so a transcript cannot depend on what else is in the corpus.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final

from app.media.client import DecoderClient, MediaError
from app.settings import Settings
from evaluation.runs.format import HeardWord
from evaluation.runs.heard import Heard, HeardSegment
from worker.decoder.local import decoder
from worker.features.store import FeatureStore
from worker.models.store import find_model
from worker.models.weights import Weights
from worker.pipeline.ladder import Outcome
from worker.pipeline.loading import load_recogniser
from worker.pipeline.recognise import DecodingOptions, Recogniser
from worker.pipeline.transcribe import transcribe
from worker.pipeline.types import Samples, Segment

Audio = Path | bytes
"""A file, or its bytes."""
_ORIGIN: Final = "evaluation"
_FEATURES_BYTES: Final = 2_000_000_000
_FEATURES_H: Final = 24.0 * 14
Prepare = Callable[[], Audio]
"""Makes the audio when its turn comes: thousands of changed recordings are never all in memory."""


@dataclass(frozen=True, slots=True)
class Sequential:
    """A loaded model and a decoder."""

    model: str
    options: DecodingOptions
    settings: Settings
    weights: Weights
    load: Callable[[str], Recogniser]
    client: DecoderClient
    origin: str | None = None
    """Under whose name features are kept; None: they are not."""

    @property
    def pid(self) -> int:
        return os.getpid()

    def hear(self, prepare: Prepare) -> Heard:
        """One recording. Whatever fails is told in `Heard.error`."""
        try:
            audio = prepare()
            return self._heard(audio)
        except MediaError as error:
            return Heard(error=f"{error.code}: {error.detail}")
        except Exception as error:  # noqa: BLE001 (one clip that fails must not end the run)
            return Heard(error=f"{type(error).__name__}: {error}"[:500])

    def _heard(self, audio: Audio) -> Heard:
        began = time.perf_counter()
        first: float | None = None
        outcomes: list[Outcome] = []
        stream = transcribe(
            self._blocks(audio),
            self.load,
            self.model,
            options=self.options,
            streams=1,
            origin=self.origin,
        )
        for outcome in stream:
            outcomes.append(outcome)
            if first is None and outcome.segments:
                first = time.perf_counter() - began
        return Heard(
            segments=tuple(_segment(each) for o in outcomes for each in o.segments),
            rungs=dict(Counter(_rung(outcome) for outcome in outcomes)),
            withheld=sum(outcome.withheld is not None for outcome in outcomes),
            language=_language(outcomes),
            processing_s=round(time.perf_counter() - began, 4),
            first_words_s=None if first is None else round(first, 4),
        )

    def _blocks(self, audio: Audio) -> Iterator[Samples]:
        source = audio if isinstance(audio, Path) else BytesIO(audio)
        with self.client.decode(source, self.settings.max_audio_s) as decoding:
            yield from decoding

    def hear_all(self, wanted: dict[str, Prepare]) -> Iterator[tuple[str, Heard]]:
        """Each with its id, in the order in which they are ready."""
        with ThreadPoolExecutor(self.settings.stream_count) as pool:
            futures: dict[Future[Heard], str] = {
                pool.submit(self.hear, prepare): name for name, prepare in wanted.items()
            }
            try:
                for future in as_completed(futures):
                    yield futures[future], future.result()
            finally:
                pool.shutdown(cancel_futures=True)


@contextmanager
def sequential(
    model: str,
    options: DecodingOptions,
    settings: Settings,
    *,
    features: FeatureStore | None = None,
) -> Iterator[Sequential]:
    """A model ready to hear. Raises `ModelError` when its weights cannot be used."""

    @lru_cache(maxsize=2)
    def load(name: str) -> Recogniser:
        return load_recogniser(name, settings, features)[0]

    weights = find_model(model, settings.models_dir)
    load(model)
    origin = None if features is None else _ORIGIN
    with decoder(max_children=settings.stream_count + 2) as client:
        yield Sequential(model, options, settings, weights, load, client, origin)


@contextmanager
def remembering(model: str, options: DecodingOptions, settings: Settings) -> Iterator[Sequential]:
    """The same, for a model that shares its encoder with others that hear the same recordings.

    The encoder is most of the work, and a model and its adapters have one encoder: what it gave
    for a window is kept in files. The texts are the same to the letter; times of processing say
    nothing.
    """
    store = FeatureStore(
        settings.home / "evaluation" / "features",
        quota_bytes=_FEATURES_BYTES,
        hours=_FEATURES_H,
        min_free_bytes=settings.min_free_bytes,
    )
    with sequential(model, options, settings, features=store) as engine:
        try:
            yield engine
        finally:
            store.flush()


def _segment(segment: Segment) -> HeardSegment:
    words = tuple(HeardWord(w.word, w.start_s, w.end_s, w.probability) for w in segment.words)
    return HeardSegment(segment.start_s, segment.end_s, segment.text, words, segment.flags)


def _rung(outcome: Outcome) -> str:
    return "failed" if outcome.recognition is None else outcome.recognition.rung


def _language(outcomes: list[Outcome]) -> str | None:
    heard = (o.recognition.language for o in outcomes if o.recognition is not None)
    return next(heard, None)
