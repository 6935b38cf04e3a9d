"""When a job is over: every window has an outcome."""

from __future__ import annotations

from sqlmodel import Session, select

from app.clock import now
from app.outbox.service import delete_objects
from app.transcriptions.read import text_of
from app.transcriptions.tables import Stage, Status, Transcription, WindowRow, WindowState
from app.transcriptions.telling import tell_over


def finish_if_complete(session: Session, job: Transcription) -> bool:
    """End `job` if nothing is left to do; the caller holds its lock.

    It succeeds with gaps as long as one window was recognised, and when there was no speech at
    all. It fails, and can be retried, when every window failed.
    """
    if not job.prepared or job.status is not Status.RUNNING:
        return False
    # Asked after every batch: looked up in the index, not counted through thousands of windows
    if _any(session, job, WindowState.PENDING) or _any(session, job, WindowState.RUNNING):
        return False
    job.finished_at = now()
    job.revision += 1
    if _any(session, job, WindowState.FAILED) and not _any(session, job, WindowState.DONE):
        job.status = Status.FAILED
        job.error_code = "recognition_failed"
        job.error_message = (
            "No model could recognise this recording. The recording is kept; try again, and look"
            " at the model host's log if it fails again."
        )
        job.error_retryable = True
        tell_over(session, job)
        return True
    job.status, job.stage = Status.SUCCEEDED, Stage.DONE
    job.done_s = job.duration_s or job.done_s
    job.text = text_of(session, job.id)
    tell_over(session, job)
    # The sound of windows that are done was removed as they were
    left = session.exec(
        select(WindowRow.audio_key).where(
            WindowRow.transcription_id == job.id, WindowRow.state != WindowState.DONE
        )
    )
    delete_objects(session, list(left))
    return True


def _any(session: Session, job: Transcription, state: WindowState) -> bool:
    query = select(WindowRow.id).where(
        WindowRow.state == state, WindowRow.transcription_id == job.id
    )
    return session.exec(query.limit(1)).first() is not None
