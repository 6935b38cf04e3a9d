"""The model host: one process a machine that holds the weights and recognises leased windows.

CTranslate2 runs as many single-threaded streams as there are cores over one copy of the weights;
each stream is fed by a thread that leases windows, and releases Python's lock while it computes.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import Any

from sqlmodel import Session

from app.context import Context
from app.database import DatabaseError
from app.models.names import english_only, ladder
from app.storage.base import ObjectMissing, StorageAway
from app.telemetry.service import machine_class, measured, process_name, seen
from app.transcriptions import recognising
from app.transcriptions.recognising import Batch, LeasedWindow, NewSegment, WindowResult
from app.transcriptions.shares import Shares
from worker.beginning import from_bytes
from worker.features.store import open_store
from worker.in_work import InWork
from worker.models.fetching import fetch_adapter
from worker.models.weights import Weights
from worker.pipeline.ladder import Outcome, failed, recognise
from worker.pipeline.loading import load_recogniser
from worker.pipeline.recognise import DecodingOptions, Recogniser
from worker.pipeline.repair import repairs_of, terms_of
from worker.pipeline.transcribe import BATCH
from worker.pipeline.types import Piece, Segment, Window
from worker.stopping import told_to_stop
from worker.version import code_version, package_versions

logger = logging.getLogger("lectern.host")

LOADED_MODELS = 3
"""An adapted model, its parent and the last rung; more are loaded by turns."""
ENOUGH_S = 30.0
"""Audio in a batch from which on its speed says something about the next recording."""
IDLE_S = 0.05
"""How long a stream waits for the next window while a recording is being prepared."""
LOOK_S = 0.1
"""How often the host looks whether it was told to stop."""
LEAVE_S = 2.0
"""For how long a host that was told to stop tries to hand its windows back."""
PAUSE_S = 1.0
"""How long a stream rests when the database or the storage is away."""


class SimulatedCrash(RuntimeError):
    """Raised by the fault `crashing_model`."""


class Host:
    """Loaded models and the loop that works on windows."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._settings = context.settings
        self._faults = context.faults
        self._models: dict[str, tuple[Recogniser, Weights]] = {}
        self._loading = threading.Lock()
        self._leasing = threading.Lock()
        self._work = InWork()
        self._busy = 0
        self._process = process_name("host")
        self._shares = Shares()
        self._features = open_store(context.settings)

    def warm_up(self) -> None:
        """Load the default model. An unusable one is told in the log, and again for each job."""
        with self._context.database.write() as session:
            seen(session, "host", details={"loading": self._settings.model})
        try:
            _, weights = self._model(self._settings.model)
            details = {"model": weights.name, "version": weights.version}
        except Exception as error:
            logger.exception("the model %s cannot be used", self._settings.model)
            details = {"model": self._settings.model, "error": str(error)}
        with self._context.database.write() as session:
            seen(session, "host", woken=True, details=details)

    def work(self) -> None:
        """Recognise windows until none waits and none is about to come.

        Returns at once when the worker is told to stop; what was in work is then handed back.
        """
        streams = [
            threading.Thread(target=self._stream, name=f"stream-{i}", daemon=True)
            for i in range(self._settings.stream_count)
        ]
        with self._heartbeat():
            for thread in streams:
                thread.start()
            while any(thread.is_alive() for thread in streams):
                if told_to_stop():
                    self._leave()
                    return
                streams[0].join(LOOK_S) if streams[0].is_alive() else streams[-1].join(LOOK_S)

    def _leave(self) -> None:
        with self._leasing:
            windows = self._work.take_all()
        with suppress(DatabaseError):
            self._context.database.transact(
                lambda session: recognising.hand_back(session, windows), patience_s=LEAVE_S
            )
        logger.info("told to stop, %d windows were handed back", len(windows))

    def _stream(self) -> None:
        while not told_to_stop():
            try:
                if not self._one_round():
                    return
            except DatabaseError as error:
                logger.warning("the database is in the way: %s", error)
                time.sleep(PAUSE_S)
            except Exception:
                logger.exception("a stream stumbled and goes on")
                time.sleep(PAUSE_S)

    def _one_round(self) -> bool:
        """Do a batch, or wait for one; False when none waits and none is about to come."""
        with self._context.database.read() as session:
            waiting = recognising.work_is_waiting(session)
            coming = waiting or recognising.work_is_coming(session)
        if not coming:
            return False
        if not (waiting and self._one_batch()):
            time.sleep(IDLE_S)
        return True

    def _one_batch(self) -> bool:
        """Lease and recognise a batch; False when there is none for this stream now."""
        with self._leasing:
            batch = None if told_to_stop() else self._context.database.transact(self._lease)
            if batch is None:
                return False
            self._work.add(batch.windows)
        try:
            self._do(batch)
        finally:
            self._work.remove(batch.windows)
        return True

    def _lease(self, session: Session) -> Batch | None:
        recognising.free_forgotten(session, self._process, self._work.windows())
        streams = self._settings.stream_count
        return recognising.lease(session, self._process, BATCH, streams, self._shares)

    def _do(self, batch: Batch) -> None:
        asked = _options(batch, batch.model)
        rungs = ladder(batch.model, batch.language, asked.task, asked.languages)
        try:
            windows = [self._window(leased) for leased in batch.windows]
            outcomes, weights, seconds = self._recognise(batch, rungs, windows)
        except StorageAway as error:
            logger.warning("%d windows wait for the storage: %s", len(batch.windows), error)
            self._context.database.transact(lambda s: recognising.hand_back(s, batch.windows))
            time.sleep(PAUSE_S)
        except DatabaseError:
            raise  # says nothing about the windows; the next lease frees them
        except Exception as error:
            simulated = isinstance(error, SimulatedCrash)
            logger.warning(
                "%d windows failed on %s", len(batch.windows), rungs, exc_info=not simulated
            )
            self._give_back(batch, rungs, error)
        else:
            self._store(batch, outcomes, weights, seconds)

    def _recognise(
        self, batch: Batch, rungs: tuple[str, ...], windows: list[Window]
    ) -> tuple[list[Outcome], Weights, float]:
        rung = batch.windows[0].rung
        name = rungs[rung]
        options = _options(batch, name)
        recogniser, weights = self._model(name)
        self._inject_faults(rung)
        started = time.monotonic()
        self._busy += 1
        try:
            outcomes = recognise(recogniser, windows, options, rung)
        finally:
            busy, self._busy = self._busy, self._busy - 1
        seconds = time.monotonic() - started
        audio_s = sum(window.duration_s for window in windows)
        if audio_s > ENOUGH_S:
            saved_s = sum(o.recognition.features_saved_s or 0.0 for o in outcomes if o.recognition)
            speed = audio_s / (seconds + saved_s) * busy
            self._context.database.transact(lambda session: measured(session, name, speed))
        return outcomes, weights, seconds

    def _inject_faults(self, rung: int) -> None:
        slow = self._faults.parameters("slow_model")
        if slow is not None:
            time.sleep(slow["seconds"])
        self._faults.maybe_die()
        if rung > 0:
            return
        hang = self._faults.parameters("hanging_model")
        if hang is not None and self._faults.chance("hanging_model", hang["share"]):
            time.sleep(hang["seconds"])
        crash = self._faults.parameters("crashing_model")
        if crash is not None and self._faults.chance("crashing_model", crash["share"]):
            if crash["kill"]:
                os.kill(os.getpid(), signal.SIGKILL)
            raise SimulatedCrash("the fault crashing_model is switched on")

    def _window(self, leased: LeasedWindow) -> Window:
        with self._context.storage.open(leased.audio_key) as file:
            samples = from_bytes(file.read())
        pieces = tuple(Piece(*piece) for piece in leased.pieces)
        return Window(leased.number, samples, pieces, leased.strict_speech, leased.origin)

    def _model(self, name: str) -> tuple[Recogniser, Weights]:
        """The loaded model, checked against its sums first; the least recently used one goes."""
        with self._loading:
            if name in self._models:
                self._models[name] = self._models.pop(name)
                return self._models[name]
            while len(self._models) >= LOADED_MODELS:
                self._models.pop(next(iter(self._models)))
            fetch_adapter(name, self._context.storage, self._settings.models_dir)
            self._models[name] = load_recogniser(name, self._settings, self._features)
            return self._models[name]

    def _store(
        self, batch: Batch, outcomes: list[Outcome], weights: Weights, seconds: float
    ) -> None:
        settings = self._settings
        engine = {
            "language_asked": _options(batch, weights.name).language,
            "streams": settings.stream_count,
            "device": settings.device,
            "compute_type": settings.compute_type,
            "packages": package_versions(),
        }
        results = [
            _result(leased, outcome, weights, seconds / len(outcomes), engine)
            for leased, outcome in zip(batch.windows, outcomes, strict=True)
        ]
        self._context.database.transact(lambda session: recognising.complete(session, results))

    def _give_back(self, batch: Batch, rungs: tuple[str, ...], error: Exception) -> None:
        told = "the audio of the window is missing" if isinstance(error, ObjectMissing) else error
        # The ladder gets shorter when the language turns out not to be English
        last = len(rungs) - 1

        def tell(session: Session) -> None:
            for leased in batch.windows:
                pieces = tuple(Piece(*piece) for piece in leased.pieces)
                hollow = Window(leased.number, from_bytes(b""), pieces, leased.strict_speech)
                recognising.failed(
                    session,
                    leased,
                    f"{rungs[min(leased.rung, last)]}: {told}",
                    max_tries=self._settings.max_attempts,
                    rungs=len(rungs),
                    gap=_segment(failed(hollow, leased.rung).segments[0]),
                )

        self._context.database.transact(tell)

    @contextmanager
    def _heartbeat(self) -> Iterator[None]:
        """Give signs of life for the windows in work, and end the process when one hangs."""
        done = threading.Event()

        def beat() -> None:
            while not done.wait(self._settings.lease_s / 6):
                try:
                    self._context.database.transact(self._beat, patience_s=self._settings.lease_s)
                except DatabaseError as error:
                    logger.warning("no sign of life could be given: %s", error)
                self._end_if_hung()

        self._context.database.transact(lambda session: seen(session, "host", woken=True))
        thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()

    def _beat(self, session: Session) -> None:
        recognising.keep_alive(session, self._work.windows())
        seen(session, "host", woken=True)

    def _end_if_hung(self) -> None:
        """A stream that computes for ever cannot be stopped, only its process can.

        The windows it hangs in are lost with it; those of the other streams are handed back.
        """
        # Ch 7 · Planning for Mistakes: a model that never answers is ended, and its window suspected
        hung = self._work.older_than(self._settings.window_timeout_s)
        if not hung:
            return
        logger.error("%d windows hang; the model host is started anew", len(hung))
        others = [window for window in self._work.take_all() if window not in hung]
        with suppress(DatabaseError):
            self._context.database.transact(lambda s: recognising.hand_back(s, others))
        os.kill(os.getpid(), signal.SIGKILL)


def _options(batch: Batch, name: str) -> DecodingOptions:
    return DecodingOptions(
        language="en" if english_only(name) else batch.language,
        languages=tuple(batch.options.get("languages", ())),
        task=batch.options.get("task", "transcribe"),
        prompt=batch.options.get("prompt", ""),
        keywords=tuple(batch.options.get("keywords", ())),
        repair=terms_of(batch.options),
    )


def _segment(segment: Segment) -> NewSegment:
    words = [word.row() for word in segment.words]
    return NewSegment(segment.start_s, segment.end_s, segment.text, words, list(segment.flags))


def _result(
    leased: LeasedWindow,
    outcome: Outcome,
    weights: Weights,
    seconds: float,
    engine: dict[str, Any],
) -> WindowResult:
    # Ch 24 · Versioning, Provenance, and Reproducibility: each window knows model, weights and code
    recognition = outcome.recognition
    assert recognition is not None
    scores = asdict(recognition)
    heard = scores.pop("text")
    del scores["words"]
    repairs = repairs_of(recognition.words)
    return WindowResult(
        window=leased,
        segments=[_segment(segment) for segment in outcome.segments],
        result={
            "model": weights.name,
            "model_version": weights.version,
            "code_version": code_version(),
            "machine": machine_class(),
            **engine,
            "seconds": round(seconds, 4),
            **({"repairs": repairs} if repairs else {}),
            "withheld": outcome.withheld,
            "withheld_text": heard if outcome.withheld else None,
            **scores,
        },
        language=recognition.language,
        language_probability=recognition.language_probability,
    )
