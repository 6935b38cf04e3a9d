"""What others are told about a job: that it is over, or final, and where to read it."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from app.transcriptions.tables import Status, Transcription
from app.webhooks.announcing import announce
from app.webhooks.kinds import EventType

_KINDS = {
    Status.SUCCEEDED: EventType.TRANSCRIPTION_SUCCEEDED,
    Status.FAILED: EventType.TRANSCRIPTION_FAILED,
    Status.CANCELLED: EventType.TRANSCRIPTION_CANCELLED,
}


def tell_over(session: Session, job: Transcription) -> None:
    """It has just succeeded, failed or been cancelled."""
    _tell(session, job, _KINDS[job.status])


def tell_final(session: Session, job: Transcription) -> None:
    """A person has just declared its text final."""
    _tell(session, job, EventType.TRANSCRIPTION_FINAL)


def _tell(session: Session, job: Transcription, kind: EventType) -> None:
    if job.first_s is not None:
        return  # one side of a preview is nobody's transcript
    links = {"self": f"/v1/transcriptions/{job.id}"}
    data: dict[str, Any] = {"id": job.id, "status": job.status.value, "links": links}
    if job.project_id is not None:
        data["project_id"] = job.project_id
        links["project"] = f"/v1/projects/{job.project_id}"
    if job.status is Status.SUCCEEDED:
        links["text"] = f"/v1/transcriptions/{job.id}/export?format=txt"
    if job.status is Status.FAILED:
        data["error"] = {
            "code": job.error_code,
            "message": job.error_message,
            "retryable": job.error_retryable,
        }
    announce(
        session,
        kind,
        job.id,
        data,
        owner_id=job.owner_id,
        organisation_id=job.organisation_id,
        project_id=job.project_id,
    )
