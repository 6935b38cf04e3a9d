"""The command without a product: the one place in `ui` that runs the worker's own code.

It may import `worker` and `app`; nobody may import this module before it is needed. What comes
out is what the product gives for the same file, rendered by the same code.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from app.clock import now
from app.errors import Problem
from app.ids import new_id
from app.media.client import DecoderClient, Decoding, MediaError
from app.models.names import ladder
from app.recordings.multipart import Form
from app.recordings.names import display_name
from app.settings import Settings
from app.transcriptions import options
from app.transcriptions.read import ENDS_EARLY, NO_SPEECH, plain_text
from app.transcriptions.schemas import (
    DomainUsedOut,
    FallbackOut,
    ModelOut,
    SegmentOut,
    SkippedOut,
    TranscriptionOut,
    WordOut,
)
from app.transcriptions.tables import SegmentRow, Stage, Status
from ui.cli import outputs, standalone_domains, standalone_exports
from ui.cli.allocator import keep_memory
from ui.cli.exits import Exit, Stop
from ui.cli.outcome import Chosen, Failure, Item, Refused, Transcript, Wanted, Work
from ui.cli.progress import Bar, Bars
from ui.cli.submit import fallback_note, report
from worker.decoder.local import decoder
from worker.models.weights import ModelError, Weights, catalogue, find
from worker.pipeline.ladder import Outcome
from worker.pipeline.loading import load_recogniser
from worker.pipeline.recognise import DecodingOptions, Recogniser
from worker.pipeline.repair import terms_of
from worker.pipeline.transcribe import SURE
from worker.pipeline.transcribe import transcribe as recognise
from worker.pipeline.types import Segment
from worker.pipeline.windows import Packer, packing_for

_NO_MODEL_COULD = (
    "No model could recognise this recording. The file is as it was; try again, and run"
    " `lectern doctor` if it fails again."
)


def transcribe(items: Sequence[Item], work: Work, bars: Bars) -> None:
    """Transcribe `items` one after the other; errors are noted in each.

    Raises `Stop`: the options are wrong, the model or the decoder cannot be used.
    """
    settings = Settings()
    asked = _checked(work.wanted, settings)
    keep_memory()
    with _Engine(settings, asked, bars) as engine:
        for item in items:
            bar = bars.add(item.path.name)
            started = time.monotonic()
            try:
                job = engine.transcribe(item.path, bar)
                item.transcript = _rendered(job, work.chosen)
                outputs.write(item, work.force)
                item.status = "succeeded"
            except Refused as refused:
                item.fail(refused.failure)
            finally:
                bar.end()
            report(item, bars, time.monotonic() - started)


def _rendered(job: TranscriptionOut, chosen: Chosen) -> Transcript:
    content, notes = standalone_exports.rendered(job, chosen)
    return Transcript(content, job.duration, (*_notes(job), *notes))


def _checked(wanted: Wanted, settings: Settings) -> options.Request:
    """The options, under the rules of the API."""
    fields = [("model", wanted.model or ""), ("language", wanted.language or "")]
    fields += [("keywords", keyword) for keyword in wanted.keywords]
    try:
        asked = options.parse(Form(fields=fields), settings)
        return (
            options.with_use(asked, standalone_domains.use(wanted.domain, asked))
            if wanted.domain
            else asked
        )
    except Problem as problem:
        raise Stop(problem.detail, Exit.USAGE, problem.code) from problem


class _Engine:
    """A decoder and the loaded models, for as long as a `with` lasts."""

    def __init__(self, settings: Settings, asked: options.Request, bars: Bars) -> None:
        self._settings = settings
        self._asked = asked
        self._bars = bars
        self._models: dict[str, tuple[Recogniser, Weights]] = {}
        self._loading = threading.Lock()

    def __enter__(self) -> _Engine:
        bar = self._bars.add(self._asked.model)
        bar.says("loading the model")
        try:
            with ExitStack() as stack:
                self._client: DecoderClient = stack.enter_context(decoder())
                self._load(self._asked.model)
                self._stack = stack.pop_all()
        except ModelError as error:
            raise _unusable(error) from error
        except MediaError as error:
            raise Stop(error.detail, Exit.UNUSABLE, error.code) from error
        finally:
            bar.end()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _load(self, name: str) -> Recogniser:
        with self._loading:
            if name not in self._models:
                self._models[name] = load_recogniser(name, self._settings)
            return self._models[name][0]

    def transcribe(self, path: Path, bar: Bar) -> TranscriptionOut:
        """The job as the API would tell it. Raises `Refused`."""
        packer, begun = Packer(packing_for(self._asked.model)), now()
        try:
            name = display_name(path.name)
            with self._client.decode(path, self._settings.max_audio_s) as decoding:
                bar.heard(0.0, decoding.info.duration_s, None)
                outcomes = list(_watched(self._outcomes(decoding, packer), decoding, bar))
            summary = decoding.summary
        except Problem as problem:
            raise Refused(Failure(problem.code, problem.detail)) from problem
        except MediaError as error:
            raise Refused(Failure(error.code, error.detail, error.retryable)) from error
        if outcomes and all(outcome.recognition is None for outcome in outcomes):
            raise Refused(Failure("recognition_failed", _NO_MODEL_COULD, True))
        return TranscriptionOut(
            id=new_id("tr"),
            recording_id=new_id("rec"),
            name=name,
            status=Status.SUCCEEDED,
            stage=Stage.DONE,
            progress=1.0,
            done_s=round(summary.duration_s, 3),
            duration=summary.duration_s,
            eta_seconds=None,
            queue_position=None,
            error=None,
            created_at=begun,
            started_at=begun,
            finished_at=now(),
            revision=1,
            options=self._asked.options(),
            domain=_used(self._asked),
            skipped=[
                SkippedOut(start=s.start_s, end=s.end_s, level_dbfs=s.level_dbfs)
                for s in packer.skipped
            ],
            **self._heard(outcomes, summary.complete),
        )

    def _outcomes(self, decoding: Decoding, packer: Packer) -> Iterator[Outcome]:
        asked = self._asked
        return recognise(
            decoding,
            self._load,
            asked.model,
            options=DecodingOptions(
                language=asked.language,
                keywords=asked.keywords,
                repair=terms_of(asked.options()),
            ),
            packer=packer,
            streams=self._settings.stream_count,
        )

    def _heard(self, outcomes: list[Outcome], complete: bool) -> dict[str, Any]:
        """The fields that depend on what was recognised, by the rules of the product."""
        model = self._asked.model
        segments = [_segment(segment) for outcome in outcomes for segment in outcome.segments]
        segments.sort(key=lambda segment: segment.start)
        heard = [(o.rung, o.recognition) for o in outcomes if o.recognition is not None]
        sure = (found.language for _, found in heard if found.language_probability >= SURE)
        best = any(rung == 0 for rung, _ in heard)
        warnings = [] if segments else [NO_SPEECH]
        return {
            "text": plain_text(cast(list[SegmentRow], segments)),  # reads what both kinds have
            "segments": segments,
            "language": next(sure, None),
            "model": ModelOut(name=model, version=self._models[model][1].version if best else None),
            "fallbacks": _fallbacks(outcomes, ladder(model, self._asked.language)),
            "warnings": warnings if complete else [*warnings, ENDS_EARLY],
        }


def _used(asked: options.Request) -> DomainUsedOut | None:
    if asked.use is None:
        return None
    return DomainUsedOut(name=asked.use.domain_id, glossary_version=None, model_version=None)


def _watched(outcomes: Iterator[Outcome], decoding: Decoding, bar: Bar) -> Iterator[Outcome]:
    """Pass outcomes on and show how far they are."""
    started = time.monotonic()
    whole_s = decoding.info.duration_s
    for outcome in outcomes:
        done_s = outcome.window.end_s
        pace = (time.monotonic() - started) / done_s if done_s else 0.0
        bar.heard(done_s, whole_s, max(0.0, whole_s - done_s) * pace if whole_s else None)
        yield outcome


def _segment(segment: Segment) -> SegmentOut:
    return SegmentOut(
        id=new_id("seg"),
        start=segment.start_s,
        end=segment.end_s,
        text=segment.text,
        words=[
            WordOut(word=w.word, start=w.start_s, end=w.end_s, probability=w.probability)
            for w in segment.words
        ],
        flags=list(segment.flags),
    )


def _fallbacks(outcomes: Sequence[Outcome], rungs: Sequence[str]) -> list[FallbackOut]:
    return [
        FallbackOut(
            start=outcome.window.start_s,
            end=outcome.window.end_s,
            model=rungs[outcome.rung] if outcome.recognition is not None else None,
            reason="the model asked for failed",
        )
        for outcome in outcomes
        if outcome.rung > 0
    ]


def _notes(job: TranscriptionOut) -> tuple[str, ...]:
    return (*job.warnings, *(fallback_note(f.start, f.end, f.model) for f in job.fallbacks))


def names() -> list[str]:
    """The models that `transcribe` offers here; the first is the default."""
    return options.models(Settings())


def is_official(name: str) -> bool:
    """Whether there are published sums for the weights of `name`."""
    return name in catalogue()


def weights_of(name: str) -> Weights | None:
    """The weights of `name` on this computer, their sums checked; None: they come from a hub.

    Nothing is fetched or changed. Raises `Stop`, with what is wrong and what to do.
    """
    settings = Settings()
    if not is_official(name) and not Path(name).expanduser().is_dir():
        return None
    try:
        if any(settings.models_dir.glob(f"{name}-*")):
            return find(name, settings.models_dir)
        with TemporaryDirectory(prefix="lectern-") as folder:  # not used so far: ask the packages
            return find(name, Path(folder))
    except ModelError as error:
        raise _unusable(error) from error


def _unusable(error: ModelError) -> Stop:
    return Stop(str(error), Exit.UNUSABLE, "model_unusable")


def decoded_s(recording: Path) -> float:
    """Seconds of sound that a decoder of our own finds. Raises `MediaError`."""
    with decoder() as client, client.decode(recording, 60.0) as decoding:
        for _ in decoding:
            pass
        return decoding.summary.duration_s


def socket_path() -> Path:
    """The longest path of a socket that the product makes."""
    return Settings().decoder_socket.absolute()
