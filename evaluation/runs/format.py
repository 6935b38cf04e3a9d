"""The results file of a run: what was played, what was heard, and all that is needed to re-score.

JSON, one record a line where there are many, so that a change of a file can be read. Rates are
fractions, times are seconds of the recording, probabilities lie in 0-1.
"""

# Ch 24 · Versioning, Provenance, and Reproducibility: a score can be traced to audio, model, options and code

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from evaluation.files import write_whole
from evaluation.wer import Errors

FORMAT: Final = 1
CLEAN: Final = "clean"
"""The condition in which nothing was done to the audio."""


class BadRun(Exception):
    """A results file that cannot be read; the message says which and why."""


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word of the transcript."""

    word: str
    start_s: float
    end_s: float
    probability: float


@dataclass(frozen=True, slots=True)
class TrueWord:
    """A word of the reference whose times are known."""

    word: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Recording:
    """One audio file of the corpus and what the recogniser did with it."""

    id: str
    audio: str
    """Path below the corpus folder."""
    audio_sha256: str
    duration_s: float
    fields: dict[str, str] = field(default_factory=dict)
    """What the manifest says: gender, accent, kind of noise …"""
    snr_db: float | None = None
    processing_s: float | None = None
    """Seconds from the start of decoding to the last word."""
    first_words_s: float | None = None
    rungs: dict[str, int] = field(default_factory=dict)
    """Windows by the step of the ladder that heard them; `failed` are honest gaps."""
    flags: dict[str, int] = field(default_factory=dict)
    """Segments by what the guard says of them."""
    withheld: int = 0
    """Windows whose text was withheld."""
    error: str | None = None
    """Why there is no transcript. Such a recording is counted as failed, never as right."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """What is scored: a clip, a sentence of a long recording, or a turn of a dialogue."""

    id: str
    recording: str
    reference: str
    hypothesis: str
    speaker: str | None = None
    start_s: float = 0.0
    end_s: float = 0.0
    fields: dict[str, str] = field(default_factory=dict)
    """Groups it belongs to."""
    counts: dict[str, Errors] = field(default_factory=dict)
    """By text form: raw, basic, english, characters, letters."""
    words: tuple[HeardWord, ...] = ()
    true_words: tuple[TrueWord, ...] = ()
    flags: tuple[str, ...] = ()
    """What the guard says of the segments it lies in: reasons to have a person look at it."""

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Run:
    """One model, one corpus, one mode, one condition."""

    name: str
    corpus: str
    model: str
    mode: str
    """`sequential`: one file after the other in this process; `served`: through the product."""
    condition: str
    made_at: str
    command: str
    machine: str
    model_sha256: str
    corpus_sha256: str
    """Of the manifest, whose order and fields decide the utterances."""
    options: dict[str, Any]
    versions: dict[str, str]
    """Code, Python, packages; `normaliser` for the text forms."""
    speed: dict[str, Any]
    """`audio_s`, `wall_s`, `cpu_s`, `peak_rss_mb`, `transcribed`, `cached` of making this run."""
    recordings: tuple[Recording, ...]
    utterances: tuple[Utterance, ...]
    glossary: tuple[str, ...] = ()
    """Terms of the field whose recall and false insertions are counted."""
    summary: dict[str, Any] = field(default_factory=dict)
    """Figures computed from the rest by `evaluation.scoring`; re-scoring needs none of them."""

    @property
    def failed(self) -> list[Recording]:
        return [recording for recording in self.recordings if recording.error is not None]


def run_name(corpus: str, model: str, mode: str, condition: str = CLEAN) -> str:
    """For example `an4-test--whisper-base--served` or `an4-test--tiny.en--sequential--noise-10`."""
    short = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(model).name)
    parts = [corpus, short, mode] + ([condition] if condition != CLEAN else [])
    return "--".join(parts)


def save(run: Run, path: Path) -> None:
    """Write the file in one step: whoever reads it meanwhile sees the old one or the new one."""
    document = {"format": FORMAT, **asdict(run)}
    document["utterances"] = [_utterance_row(each) for each in run.utterances]
    write_whole(path, _lines(document))


def load(path: Path) -> Run:
    """Read a results file. Raises `BadRun` when it is not one."""
    try:
        document = json.loads(path.read_text())
        if document.pop("format") != FORMAT:
            raise BadRun(f"{path} was written by another version of the suite; run it again.")
        recordings = tuple(Recording(**row) for row in document.pop("recordings"))
        utterances = tuple(_utterance(row) for row in document.pop("utterances"))
        glossary = tuple(document.pop("glossary", ()))
        return Run(**document, recordings=recordings, utterances=utterances, glossary=glossary)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadRun(f"{path} is not a results file of a run: {error}") from error


def _utterance_row(utterance: Utterance) -> dict[str, Any]:
    """With words and counts as short lists: they are most of the file."""
    row: dict[str, Any] = {
        "id": utterance.id,
        "recording": utterance.recording,
        "speaker": utterance.speaker,
        "start_s": round(utterance.start_s, 3),
        "end_s": round(utterance.end_s, 3),
        "reference": utterance.reference,
        "hypothesis": utterance.hypothesis,
        "fields": utterance.fields,
        "counts": {
            form: [e.words, e.substitutions, e.deletions, e.insertions]
            for form, e in utterance.counts.items()
        },
        "words": [
            [w.word, round(w.start_s, 3), round(w.end_s, 3), round(w.probability, 4)]
            for w in utterance.words
        ],
    }
    if utterance.flags:
        row["flags"] = list(utterance.flags)
    if utterance.true_words:
        row["true_words"] = [
            [w.word, round(w.start_s, 3), round(w.end_s, 3)] for w in utterance.true_words
        ]
    return row


def _utterance(row: Mapping[str, Any]) -> Utterance:
    return Utterance(
        **{
            **row,
            "counts": {form: Errors(*counts) for form, counts in row["counts"].items()},
            "words": tuple(HeardWord(*word) for word in row["words"]),
            "true_words": tuple(TrueWord(*word) for word in row.get("true_words", ())),
            "flags": tuple(row.get("flags", ())),
        }
    )


def _lines(document: Mapping[str, Any]) -> str:
    """JSON with one recording and one utterance a line."""
    parts = []
    for key, value in document.items():
        if key in ("recordings", "utterances"):
            rows = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in value)
            parts.append(f' "{key}": [\n{rows}\n ]')
        else:
            parts.append(f' "{key}": {json.dumps(value, ensure_ascii=False)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"
