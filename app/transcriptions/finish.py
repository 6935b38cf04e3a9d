"""When a job is over: every window has an outcome."""

from __future__ import annotations

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.clock import now
from app.outbox.service import delete_objects
from app.transcriptions.read import plain_text, segments
from app.transcriptions.tables import Stage, Status, Transcription, WindowRow, WindowState


def finish_if_complete(session: Session, job: Transcription) -> bool:
    """End `job` if nothing is left to do; the caller holds its lock.

    It succeeds with gaps as long as one window was recognised, and when there was no speech at
    all. It fails, and can be retried, when every window failed.
    """
    if not job.prepared or job.status is not Status.RUNNING:
        return False
    counts = {
        state: int(count)
        for state, count in session.exec(
            select(WindowRow.state, func.count())
            .where(WindowRow.transcription_id == job.id)
            .group_by(col(WindowRow.state))
        )
    }
    if counts.get(WindowState.PENDING) or counts.get(WindowState.RUNNING):
        return False
    job.finished_at = now()
    job.revision += 1
    if counts.get(WindowState.FAILED) and not counts.get(WindowState.DONE):
        job.status = Status.FAILED
        job.error_code = "recognition_failed"
        job.error_message = (
            "No model could recognise this recording. The recording is kept; try again, and look"
            " at the model host's log if it fails again."
        )
        job.error_retryable = True
        return True
    job.status, job.stage = Status.SUCCEEDED, Stage.DONE
    job.done_s = job.duration_s or job.done_s
    job.text = plain_text(segments(session, job.id))
    keys = session.exec(select(WindowRow.audio_key).where(WindowRow.transcription_id == job.id))
    delete_objects(session, list(keys))
    return True
