"""`python -m evaluation.bench`: speed, memory and word errors, engines interleaved, medians."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from app.settings import REPOSITORY
from app.telemetry.service import machine_class
from evaluation.bench.engines import ENGINES
from evaluation.bench.measure import Measurement, run_child
from evaluation.bench.versions import versions
from evaluation.corpora import Clip, load
from evaluation.metrics.counts import count_all
from evaluation.metrics.sentences import errors_by_sentence
from evaluation.metrics.texts import normaliser_version
from evaluation.statistics.paired import Difference, compare
from evaluation.wer import Errors, rate

RESULTS = REPOSITORY / "evaluation" / "results" / "recogniser.json"
MODELS = ("tiny.en", "whisper-base")
CORPORA = ("longform-lj003", "librispeech-test-other")
BASELINE = "faster-whisper default"
OURS = "lectern"


def main() -> None:
    arguments = _arguments()
    rows = []
    for model in arguments.models:
        for corpus in arguments.corpora:
            clips = load(corpus)[: arguments.limit or None]
            runs = _interleaved(model, corpus, arguments)
            rows.append(_row(model, corpus, clips, runs))
            _say(rows[-1])
    result = {
        "command": "python -m evaluation.bench",
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine_class(),
        "repeats": arguments.repeats,
        "normaliser": normaliser_version(),
        "versions": versions(),
        "rows": rows,
    }
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(result, indent=1) + "\n")
    print(f"written to {arguments.output}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evaluation.bench", description=__doc__)
    parser.add_argument("--models", nargs="+", default=MODELS)
    parser.add_argument("--corpora", nargs="+", default=CORPORA)
    parser.add_argument("--engines", nargs="+", default=(OURS, BASELINE), choices=tuple(ENGINES))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--limit", type=int, default=0, help="clips of a corpus; 0: all")
    parser.add_argument("--output", type=Path, default=RESULTS)
    return parser.parse_args()


def _interleaved(
    model: str, corpus: str, arguments: argparse.Namespace
) -> dict[str, list[Measurement]]:
    """Every engine once a round, the order reversed on alternate rounds: noise hits all alike."""
    runs: dict[str, list[Measurement]] = {engine: [] for engine in arguments.engines}
    for repeat in range(arguments.repeats):
        order = arguments.engines if repeat % 2 == 0 else arguments.engines[::-1]
        for engine in order:
            print(f"{model} on {corpus}: {engine}, round {repeat + 1}", flush=True)
            runs[engine].append(run_child(engine, model, corpus, arguments.limit))
    return runs


def _row(
    model: str, corpus: str, clips: list[Clip], runs: dict[str, list[Measurement]]
) -> dict[str, Any]:
    errors = {engine: _errors(clips, found[0].report["texts"]) for engine, found in runs.items()}
    row: dict[str, Any] = {
        "model": model,
        "corpus": corpus,
        "clips": len(clips),
        "audio_s": round(sum(clip.duration_s for clip in clips), 1),
        "engines": {engine: _summary(found, errors[engine]) for engine, found in runs.items()},
    }
    if BASELINE in runs and OURS in runs:
        difference = compare(errors[OURS], errors[BASELINE], _blocks(clips))
        ratios = [
            ours.rtfx / theirs.rtfx for ours, theirs in zip(runs[OURS], runs[BASELINE], strict=True)
        ]
        row["speed_ratio"] = round(median(ratios), 2)
        row["speed_ratios"] = [round(ratio, 2) for ratio in ratios]
        row["wer_difference"] = {
            **_points(difference),
            "blocks_are": "sentences" if len(clips) == 1 else "speakers",
            "not_worse": difference.not_worse,
        }
    return row


def _points(difference: Difference) -> dict[str, float | None]:
    """As the results file has it: in percentage points, fewer than five blocks without bounds."""
    bounds = {"points": difference.value, "low": difference.low, "high": difference.high}
    return {
        **{key: None if x is None else round(100 * x, 3) for key, x in bounds.items()},
        "a_better": round(difference.a_better, 3),
        "blocks": difference.blocks,
    }


def _errors(clips: list[Clip], texts: list[str]) -> list[Errors]:
    if len(clips) == 1 and clips[0].sentences:
        return errors_by_sentence(clips[0].sentences, texts[0])
    return [counted["english"] for counted in count_all([clip.text for clip in clips], texts)]


def _blocks(clips: list[Clip]) -> list[str]:
    if len(clips) == 1:
        return [str(i) for i in range(len(clips[0].sentences))]
    return [clip.speaker or clip.id for clip in clips]


def _summary(runs: list[Measurement], errors: list[Errors]) -> dict[str, Any]:
    texts = {json.dumps(run.report["texts"]) for run in runs}
    return {
        "wer_percent": round(100 * rate(errors), 2),
        "words": sum(e.words for e in errors),
        "substitutions": sum(e.substitutions for e in errors),
        "deletions": sum(e.deletions for e in errors),
        "insertions": sum(e.insertions for e in errors),
        "rtfx": round(median(run.rtfx for run in runs), 1),
        "rtfx_runs": [round(run.rtfx, 1) for run in runs],
        "wall_s": round(median(run.report["wall_s"] for run in runs), 2),
        "first_words_s": round(median(run.report["first_words_s"] for run in runs), 2),
        "load_s": round(median(run.report["load_s"] for run in runs), 2),
        "peak_rss_mb": round(median(run.peak_rss_mb for run in runs)),
        "words_with_times": runs[0].report["words_with_times"],
        "same_text_every_run": len(texts) == 1,
        "errors": [[e.words, e.substitutions, e.deletions, e.insertions] for e in errors],
    }


def _say(row: dict[str, Any]) -> None:
    for engine, found in row["engines"].items():
        print(
            f"  {engine:38} WER {found['wer_percent']:5.2f} %  {found['rtfx']:6.1f} x real time"
            f"  first words {found['first_words_s']:5.2f} s  {found['peak_rss_mb']:5} MB"
        )
    if "speed_ratio" in row:
        print(f"  speed ratio {row['speed_ratio']}, WER difference {row['wer_difference']}")


if __name__ == "__main__":
    main()
