"""Transcribing with the running product: send, follow, fetch, and call it off when interrupted."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from ui import wire
from ui.cli import outputs, resume
from ui.cli.api import CommandClient, Progress
from ui.cli.counted import Counted
from ui.cli.exits import Exit, Stop
from ui.cli.formats import unusable
from ui.cli.notes import kept_note
from ui.cli.outcome import Failure, Item, Refused, Transcript, Wanted, Work
from ui.cli.progress import Bar, Bars, length
from ui.client import ApiError

SENDERS = 2
"""Uploads at a time: all files are in the queue soon, and the first one is there first."""
FOLLOWERS = 8
"""Event streams at a time. Jobs beyond that run as well; their bars come later."""
WIND_UP_S = 10.0
"""How long an interrupted command waits for its jobs to be called off."""
INTERRUPTED = Failure(
    "interrupted", "Interrupted. The file itself was not changed; run the command again.", True
)
_OPTION_ERRORS = frozenset(
    {
        "unknown_model",
        "unknown_language",
        "language_not_supported",
        "too_many_keywords",
        "keyword_too_long",
        "domain_not_found",
    }
)


def check(client: CommandClient, wanted: Wanted) -> None:
    """Raises `Stop` when the product cannot be used or does not accept the options."""
    try:
        client.check_options(wanted.model, wanted.language, wanted.keywords, wanted.domain)
    except ApiError as error:
        if error.code in _OPTION_ERRORS:
            raise Stop(error.detail, Exit.USAGE, error.code) from error
        raise unusable(error) from error


def transcribe(client: CommandClient, items: Sequence[Item], work: Work, bars: Bars) -> None:
    """Transcribe `items` and write what has a target; errors are noted in each item.

    Raises `KeyboardInterrupt` after the jobs of unfinished items were called off.
    """
    batch = _Batch(client, work, bars)
    try:
        batch.run(items)
    except KeyboardInterrupt:
        batch.call_off(items)
        raise


class _CalledOff(Exception):
    """The command was interrupted."""


class _Batch:
    def __init__(self, client: CommandClient, work: Work, bars: Bars) -> None:
        self._client = client
        self._work = work
        self._bars = bars
        self._stop = threading.Event()
        self._senders = ThreadPoolExecutor(SENDERS, thread_name_prefix="send")
        self._followers = ThreadPoolExecutor(FOLLOWERS, thread_name_prefix="follow")
        self._idle = threading.Condition()
        self._sending = 0

    def run(self, items: Sequence[Item]) -> None:
        """Each file is followed from the moment it is sent, while later ones are being sent."""
        sent = [self._senders.submit(self._send, item) for item in items]
        for future in sent:
            followed = future.result()
            if followed is not None:
                followed.result()

    def call_off(self, items: Sequence[Item]) -> None:
        """Cancel what is under way, also what is just being created."""
        self._stop.set()
        self._senders.shutdown(wait=False, cancel_futures=True)
        with self._idle:
            self._idle.wait_for(lambda: not self._sending, WIND_UP_S)
        self._followers.shutdown(wait=False, cancel_futures=True)
        begun = [item for item in items if item.id is not None and not item.over]
        lost = [item for item in begun if not self._cancelled(item)]
        for item in items:
            if not item.over:
                item.fail(INTERRUPTED, "cancelled")
        if begun:
            stopped = len(begun) - len(lost)
            self._bars.say(f"{stopped} of {len(begun)} unfinished jobs were called off.")
        for item in lost:
            self._bars.say(f"{item.path}: {item.id} could not be called off and may go on.")

    def _cancelled(self, item: Item) -> bool:
        with suppress(ApiError):
            self._client.cancel(item.id or "")
            return True
        return False

    def _send(self, item: Item) -> Future[None] | None:
        with self._idle:
            self._sending += 1
        try:
            return None if self._stop.is_set() else self._begin(item)
        finally:
            with self._idle:
                self._sending -= 1
                self._idle.notify_all()

    def _begin(self, item: Item) -> Future[None] | None:
        bar = self._bars.add(item.path.name)
        try:
            item.id = self._submitted(item, bar)
            bar.waiting(None, None)
            return self._followers.submit(self._follow, item, bar)
        except ApiError as error:
            item.fail(Failure(error.code, error.detail, error.status >= 500))
        except OSError as error:
            item.fail(Failure("unreadable", f"{item.path} cannot be read: {error.strerror}."))
        except (_CalledOff, RuntimeError):  # the latter: the followers do not take any more
            if not self._stop.is_set():
                raise
        self._ended(item, bar)
        return None

    def _submitted(self, item: Item, bar: Bar) -> str:
        size = max(1, item.path.stat().st_size)

        def tell(position: int) -> None:
            if self._stop.is_set():
                raise _CalledOff
            bar.sending(position / size)

        # A name in bytes that are no UTF-8 cannot be sent as it is
        name = os.fsencode(item.path.name).decode("utf-8", "replace")
        if size > resume.PARTS_ABOVE_BYTES:
            recording = self._in_parts(item, name, size, tell, bar)
        else:
            with Counted(item.path, tell) as file:
                recording = self._client.upload(name, file)
        if self._stop.is_set():
            self._client.delete_recording(recording.id)
            raise _CalledOff
        wanted = self._work.wanted
        job = self._client.transcribe(
            recording.id,
            language=wanted.language,
            model=wanted.model,
            domain=wanted.domain,
            keywords=wanted.keywords,
        )
        return job.id

    def _in_parts(
        self, item: Item, name: str, size: int, tell: Callable[[int], None], bar: Bar
    ) -> wire.Recording:
        sending = resume.Sending(
            self._client, item.path, name, tell, pausing=lambda sent: bar.pausing(sent / size)
        )
        try:
            return sending.run()
        except _CalledOff:
            if sending.offset:
                kept = f"{sending.offset / 1e6:.0f} of {size / 1e6:.0f} MB"
                self._bars.say(
                    f"{item.path}: {kept} are in the product and stay there for a day; the same"
                    " command goes on from there."
                )
            raise

    def _follow(self, item: Item, bar: Bar) -> None:
        job_id = item.id or ""
        started = time.monotonic()
        try:
            for event in self._client.follow(job_id):
                if self._stop.is_set():
                    return
                _show(bar, event)
            job = self._client.transcription(job_id)
            if job.status == "succeeded":
                item.transcript = self._transcript(job)
                outputs.write(item, self._work.force)
                item.status = "succeeded"
            else:
                _unfinished(item, job)
        except ApiError as error:
            if self._stop.is_set():
                return
            item.fail(Failure(error.code, error.detail, error.status >= 500))
        except Refused as refused:
            told = f" The transcript is kept in the product as {job_id}."
            failure = refused.failure
            item.fail(Failure(failure.code, failure.message + told))
        self._ended(item, bar, time.monotonic() - started)

    def _transcript(self, job: wire.Transcription) -> Transcript:
        chosen = self._work.chosen
        try:
            content = self._client.export(job.id, chosen.params)
            report = self._client.export_report(job.id, chosen.params) if chosen.report else None
        except ApiError as error:
            failure = Failure(error.code, error.detail, error.status >= 500)
            raise Refused(failure) from error
        return Transcript(content, job.duration, (*_notes(job), *kept_note(report)))

    def _ended(self, item: Item, bar: Bar, took_s: float = 0.0) -> None:
        bar.end()
        if not self._stop.is_set():
            report(item, self._bars, took_s)


def _show(bar: Bar, event: Progress) -> None:
    if event.status == "queued":
        bar.waiting(event.queue_position, event.eta_seconds)
    else:
        bar.heard(event.done_s, event.duration, event.eta_seconds)


def _unfinished(item: Item, job: wire.Transcription) -> None:
    if job.error is not None:
        item.fail(Failure(job.error.code, job.error.message, job.error.retryable))
    else:
        item.fail(
            Failure(
                "cancelled",
                "The transcription was cancelled in the product. The recording is kept there; run"
                " the command again or press Retry on its page.",
                True,
            ),
            "cancelled",
        )


def _notes(job: wire.Transcription) -> tuple[str, ...]:
    return (*job.warnings, *(fallback_note(f.start, f.end, f.model) for f in job.fallbacks))


def fallback_note(start_s: float, end_s: float, model: str | None) -> str:
    """What a reader should know of a window that the model asked for did not recognise."""
    span = f"{start_s:.0f} to {end_s:.0f} s"
    if model is None:
        return f"From {span} no model could recognise anything."
    return f"From {span} the smaller model {model} was used, because the one asked for failed."


def report(item: Item, bars: Bars, took_s: float = 0.0) -> None:
    """One line to standard error about a file that is over."""
    if item.transcript is not None and item.status == "succeeded":
        where = f" -> {item.target}" if item.target else ""
        audio = length(item.transcript.duration_s or 0.0)
        bars.say(f"{item.path}: {audio} transcribed in {length(took_s)}{where}")
        for note in item.transcript.notes:
            bars.say(f"  {note}")
    elif item.error is not None:
        bars.say(f"{item.path}: {item.error.message}")
