"""`python -m evaluation.bench.features`: what keeping encoder features costs, saves and changes.

Windows of the long recording are heard in four ways, interleaved: with the encoder's own float32
output, rounded to float16 as served, the same written to an empty store, and read out of it. The
clips of the other corpus are heard with and without the rounding. Writes `results/features.json`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Final

import ctranslate2
import numpy as np

from app.settings import REPOSITORY, get_settings
from app.telemetry.service import machine_class
from evaluation.bench.versions import versions
from evaluation.corpora import Clip, load
from evaluation.metrics.counts import count_all
from evaluation.metrics.sentences import errors_by_sentence
from evaluation.metrics.texts import normaliser_version
from evaluation.wer import Errors, rate
from worker.decoder.local import decoder
from worker.features.encoder import Encoder
from worker.features.store import FeatureStore
from worker.pipeline.features import log_mel
from worker.pipeline.ladder import Outcome, recognise
from worker.pipeline.loading import load_recogniser
from worker.pipeline.recognise import DecodingOptions, Recogniser
from worker.pipeline.transcribe import BATCH
from worker.pipeline.types import Samples, Window
from worker.pipeline.windows import Packer, pack, packing_for

RESULT: Final = REPOSITORY / "evaluation" / "results" / "features.json"
MODELS: Final = ("tiny.en", "whisper-base")
LONG, CLIPS = "longform-lj003", "librispeech-test-other"
WAYS: Final = ("exact", "rounded", "kept", "again")
_ORIGIN: Final = "made-bench"


class _Exact(Encoder):
    """Without the rounding: what was served before there was a store."""

    def _make(self, samples: Sequence[Samples], frames: int) -> Any:
        mels = np.stack([log_mel(one, frames, self._model.n_mels) for one in samples])
        return np.array(self._model.encode(ctranslate2.StorageView.from_array(mels)))


@dataclass(frozen=True, slots=True)
class Heard:
    clips: list[Clip]
    texts: list[str]
    windows: list[str]
    """Words with their times, window by window."""
    wall_s: float
    cpu_s: float
    saved_s: float = 0.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m evaluation.bench.features")
    parser.add_argument("--models", nargs="+", default=MODELS)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--limit", type=int, default=0, help="clips; 0: all")
    parser.add_argument("--output", type=Path, default=RESULT)
    arguments = parser.parse_args()
    rows = [_row(model, arguments.repeats, arguments.limit) for model in arguments.models]
    result = {
        "command": "python -m evaluation.bench.features",
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine_class(),
        "repeats": arguments.repeats,
        "normaliser": normaliser_version(),
        "versions": versions(),
        "rows": rows,
    }
    arguments.output.write_text(json.dumps(result, indent=1) + "\n")
    print(f"written to {arguments.output}")


def _row(model: str, repeats: int, limit: int) -> dict[str, Any]:
    long, clips = (_windows(load(name)[: limit or None], model) for name in (LONG, CLIPS))
    runs: dict[str, list[Heard]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as folder:
        for repeat in range(repeats):
            for way in WAYS[:2][:: 1 if repeat % 2 else -1] + WAYS[2:]:
                print(f"{model} on {LONG}: {way}, round {repeat + 1}", flush=True)
                if way == "kept":
                    shutil.rmtree(folder)
                runs[way].append(_hear(model, long, way, Path(folder)))
        stored = sum(path.stat().st_size for path in Path(folder).rglob("*.f16"))
    other = {way: _hear(model, clips, way, None) for way in WAYS[:2]}
    row = {
        "model": model,
        "speech_s": round(sum(w.duration_s for _, ws in long for w in ws), 1),
        "stored_mb": round(stored / 1e6, 1),
        "ways": {way: _summary(found) for way, found in runs.items()},
        "rounding": [
            _rounding(LONG, runs["exact"][0], runs["rounded"][0]),
            _rounding(CLIPS, other["exact"], other["rounded"]),
        ],
        "again_same_bits": all(
            each.windows == runs["rounded"][0].windows for way in WAYS[1:] for each in runs[way]
        ),
    }
    print(json.dumps(row, indent=1), flush=True)
    return row


def _windows(clips: list[Clip], model: str) -> list[tuple[Clip, list[Window]]]:
    found = []
    with decoder() as client:
        for clip in clips:
            with client.decode(clip.audio, get_settings().max_audio_s) as decoding:
                found.append((clip, list(pack(decoding, Packer(packing_for(model))))))
    return found


def _recogniser(
    model: str, way: str, folder: Path | None
) -> tuple[Recogniser, FeatureStore | None]:
    settings = get_settings()
    store = None
    if way in WAYS[2:] and folder is not None:
        store = FeatureStore(folder / "features", quota_bytes=2**31, hours=1.0)
    recogniser, weights = load_recogniser(model, settings, store)
    if way == "exact":
        recogniser.encoder = _Exact(recogniser.model, weights.folder)
    return recogniser, store


def _hear(
    model: str, clips: list[tuple[Clip, list[Window]]], way: str, folder: Path | None
) -> Heard:
    """All windows in batches as the host makes them, loading and looking at the disk left out."""
    recogniser, store = _recogniser(model, way, folder)
    owned = [(i, replace(w, origin=_ORIGIN)) for i, (_, ws) in enumerate(clips) for w in ws]
    batches = [owned[i : i + BATCH] for i in range(0, len(owned), BATCH)]
    options = DecodingOptions(language="en")

    def hear(batch: list[tuple[int, Window]]) -> list[Outcome]:
        return recognise(recogniser, [window for _, window in batch], options)

    wall_s, cpu_s = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(get_settings().stream_count) as pool:
        outcomes = [outcome for found in pool.map(hear, batches) for outcome in found]
    wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    if store is not None:
        store.flush()
    texts: list[list[str]] = [[] for _ in clips]
    for (number, _), outcome in zip(owned, outcomes, strict=True):
        texts[number] += [segment.text for segment in outcome.segments]
    saved_s = sum(o.recognition.features_saved_s or 0.0 for o in outcomes if o.recognition)
    joined = [" ".join(text) for text in texts]
    words = [repr([segment.words for segment in outcome.segments]) for outcome in outcomes]
    return Heard([clip for clip, _ in clips], joined, words, wall_s, cpu_s, saved_s)


def _summary(runs: list[Heard]) -> dict[str, Any]:
    return {
        "wall_s": round(median(run.wall_s for run in runs), 2),
        "cpu_s": round(median(run.cpu_s for run in runs), 2),
        "wall_s_runs": [round(run.wall_s, 2) for run in runs],
        "cpu_s_runs": [round(run.cpu_s, 2) for run in runs],
        "saved_s": round(median(run.saved_s for run in runs), 2),
    }


def _rounding(corpus: str, exact: Heard, rounded: Heard) -> dict[str, Any]:
    differing = sum(a != b for a, b in zip(exact.texts, rounded.texts, strict=True))
    windows = sum(a != b for a, b in zip(exact.windows, rounded.windows, strict=True))
    return {
        "corpus": corpus,
        "texts": len(exact.texts),
        "texts_that_differ": differing,
        "windows": len(exact.windows),
        "windows_that_differ_in_a_word_time_or_probability": windows,
        "wer_percent_exact": round(100 * rate(_errors(exact)), 2),
        "wer_percent_rounded": round(100 * rate(_errors(rounded)), 2),
    }


def _errors(heard: Heard) -> list[Errors]:
    if len(heard.clips) == 1 and heard.clips[0].sentences:
        return errors_by_sentence(heard.clips[0].sentences, heard.texts[0])
    references = [clip.text for clip in heard.clips]
    return [counted["english"] for counted in count_all(references, heard.texts)]


if __name__ == "__main__":
    main()
