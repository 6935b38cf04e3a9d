"""What must hold after every run, whatever was broken. Each returns what violates it."""

# Ch 18 · System Quality: what the system promises is checked on the whole system, after breaking it

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from app.transcriptions.tables import AttemptState, Status, Transcription, WindowState
from tests.chaos.audit import Entry
from tests.chaos.evidence import Evidence, Heard
from tests.chaos.recorder import ENDED

Violations = Iterator[str]
SAME_TIME_S = 0.1
"""Times of words depend a little, texts not at all, on the other windows of a batch."""


def every_order_was_answered(found: Evidence) -> Violations:
    """Customers got a definite answer: an id, or the very error their file deserves."""
    for receipt in found.receipts:
        deserved = found.recordings[receipt.order.recording].outcome
        if receipt.id is None and receipt.refused is None:
            yield f"{receipt.name}: no definite answer"
        elif receipt.refused is not None and receipt.refused != deserved:
            yield f"{receipt.name}: refused as {receipt.refused}, deserved {deserved}"


def no_job_is_lost(found: Evidence) -> Violations:
    """What was accepted is there, unless its customer deleted it; nothing came from nowhere."""
    named = Counter(job.name for job in found.jobs.values())
    for receipt in found.receipts:
        there = receipt.id in found.jobs
        if receipt.id is not None and there == receipt.deleted:
            yield f"{receipt.name}: {'still there' if there else 'lost'} ({receipt.id})"
        # An answer that was lost may have belonged to a job of its own
        most = receipt.unsure + (receipt.id is not None and not receipt.deleted)
        if named.pop(receipt.name, 0) > most:
            yield f"{receipt.name}: more jobs than submissions"
    for name in named:
        yield f"{name}: nobody sent this"


def every_job_is_over(found: Evidence) -> Violations:
    for job in found.jobs.values():
        if not job.status.ended or job.finished_at is None:
            yield f"{job.name}: {job.status}, {job.stage} ({job.id})"


def every_job_ended_once(found: Evidence) -> Violations:
    """After its end nothing of a job changes, except that its customer may retry it."""
    acted: Counter[str] = Counter()
    for receipt in found.receipts:
        acted[receipt.id or ""] += receipt.retried
    acted.update(found.retried_after)
    ended: dict[str, str] = {}
    for entry in found.entries:
        was = ended.get(entry.job)
        if entry.kind == "job" and entry.was in ENDED:
            if entry.became == Status.QUEUED and acted[entry.job] > 0:
                acted[entry.job] -= 1
            else:
                yield f"{entry.job}: {entry.was}, then {entry.became}"
        elif was and (entry.kind == "cut" or (entry.kind, entry.became) == ("window", "done")):
            yield f"{entry.job}: {was}, then window {entry.id} was {entry.became}"
        if entry.kind == "job" and entry.became in ENDED:
            ended[entry.job] = entry.became
        elif entry.kind == "job":
            ended.pop(entry.job, None)


def every_window_was_done_once(found: Evidence) -> Violations:
    of_window: dict[str, list[Entry]] = defaultdict(list)
    for entry in found.entries:
        if entry.kind == "window":
            of_window[entry.id].append(entry)
    for window, entries in of_window.items():
        times = sum(entry.became == WindowState.DONE for entry in entries)
        if times > 1:
            yield f"{window} of {entries[0].job}: done {times} times"


def transcripts_equal_those_of_a_quiet_run(found: Evidence) -> Violations:
    """Text, times and number of segments. A job that says it was degraded is counted apart."""
    for job in found.jobs.values():
        if job.status is not Status.SUCCEEDED or found.degraded(job):
            continue
        recording = found.recording_of(job)
        if recording.outcome is not None:
            yield f"{job.name}: a transcript of a file that should fail"
        elif difference := _difference(found.heard(job), found.quiet[recording.name]):
            yield f"{job.name} ({job.id}): {difference}"


def failures_are_honest(found: Evidence) -> Violations:
    """A good recording fails with a reason and may be retried; an odd one with its own error."""
    for job in found.jobs.values():
        if job.status is not Status.FAILED:
            continue
        deserved = found.recording_of(job).outcome
        if not job.error_code or not job.error_message:
            yield f"{job.name}: failed without a reason"
        elif deserved is not None and job.error_code != deserved:
            yield f"{job.name}: failed as {job.error_code}, deserved {deserved}"
        elif deserved is None and not job.error_retryable:
            yield f"{job.name}: a good recording failed for good as {job.error_code}"


def what_failed_succeeds_when_retried(found: Evidence) -> Violations:
    for job_id in found.retried_after:
        job = found.jobs.get(job_id)
        if job is not None and job.status is not Status.SUCCEEDED:
            yield f"{job.name}: {job.status} again, {job.error_code}: {job.error_message}"


def who_listened_heard_the_end(found: Evidence) -> Violations:
    """The event stream tells every job's end, and never goes back."""
    for receipt in found.receipts:
        if not receipt.order.listens or receipt.id not in found.jobs:
            continue
        revisions = [revision for revision, _ in receipt.heard]
        if revisions != sorted(set(revisions)):
            yield f"{receipt.name}: revisions were told as {revisions}"
        if not receipt.heard or receipt.heard[-1][1] not in ENDED:
            yield f"{receipt.name}: heard no end, only {receipt.heard[-1:]}"


def nobody_works_any_more(found: Evidence) -> Violations:
    for attempt in found.attempts:
        if attempt.state is AttemptState.RUNNING:
            yield f"attempt {attempt.id} of {attempt.transcription_id} by {attempt.process}"
    for windows in found.windows.values():
        for window in windows:
            job = found.jobs[window.transcription_id]
            left = window.state is WindowState.PENDING and job.status is Status.SUCCEEDED
            if window.state is WindowState.RUNNING or left:
                yield f"window {window.number} of {job.name} is {window.state}"


def windows_are_numbered_without_holes(found: Evidence) -> Violations:
    for job in found.jobs.values():
        numbers = sorted(window.number for window in found.windows.get(job.id, []))
        if job.prepared and numbers != list(range(len(numbers))):
            yield f"{job.name}: {numbers}"


def nothing_waits_to_be_sent(found: Evidence) -> Violations:
    if found.unsent:
        yield f"{found.unsent} rows in the outbox"
    for queue, count in found.waiting.items():
        if count:
            yield f"{count} messages in {queue}"


def every_object_has_a_row_and_every_row_its_object(found: Evidence) -> Violations:
    named = dict.fromkeys(found.adapters, "a version of a model")
    for upload in found.uploads:
        for key in {upload.storage_key, upload.playback_key} - {None}:
            named[key or ""] = f"recording {upload.name}"
    for job in found.jobs.values():
        if job.status is Status.SUCCEEDED:
            continue  # the audio of its windows is removed
        for window in found.windows.get(job.id, []):
            if window.state is not WindowState.DONE:
                named[window.audio_key] = f"window {window.number} of {job.name}"
    for key in named.keys() - found.objects:
        yield f"{named[key]}: its object is missing ({key})"
    for key in found.objects - named.keys():
        yield f"{key}: an object that nothing needs"
    if found.unfinished:
        yield f"{found.unfinished} unfinished objects"


def every_recording_has_a_job(found: Evidence) -> Violations:
    used = {job.recording_id for job in found.jobs.values()}
    for upload in found.uploads:
        if upload.id not in used:
            yield f"{upload.name}: a recording without a job"


def the_database_is_sound(found: Evidence) -> Violations:
    yield from found.damage


def no_process_is_left(found: Evidence) -> Violations:
    for stray in found.strays:
        yield f"outside the tree, or idle: {stray}"
    for survivor in found.survivors:
        yield f"outlived the product: {survivor}"


ALL: tuple[Callable[[Evidence], Violations], ...] = (
    every_order_was_answered,
    no_job_is_lost,
    every_job_is_over,
    every_job_ended_once,
    every_window_was_done_once,
    transcripts_equal_those_of_a_quiet_run,
    failures_are_honest,
    what_failed_succeeds_when_retried,
    who_listened_heard_the_end,
    nobody_works_any_more,
    windows_are_numbered_without_holes,
    nothing_waits_to_be_sent,
    every_object_has_a_row_and_every_row_its_object,
    every_recording_has_a_job,
    the_database_is_sound,
    no_process_is_left,
)


def violations(found: Evidence) -> dict[str, list[str]]:
    """Those that do not hold, by name, with every case."""
    told = {check.__name__: list(check(found)) for check in ALL}
    return {name: cases for name, cases in told.items() if cases}


def _difference(heard: Heard, quiet: Heard) -> str | None:
    """How two transcripts differ, None if they do not."""
    if heard[0] != quiet[0]:
        pairs = enumerate(zip(heard[0], quiet[0], strict=False))
        at = next((i for i, (a, b) in pairs if a != b), min(len(heard[0]), len(quiet[0])))
        start = max(0, at - 20)
        return f"…{heard[0][start : at + 30]!r} instead of …{quiet[0][start : at + 30]!r}"
    if [text for *_, text in heard[1]] != [text for *_, text in quiet[1]]:
        return f"{len(heard[1])} segments instead of {len(quiet[1])}"
    for (start_s, end_s, text), (was_s, ended_s, _) in zip(heard[1], quiet[1], strict=True):
        if max(abs(start_s - was_s), abs(end_s - ended_s)) > SAME_TIME_S:
            return f"{text!r} at {start_s}–{end_s} s instead of {was_s}–{ended_s} s"
    return None


def degraded(found: Evidence) -> list[Transcription]:
    """Jobs that succeeded with another model or with gaps, and say so."""
    return [j for j in found.jobs.values() if j.status is Status.SUCCEEDED and found.degraded(j)]
