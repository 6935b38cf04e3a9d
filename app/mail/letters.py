"""What mails say: how many, what failed, where to look. No word of any transcript.

Names of files are told only where LECTERN_MAIL_NAMES says so: a mail lies unencrypted in
mailboxes, and names such as `interview-miller-diagnosis.wav` tell what the mail must not.
"""

# Ch 28 · Security and Privacy: a mail says that it is done, not what was said or by whom

from __future__ import annotations

from collections.abc import Sequence

from app.transcriptions.tables import Status, Transcription

MOST_NAMED = 20


def done(jobs: Sequence[Transcription], link: str, *, names: bool) -> tuple[str, str]:
    """Subject and text about jobs that are all over."""
    counts = {state: sum(job.status is state for job in jobs) for state in Status}
    succeeded, failed = counts[Status.SUCCEEDED], counts[Status.FAILED]
    subject = f"Transcribed: {succeeded} of {_recordings(len(jobs))}"
    if failed:
        subject += f", {failed} failed"
    lines = [
        f"{_recordings(len(jobs))} {_is_are(len(jobs))} done:",
        "",
        f"  transcribed  {succeeded}",
        f"  failed       {failed}",
        f"  cancelled    {counts[Status.CANCELLED]}",
    ]
    broken = [job for job in jobs if job.status is Status.FAILED]
    if broken:
        lines += ["", "What failed (the recordings are kept):"]
        lines += [f"  {_called(job, names)}: {job.error_message}" for job in broken[:MOST_NAMED]]
        if len(broken) > MOST_NAMED:
            lines.append(f"  and {len(broken) - MOST_NAMED} more")
    return subject, "\n".join([*lines, "", link, ""])


def stuck(waiting: int, minutes: float, link: str) -> tuple[str, str]:
    """Subject and text about jobs of which none moves."""
    subject = f"Not moving: {_recordings(waiting)} {_wait(waiting)}"
    text = (
        f"{_recordings(waiting)} {_wait(waiting)} to be transcribed, and nothing has moved for"
        f" {minutes:g} minutes.\nNothing is lost: what was transcribed is kept, and the rest goes"
        " on when the cause is found.\n`lectern status` and `lectern doctor` on that computer say"
        f" what is the matter.\n\n{link}\n"
    )
    return subject, text


def _called(job: Transcription, names: bool) -> str:
    return f"{' '.join(job.name.split())} ({job.id})" if names else job.id


def _recordings(count: int) -> str:
    return f"{count} recording{'' if count == 1 else 's'}"


def _is_are(count: int) -> str:
    return "is" if count == 1 else "are"


def _wait(count: int) -> str:
    return "waits" if count == 1 else "wait"
