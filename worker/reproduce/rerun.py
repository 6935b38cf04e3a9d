"""The whole way again: decode, find speech, cut windows, hear each as it was heard."""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field

from app.context import Context
from app.media.client import MediaError
from app.settings import Settings
from app.storage.base import ObjectMissing, StorageAway
from worker.beginning import Beginning, to_bytes
from worker.decoder.local import decoder
from worker.models.adapter import BadAdapter
from worker.models.fetching import fetch_adapter
from worker.models.weights import ModelError
from worker.pipeline.ladder import recognise
from worker.pipeline.loading import load_recogniser
from worker.pipeline.recognise import DecodingOptions, Recogniser
from worker.pipeline.types import Window
from worker.pipeline.windows import Packer, pack, packing_for
from worker.reproduce.compare import Compared, compare
from worker.reproduce.recorded import Recorded, RecordedWindow, Refused

NEVER_HEARD = "no model could recognise it then: there is nothing to compare with"


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be other than it was, to see where identity ends."""

    compute_type: str | None = None
    streams: int | None = None
    instructions: str | None = None
    """Of an older processor, which this one can follow: another class of machine, on this one."""


@dataclass(slots=True)
class Rerun:
    """One run through a recording; iterate it once, then look at the rest."""

    context: Context
    recorded: Recorded
    changes: Changes
    versions: dict[str, str] = field(default_factory=dict)
    """Of the models that were used: SHA-256 of the weights."""
    samples_sha256: str | None = None
    _models: dict[tuple[str, str, str], Recogniser] = field(default_factory=dict)
    _loading: threading.Lock = field(default_factory=threading.Lock)

    def windows(self) -> Iterator[Compared]:
        """Each window as it is done, in order; those that were not found any more last.

        Raises `Refused` when the recording cannot be read at all.
        """
        wanted = {window.number: window for window in self.recorded.windows}
        try:
            with ThreadPoolExecutor(self.streams, thread_name_prefix="again") as pool:
                yield from self._in_order(pool, wanted)
        except MediaError as error:
            raise Refused(error.code, f"The recording cannot be decoded: {error.detail}") from error
        except ObjectMissing as error:
            told = "The recording is no longer in the storage; it cannot be made again."
            raise Refused("recording_missing", told) from error
        except StorageAway as error:
            raise Refused("storage_away", f"The storage does not answer: {error}") from error
        for window in wanted.values():
            why = "no such window was found in the recording this time"
            yield Compared(window.number, window.start_s, window.end_s, ("samples",), why)

    @property
    def streams(self) -> int:
        told = [w.result.get("streams") for w in self.recorded.windows if w.result]
        recorded = next((n for n in told if n), None)
        return self.changes.streams or recorded or self.context.settings.stream_count

    def _in_order(
        self, pool: ThreadPoolExecutor, wanted: dict[int, RecordedWindow]
    ) -> Iterator[Compared]:
        waiting: deque[Future[Compared]] = deque()
        with closing(self._cut()) as cut:
            for window in cut:
                was = wanted.pop(window.index, None)
                waiting.append(pool.submit(self._again, window, was))
                if len(waiting) > 2 * self.streams:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _cut(self) -> Generator[Window]:
        packer = Packer(packing_for(self.recorded.model))
        most_s = self.context.settings.max_audio_s
        with (
            self.context.storage.local_file(self.recorded.storage_key) as file,
            decoder() as client,
            client.decode(file, most_s) as decoding,
        ):
            beginning = Beginning(decoding, self.recorded.first_s)
            yield from pack(beginning, packer)
            whole = None if beginning.cut else decoding.summary
            self.samples_sha256 = whole.sha256 if whole else beginning.sha256

    def _again(self, window: Window, was: RecordedWindow | None) -> Compared:
        """Alone: what is heard does not depend on the windows beside it."""
        if was is None:
            why = "there was no such window then"
            return Compared(window.index, window.start_s, window.end_s, ("samples",), why)
        if was.result is None:
            return Compared(was.number, was.start_s, was.end_s, problem=NEVER_HEARD)
        name = str(was.result["model"])
        options = DecodingOptions(
            language=was.language_asked,
            languages=self.recorded.languages,
            task=self.recorded.task,
            prompt=self.recorded.prompt,
            keywords=self.recorded.keywords,
            repair=self.recorded.repair,
        )
        try:
            outcome = recognise(self._model(name, was), [window], options)[0]
        except (ModelError, BadAdapter, ValueError, RuntimeError) as error:
            return Compared(was.number, was.start_s, was.end_s, problem=f"{name}: {error}")
        sha256 = hashlib.sha256(to_bytes(window.samples)).hexdigest()
        return compare(was, sha256, outcome)

    def _model(self, name: str, was: RecordedWindow) -> Recogniser:
        """Loaded as it was then. Raises `ModelError`: gone, damaged, or other weights by now."""
        settings = self._settings(was)
        key = (name, settings.device, settings.compute_type)
        with self._loading:
            if key not in self._models:
                fetch_adapter(name, self.context.storage, settings.models_dir)
                self._models[key], weights = load_recogniser(name, settings)
                self.versions[name] = weights.version
            _check_version(was, name, self.versions[name])
            return self._models[key]

    def _settings(self, was: RecordedWindow) -> Settings:
        ours, result = self.context.settings, was.result or {}
        return ours.model_copy(
            update={
                "device": result.get("device", ours.device),
                "compute_type": self.changes.compute_type
                or result.get("compute_type", ours.compute_type),
                "streams": self.streams,
            }
        )


def _check_version(was: RecordedWindow, name: str, version: str) -> None:
    recorded = (was.result or {}).get("model_version")
    if recorded not in (None, version):
        raise ModelError(
            f"the weights of that name are others now ({version[:12]}…, then {recorded[:12]}…)"
        )
