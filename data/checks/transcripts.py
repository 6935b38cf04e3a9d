"""What two models heard, from results files of `python -m evaluation run`. Only JSON is read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.acquisition.places import REPOSITORY
from data.checks.corpus import CannotCheck, Corpus, home


@dataclass(frozen=True, slots=True)
class Heard:
    """An utterance of a run."""

    id: str
    clip: str
    reference: str
    hypothesis: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """A run of one model."""

    model: str
    path: Path
    utterances: dict[str, Heard]


@dataclass(frozen=True, slots=True)
class Transcripts:
    """Two runs of different models on the same corpus."""

    first: Transcript
    second: Transcript

    @property
    def models(self) -> str:
        return f"{self.first.model} and {self.second.model}"


def how_to_make_them(corpus: str) -> str:
    """What to do when there are none."""
    return (
        "needs transcripts by two different models, of which there are none here. Make them with"
        f"\n    python -m evaluation run --corpus {corpus} --model whisper-base"
        f"\n    python -m evaluation run --corpus {corpus} --model tiny.en"
        "\nor name two results files with --heard RUN RUN."
    )


def given(paths: tuple[Path, Path], corpus: Corpus) -> Transcripts:
    """Two results files. Raises `CannotCheck` when they do not serve."""
    first, second = (_load(path) for path in paths)
    for run in (first, second):
        if not _clips(corpus) & {each.clip for each in run.utterances.values()}:
            raise CannotCheck(f"{run.path} has no clip of {corpus.name}.")
    if first.model == second.model:
        raise CannotCheck(
            f"Both runs are of {first.model}: a model agrees with itself also where it is wrong."
            " Name runs of two different models."
        )
    return Transcripts(first, second)


def found(corpus: Corpus) -> Transcripts | None:
    """The two runs of different models that have the most clips of the corpus."""
    runs = []
    for folder in (REPOSITORY / "evaluation" / "results" / "runs", home() / "evaluation" / "runs"):
        for path in sorted(folder.glob("*.json")):
            # corpus--model--mode[--condition]: what was spoiled on purpose is no witness
            parts = path.stem.split("--")
            if len(parts) == 3 and parts[0].startswith(corpus.name):
                runs.append(_load(path))
    ours = _clips(corpus)
    covered = {id(r): sum(u.clip in ours for u in r.utterances.values()) for r in runs}
    runs = sorted((r for r in runs if covered[id(r)]), key=lambda r: (-covered[id(r)], str(r.path)))
    for second in runs[1:]:
        if second.model != runs[0].model:
            return Transcripts(runs[0], second)
    return None


def _clips(corpus: Corpus) -> set[str]:
    return {clip.name for clip in corpus.clips}


def _load(path: Path) -> Transcript:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        failed = {r["id"] for r in document.get("recordings", ()) if r.get("error")}
        utterances = [_utterance(row) for row in document["utterances"]]
        heard = {each.id: each for each in utterances if each.clip not in failed}
        return Transcript(str(document["model"]), path, heard)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise CannotCheck(f"{path} is not a results file of a run: {error}") from error


def _utterance(row: dict[str, Any]) -> Heard:
    id_, reference, hypothesis = row["id"], row["reference"], row["hypothesis"]
    return Heard(str(id_), str(row.get("recording", id_)), str(reference), str(hypothesis))
