"""Results on disk for the API and the page: runs with their figures, a comparison, recordings."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from evaluation.comparison import compare, save
from evaluation.runs import format
from evaluation.runs.format import Run
from evaluation.scoring import scored
from tests.support import media
from tests.support.runs import made_run

WORSE = (("child", 1.6),)
LONGEST_S = 4.0


def measured(corpus: str = "readers", **options: Any) -> Run:
    """A made run with the figures that the suite computes for it."""
    run = _measured(corpus, tuple(sorted(options.items())))
    return replace(run, summary=copy.deepcopy(run.summary))


@lru_cache(maxsize=32)
def _measured(corpus: str, options: tuple[tuple[str, Any], ...]) -> Run:
    wanted = dict(options)
    worse = dict(wanted.pop("worse", ()))
    return scored(made_run(corpus, worse=worse, **wanted))


@dataclass(frozen=True, slots=True)
class Results:
    """A folder of results as the suite leaves it."""

    folder: Path

    def add(self, run: Run) -> Run:
        format.save(run, self.folder / "runs" / f"{run.name}.json")
        return run

    def compare(self, a: Run, b: Run) -> None:
        save(compare(a, b), self.folder / "comparisons")


def furnish(results: Results) -> Run:
    """Two models, two corpora, conditions, one comparison. Returns the run shown first."""
    base = results.add(measured(rate=0.09, worse=WORSE, failed=2))
    tiny = results.add(measured(model="tiny.en", rate=0.13, worse=WORSE))
    results.compare(base, tiny)
    for condition, rate in (("noise-10", 0.16), ("noise-0", 0.42), ("opus-8", 0.11)):
        results.add(measured(condition=condition, rate=rate, worse=WORSE))
    results.add(measured("dictation", rate=0.2, speakers=6, each=6, nonspeech=10))
    return base


def record(folder: Path, run: Run) -> None:
    """Recordings of a corpus: a tone each, as long as the run says or a little shorter."""
    for recording in run.recordings:
        path = folder / run.corpus / recording.audio
        path.parent.mkdir(parents=True, exist_ok=True)
        seconds = min(recording.duration_s, LONGEST_S)
        path.write_bytes(media.encode("flac", "flac", seconds=seconds))
