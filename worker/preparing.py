"""Prepare a job: decode it, find the speech, cut windows, store them for the recogniser.

Windows are stored and announced as they are found: the first is being recognised while the rest
is still being decoded. An attempt that follows a lost one finds the same windows again and
stores only those that are missing.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterator
from uuid import uuid4

import numpy as np

from app.context import Context
from app.media.client import Decoding, MediaError
from app.telemetry.service import seen
from app.transcriptions import preparing
from app.transcriptions.preparing import Decoded, LeaseLost, NewWindow, Preparation
from worker.pipeline.types import Samples, Window
from worker.pipeline.windows import Packer, pack, packing_for
from worker.playback import PlaybackCopy
from worker.version import code_version

logger = logging.getLogger("lectern.preparing")
ANNOUNCE_S = 0.25
"""Windows found within this time are announced together."""


def prepare_job(context: Context, transcription_id: str) -> None:
    """Prepare the job unless somebody else does; errors end it with their reason."""
    settings = context.settings
    with context.database.write() as session:
        seen(session, "media", woken=True)
        held = preparing.begin(session, transcription_id, settings.lease_s, code_version())
    if held is None:
        return
    try:
        _prepare(context, held)
    except LeaseLost:
        logger.info("%s was taken away or cancelled", transcription_id)
    except MediaError as error:
        told = f"{error.detail} The recording is kept."
        _fail(context, held, error.code, told, retryable=error.retryable)
    except Exception as error:
        logger.exception("preparing %s failed", transcription_id)
        message = (
            "The recording could not be prepared because of an error on our side"
            f" ({type(error).__name__}). It is kept; try again."
        )
        _fail(context, held, "preparation_failed", message, retryable=True)


def _fail(context: Context, held: Preparation, code: str, message: str, *, retryable: bool) -> None:
    try:
        with context.database.write() as session:
            preparing.fail(session, held, code, message, retryable=retryable)
    except LeaseLost:
        logger.info("%s was taken away before it failed", held.transcription_id)


def _prepare(context: Context, held: Preparation) -> None:
    settings = context.settings
    packer = Packer(packing_for(held.model))
    with (
        context.storage.local_file(held.storage_key) as file,
        context.decoder.decode(file, settings.max_audio_s) as decoding,
        PlaybackCopy(context.storage, wanted=not decoding.info.playable) as playback,
    ):
        announcer = _Announcer(context, held)
        try:
            for window in pack(playback.tee(announcer.watch(decoding)), packer):
                announcer.add(window)
            announcer.flush()
        except BaseException:
            announcer.forget()
            raise
        playback_key = playback.finish()
    summary = decoding.summary
    decoded = Decoded(
        duration_s=summary.duration_s,
        samples_sha256=summary.sha256,
        complete=summary.complete,
        skipped=[(s.start_s, s.end_s, s.level_dbfs) for s in packer.skipped],
        playback_key=playback_key,
    )
    try:
        with context.database.write() as session:
            preparing.finish(session, held, decoded)
    except BaseException:
        if playback_key is not None:
            context.storage.delete(playback_key)
        raise


class _Announcer:
    """Stores windows and tells the database about them, keeping the lease alive meanwhile."""

    def __init__(self, context: Context, held: Preparation) -> None:
        self._context = context
        self._held = held
        self._lease_s = context.settings.lease_s
        self._found: list[NewWindow] = []
        self._written_at = time.monotonic()

    def watch(self, decoding: Decoding) -> Iterator[Samples]:
        """Pass blocks through; now and then, prolong the lease and see whether it still holds."""
        for block in decoding:
            if time.monotonic() - self._written_at > self._lease_s / 6:
                with self._context.database.write() as session:
                    preparing.keep_alive(session, self._held, self._lease_s)
                self._written_at = time.monotonic()
            yield block

    def add(self, window: Window) -> None:
        if window.index in self._held.known_windows:
            return
        self._found.append(self._store(window))
        if window.index == 0 or time.monotonic() - self._written_at > ANNOUNCE_S:
            self.flush()

    def flush(self) -> None:
        if self._found:
            with self._context.database.write() as session:
                preparing.add_windows(session, self._held, self._found, self._lease_s)
            self._found = []
        self._written_at = time.monotonic()

    def forget(self) -> None:
        """Remove the audio of windows that no row tells of."""
        for window in self._found:
            self._context.storage.delete(window.audio_key)

    def _store(self, window: Window) -> NewWindow:
        samples = to_bytes(window.samples)
        key = f"windows/{self._held.transcription_id}/{uuid4().hex}"
        writer = self._context.storage.create(key)
        writer.write(samples)
        writer.commit(durable=False)
        return NewWindow(
            number=window.index,
            start_s=window.start_s,
            end_s=window.end_s,
            speech_s=window.duration_s,
            strict_speech=list(window.strict_speech),
            pieces=[(p.start_s, p.end_s, p.offset_s) for p in window.pieces],
            audio_key=key,
            samples_sha256=hashlib.sha256(samples).hexdigest(),
        )


def to_bytes(samples: Samples) -> bytes:
    """Little-endian int16: exactly what the decoder gave, which float32 holds without loss."""
    return np.clip(np.rint(samples * 32768), -32768, 32767).astype("<i2").tobytes()


def from_bytes(data: bytes) -> Samples:
    """The samples that `to_bytes` wrote."""
    return np.frombuffer(data, "<i2").astype(np.float32) / np.float32(32768)
