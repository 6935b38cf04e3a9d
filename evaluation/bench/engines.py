"""The engines that are compared. Each gets files and gives texts, with the time of the first."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.settings import get_settings


@dataclass(slots=True)
class Run:
    """What an engine did with a list of files."""

    texts: list[str]
    load_s: float
    wall_s: float
    """From the first byte of the first file to the last word of the last; loading not included."""
    first_words_s: float
    words_with_times: int = 0


def lectern(model: str, files: Sequence[Path]) -> Run:
    """Our pipeline with word times: decoder server, voice activity, windows, all cores."""
    from worker.decoder.local import decoder
    from worker.pipeline.ladder import Outcome
    from worker.pipeline.loading import load_recogniser
    from worker.pipeline.recognise import Recogniser
    from worker.pipeline.transcribe import transcribe, transcribe_many
    from worker.pipeline.types import Samples

    settings = get_settings()
    streams = settings.stream_count

    @lru_cache(maxsize=2)
    def load(name: str) -> Recogniser:
        return load_recogniser(name, settings)[0]

    started = time.perf_counter()
    load(model)
    load_s = time.perf_counter() - started
    parts: list[list[str]] = [[] for _ in files]
    first_words_s, words = 0.0, 0
    with decoder() as client:

        def blocks(file: Path) -> Iterator[Samples]:
            with client.decode(file, settings.max_audio_s) as decoding:
                yield from decoding

        started = time.perf_counter()
        outcomes: Iterator[tuple[int, Outcome]]
        if len(files) == 1:
            outcomes = ((0, o) for o in transcribe(blocks(files[0]), load, model, streams=streams))
        else:
            outcomes = transcribe_many(map(blocks, files), load, model, streams=streams)
        for number, outcome in outcomes:
            parts[number] += [segment.text for segment in outcome.segments]
            words += sum(len(segment.words) for segment in outcome.segments)
            first_words_s = first_words_s or time.perf_counter() - started
        wall_s = time.perf_counter() - started
    return Run([" ".join(part) for part in parts], load_s, wall_s, first_words_s, words)


def faster_whisper_default(model: str, files: Sequence[Path]) -> Run:
    """`WhisperModel(...).transcribe(file)` with nothing changed, on the same int8 weights.

    Its default is beam 5 with temperature fallback, one 30 s window after the other, and no word
    times.
    """
    return _faster_whisper(model, files, lambda engine, file: engine.transcribe(str(file)))


def faster_whisper_words(model: str, files: Sequence[Path]) -> Run:
    """The same call with `word_timestamps=True`: what it costs there to get what we always give."""
    return _faster_whisper(
        model, files, lambda engine, file: engine.transcribe(str(file), word_timestamps=True)
    )


def _faster_whisper(model: str, files: Sequence[Path], call: Callable[..., Any]) -> Run:
    from faster_whisper import WhisperModel

    from worker.models.weights import find

    weights = find(model, get_settings().models_dir)
    started = time.perf_counter()
    engine = WhisperModel(str(weights.folder), device="cpu", compute_type="int8")
    load_s = time.perf_counter() - started
    texts, first_words_s, words = [], 0.0, 0
    started = time.perf_counter()
    for file in files:
        segments, _ = call(engine, file)
        parts = []
        for segment in segments:
            parts.append(segment.text)
            words += len(segment.words or ())
            first_words_s = first_words_s or time.perf_counter() - started
        texts.append(" ".join(parts))
    return Run(texts, load_s, time.perf_counter() - started, first_words_s, words)


ENGINES: dict[str, Callable[[str, Sequence[Path]], Run]] = {
    "lectern": lectern,
    "faster-whisper default": faster_whisper_default,
    "faster-whisper default + word times": faster_whisper_words,
}
