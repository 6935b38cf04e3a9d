"""Prepare a job: decode it, find the speech, cut windows, store them for the recogniser.

Windows are stored and announced as they are found: the first is being recognised while the rest
is still being decoded. An attempt that follows a lost one finds the same windows again and
stores only those that are missing.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from uuid import uuid4

from sqlmodel import Session

from app.context import Context
from app.database import DatabaseError
from app.media.client import MediaError
from app.media.faults import planted
from app.storage.base import NoSpace, ObjectMissing, StorageAway
from app.telemetry.service import seen
from app.transcriptions import preparing
from app.transcriptions.preparing import Decoded, LeaseLost, NewWindow, Preparation
from app.transcriptions.turns import next_to_prepare
from worker.beginning import Beginning, to_bytes
from worker.pipeline.types import Samples, Window
from worker.pipeline.windows import Packer, pack, packing_for
from worker.playback import PlaybackCopy
from worker.stopping import told_to_stop
from worker.version import code_version

logger = logging.getLogger("lectern.preparing")
ANNOUNCE_S = 0.25
"""Windows found within this time are announced together."""
RACES = 5
"""Times another worker may be quicker before this one leaves the rest to it."""


class Stopped(Exception):
    """The worker was told to stop."""


def prepare_waiting(context: Context) -> None:
    """Prepare the jobs whose turn it is until none waits; errors end a job with their reason."""
    context.database.transact(lambda session: seen(session, "media", woken=True))
    while not told_to_stop():
        held = context.database.transact(lambda session: _begin_next(session, context))
        if held is None or not _prepare_job(context, held):
            return


def _begin_next(session: Session, context: Context) -> Preparation | None:
    for _ in range(RACES):
        waiting = next_to_prepare(session)
        if waiting is None:
            return None
        held = preparing.begin(session, waiting, code_version())
        if held is not None:
            return held
    return None


def _prepare_job(context: Context, held: Preparation) -> bool:
    """False when nobody can prepare anything at present: the next job would fare the same."""
    try:
        _prepare(context, held)
    except LeaseLost:
        logger.info("%s was taken away or cancelled", held.transcription_id)
    except Stopped:
        _end(context, held, lambda session: preparing.hand_back(session, held, "told to stop"))
    except (NoSpace, StorageAway, DatabaseError) as error:
        logger.warning("%s is put off: %s", held.transcription_id, error)
        _put_off(context, held, f"{type(error).__name__}: {error}")
        return False
    except MediaError as error:
        return _media_error(context, held, error)
    except ObjectMissing:
        message = "The recording is no longer in the storage. Send it again."
        _fail(context, held, "recording_missing", message, retryable=False)
    except Exception as error:
        logger.exception("preparing %s failed", held.transcription_id)
        message = (
            "The recording could not be prepared because of an error on our side"
            f" ({type(error).__name__}). It is kept; try again."
        )
        _fail(context, held, "preparation_failed", message, retryable=True)
    return True


def _media_error(context: Context, held: Preparation, error: MediaError) -> bool:
    if error.code == "decoder_unavailable":
        _put_off(context, held, str(error))
        return False
    if error.retryable:
        # One death proves nothing: somebody may have killed the decoder under an innocent file
        most = context.settings.max_attempts
        why = "the decoder " + ("died" if error.code == "decoder_crashed" else "did not answer")
        _end(context, held, lambda s: preparing.lose(s, held, error.code, why, most))
    else:
        told = f"{error.detail} The recording is kept."
        _fail(context, held, error.code, told, retryable=False)
    return True


def _fail(context: Context, held: Preparation, code: str, message: str, *, retryable: bool) -> None:
    _end(
        context,
        held,
        lambda session: preparing.fail(session, held, code, message, retryable=retryable),
    )


def _put_off(context: Context, held: Preparation, why: str) -> None:
    _end(context, held, lambda session: preparing.put_off(session, held, why))


def _end(context: Context, held: Preparation, how: Callable[[Session], None]) -> None:
    """End the attempt; where even that fails, the reaper will find it silent."""
    try:
        context.database.transact(how)
    except LeaseLost:
        logger.info("%s was taken away before it ended", held.transcription_id)
    except DatabaseError as error:
        logger.warning("the end of %s could not be told: %s", held.transcription_id, error)


def _prepare(context: Context, held: Preparation) -> None:
    settings = context.settings
    packer = Packer(packing_for(held.model))
    with (
        context.storage.local_file(held.storage_key) as file,
        context.decoder.decode(
            file, settings.max_audio_s, fault=planted(context.faults)
        ) as decoding,
        # A copy of the beginning would stand for the whole recording
        PlaybackCopy(
            context.storage, wanted=not decoding.info.playable and held.first_s is None
        ) as playback,
    ):
        announcer = _Announcer(context, held)
        beginning = Beginning(announcer.watch(decoding), held.first_s)
        try:
            for window in pack(playback.tee(beginning), packer):
                announcer.add(window)
            announcer.flush()
        except BaseException:
            announcer.forget()
            raise
        playback_key = playback.finish()
    summary = None if beginning.cut else decoding.summary
    decoded = Decoded(
        duration_s=summary.duration_s if summary else beginning.duration_s,
        samples_sha256=summary.sha256 if summary else beginning.sha256,
        complete=summary.complete if summary else True,
        cut=beginning.cut,
        skipped=[(s.start_s, s.end_s, s.level_dbfs) for s in packer.skipped],
        playback_key=playback_key,
    )
    try:
        context.database.transact(lambda session: preparing.finish(session, held, decoded))
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

    def watch(self, decoding: Iterable[Samples]) -> Iterator[Samples]:
        """Pass blocks through; now and then, give a sign of life and see if the lease holds."""
        for block in decoding:
            if told_to_stop():
                raise Stopped
            self._context.faults.maybe_die()
            if time.monotonic() - self._written_at > self._lease_s / 6:
                self._transact(lambda session: preparing.keep_alive(session, self._held))
            yield block

    def add(self, window: Window) -> None:
        if window.index in self._held.known_windows:
            return
        self._found.append(self._store(window))
        if window.index == 0 or time.monotonic() - self._written_at > ANNOUNCE_S:
            self.flush()

    def flush(self) -> None:
        if self._found:
            found = self._found
            self._transact(lambda session: preparing.add_windows(session, self._held, found))
            self._found = []
        self._written_at = time.monotonic()

    def _transact(self, work: Callable[[Session], None]) -> None:
        self._context.database.transact(work, patience_s=self._lease_s)
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
