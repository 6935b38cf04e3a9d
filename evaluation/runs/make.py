"""Make a run: hear what the cache does not have, then put everything together and count.

A run that is interrupted goes on where it was: every transcript is kept as soon as it is there.
"""

from __future__ import annotations

import hashlib
import shlex
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol

from app.settings import Settings
from app.telemetry.service import machine_class
from data.audio.decode import Undecodable, decode
from data.audio.snr import snr_db
from evaluation.bench.versions import versions
from evaluation.conditions import Condition, condition
from evaluation.corpora import Clip, Corpus
from evaluation.metrics import texts
from evaluation.runs.assemble import counted, recording_of, utterances_of
from evaluation.runs.cache import Cache, hearing_code
from evaluation.runs.format import CLEAN, Run, run_name
from evaluation.runs.heard import Heard
from evaluation.runs.resources import peak_memory, processor_s
from evaluation.runs.sequential import Prepare, remembering, sequential
from evaluation.runs.served import served
from worker.models.store import find_model
from worker.models.weights import Weights
from worker.pipeline.recognise import DecodingOptions


class Engine(Protocol):
    """Something that hears recordings."""

    @property
    def pid(self) -> int:
        """The process whose memory, with all below it, is the engine's."""
        ...

    def hear_all(self, wanted: dict[str, Prepare]) -> Iterator[tuple[str, Heard]]: ...


ENGINES: Final[
    dict[str, Callable[[str, DecodingOptions, Settings], AbstractContextManager[Engine]]]
] = {"sequential": sequential, "served": served, "remembering": remembering}
MODES: Final = ("sequential", "served")
"""Those whose times say something."""


_NOT_PLAYED: Final = frozenset({"impulse-response"})
"""Kinds of clips that are no recordings: they are convolved with others."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be heard, and how."""

    model: str
    mode: str = "sequential"
    condition: str = CLEAN
    options: DecodingOptions = field(default_factory=lambda: DecodingOptions(language="en"))
    glossary: tuple[str, ...] = ()
    """Terms to be counted. To have them expected, give them as keywords of the options."""

    def command(self, corpus: str, limit: int | None = None) -> str:
        """What makes the same run again."""
        language = self.options.language or "auto"
        parts = [
            f"python -m evaluation run --corpus {corpus} --model {self.model} --mode {self.mode}",
            *([f"--condition {self.condition}"] if self.condition != CLEAN else []),
            *([f"--language {language}"] if language != "en" else []),
            *(f"--keyword {shlex.quote(keyword)}" for keyword in self.options.keywords),
            *([f"--limit {limit}"] if limit else []),
        ]
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Step:
    """How far it is, for a progress bar."""

    done: int
    of: int
    cached: int
    audio_s: float


class Nothing(Exception):
    """There is nothing to evaluate; the message says why."""


@dataclass(frozen=True, slots=True)
class _Job:
    """A clip on its way."""

    clip: Clip
    sha256: str
    key: str
    snr_db: float | None = None
    error: str | None = None


def make(
    order: Order,
    corpus: Corpus,
    settings: Settings,
    cache: Cache,
    tell: Callable[[Step], None] | None = None,
    *,
    limit: int | None = None,
) -> Run:
    """Hear and count every clip of a corpus, or the first `limit` of them, each once.

    A clip whose audio is missing or damaged, or that the recogniser fails on, is a recording with
    an `error`; the others are not affected. Raises `Nothing` for an empty list, `ConditionError`
    for an unknown condition or one that cannot be made here, `ModelError` for the model.
    """
    clips = [clip for clip in corpus.clips if clip.fields.get("kind") not in _NOT_PLAYED][:limit]
    if not clips:
        raise Nothing(f"The corpus {corpus.name} has no clips.")
    change = condition(order.condition) if order.condition != CLEAN else None
    weights = find_model(order.model, settings.models_dir)
    what = _what(order, weights, settings, change)
    with ThreadPoolExecutor() as pool:
        jobs = list(pool.map(lambda clip: _job(clip, what, cache), clips))
    heard = {job.clip.id: Heard(error=job.error) for job in jobs if job.error}
    for job in jobs:
        known = None if job.error else cache.get(job.key)
        if known is not None:
            heard[job.clip.id] = known
    missing = [job for job in jobs if job.clip.id not in heard]
    session = cache.key({"session": sorted(job.key for job in jobs)})
    cached = len(jobs) - len(missing)
    tell = tell or _nothing
    tell(Step(cached, len(jobs), cached, 0.0))
    if missing:
        for step, name, found in _hear(order, missing, change, settings, cache, session):
            heard[name] = found
            tell(Step(cached + step.done, len(jobs), cached, step.audio_s))
    recordings = [
        recording_of(job.clip, job.sha256, job.snr_db, heard[job.clip.id]) for job in jobs
    ]
    utterances = [
        each for job in jobs for each in utterances_of(job.clip, heard[job.clip.id], change)
    ]
    failed = frozenset(each.id for each in recordings if each.error is not None)
    return Run(
        name=run_name(corpus.name, weights.name, order.mode, order.condition)
        + (f"--first-{limit}" if limit else ""),
        corpus=corpus.name,
        model=weights.name,
        mode=order.mode,
        condition=order.condition,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        command=order.command(corpus.name, limit),
        machine=machine_class(),
        model_sha256=weights.version,
        corpus_sha256=corpus.sha256,
        options=what["options"],
        versions={
            **versions(),
            "hearing": hearing_code(),
            **texts.recorded(),
            **({"condition": change.version} if change else {}),
        },
        speed={
            **_speed(cache.sessions(session)),
            "transcribed": len(missing),
            "cached": cached,
        },
        recordings=tuple(recordings),
        utterances=tuple(counted(utterances, failed)),
        glossary=order.glossary,
    )


def _nothing(step: Step) -> None:
    """Nobody wants to know."""


def _what(
    order: Order, weights: Weights, settings: Settings, change: Condition | None
) -> dict[str, Any]:
    """Everything but the audio that decides a transcript.

    What may be asked for since the first runs were kept is told only where it was asked for: a run
    without it is the same run.
    """
    later = {"languages": list(order.options.languages), "prompt": order.options.prompt}
    return {
        "model": weights.version,
        "mode": order.mode,
        "condition": change.version if change else CLEAN,
        "options": {
            **{name: value for name, value in asdict(order.options).items() if name not in later},
            **{name: value for name, value in later.items() if value},
            "keywords": list(order.options.keywords),
            "repair": [list(pair) for pair in order.options.repair],
            "device": settings.device,
            "compute_type": settings.compute_type,
        },
    }


def _job(clip: Clip, what: Mapping[str, Any], cache: Cache) -> _Job:
    problem = clip.problem(verify=True)
    if problem is not None:
        return _Job(clip, "", "", error=problem)
    sha256 = hashlib.sha256(clip.audio.read_bytes()).hexdigest()
    # A changed recording depends on which clip it is (its noise) and who speaks (its babble)
    changed = {"clip": clip.id, "speaker": clip.speaker} if what["condition"] != CLEAN else {}
    key = cache.key({**what, **changed, "audio": sha256})
    measured = cache.measured(cache.key({"snr_db": sha256}), lambda: _snr_db(clip.audio))
    return _Job(clip, sha256, key, measured)


def _snr_db(path: Path) -> float | None:
    try:
        found = snr_db(decode(path))
    except Undecodable:
        return None
    return None if found is None else round(found, 1)


def _hear(
    order: Order,
    missing: Sequence[_Job],
    change: Condition | None,
    settings: Settings,
    cache: Cache,
    session: str,
) -> Iterator[tuple[Step, str, Heard]]:
    """Transcribe what is missing, and keep each transcript as soon as it is there."""
    jobs = {job.clip.id: job for job in missing}
    wanted = {name: _prepare(job.clip, change) for name, job in jobs.items()}
    done, audio_s = 0, 0.0
    with ENGINES[order.mode](order.model, order.options, settings) as engine:
        began, used = time.perf_counter(), processor_s(engine.pid)
        with peak_memory(engine.pid) as peak:
            try:
                for name, heard in engine.hear_all(wanted):
                    done += 1
                    if heard.error is None:  # one that failed is tried again the next time
                        cache.put(jobs[name].key, heard)
                        audio_s += jobs[name].clip.duration_s
                    yield Step(done, len(jobs), 0, audio_s), name, heard
            finally:
                wall_s = time.perf_counter() - began
                cache.add_session(
                    session,
                    {
                        "audio_s": audio_s,
                        "wall_s": wall_s,
                        "cpu_s": processor_s(engine.pid) - used,
                        "peak_rss_mb": peak.mb,
                    },
                )


def _prepare(clip: Clip, change: Condition | None) -> Prepare:
    if change is None:
        return lambda: clip.audio
    return lambda: change.prepare(decode(clip.audio), clip.id, clip.speaker)


def _speed(sessions: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    """Of all stretches of work together; a run that was resumed has several."""
    if not sessions:
        return {}
    return {
        "audio_s": round(sum(each["audio_s"] for each in sessions), 2),
        "wall_s": round(sum(each["wall_s"] for each in sessions), 2),
        "cpu_s": round(sum(each["cpu_s"] for each in sessions), 2),
        "peak_rss_mb": round(max(each["peak_rss_mb"] for each in sessions)),
    }
