"""The same recording once more, with another model or domain; the transcript there is stays."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import Session

from app.admission import check_job
from app.context import Context
from app.domains.tables import Domain
from app.errors import Gone
from app.recordings.multipart import Form
from app.recordings.tables import Recording
from app.review.schemas import AgainIn
from app.transcriptions import options, service
from app.transcriptions.tables import Transcription


def again(
    session: Session, context: Context, transcription_id: str, asked: AgainIn, job_id: str
) -> Transcription:
    """A new job; what `asked` leaves out is as it was asked for before, but the model is today's.

    Raises `Gone` when the recording was deleted, and what submitting a recording raises.
    """
    made = session.get(Transcription, job_id)
    if made is not None:  # committed, but the answer was lost
        return made
    old = service.get(session, transcription_id)
    recording = session.get(Recording, old.recording_id)
    if recording is None:
        raise Gone(
            code="audio_deleted",
            detail="The recording was deleted, so it cannot be heard again. The transcript is"
            " still there.",
        )
    wanted = options.parse(_form(session, old, asked), context.settings)
    wanted = options.with_domain(wanted, session, context.settings)
    check_job(session, context.settings, recording.owner_id, recording.duration_s, wanted.model)
    job = service.submit(session, recording, replace(wanted, project=old.project_id), job_id)
    session.flush()
    return job


def _form(session: Session, old: Transcription, asked: AgainIn) -> Form:
    """As if it had been submitted by hand: the same checks, the same answers."""
    given = asked.model_fields_set
    domain = session.get(Domain, old.domain_id) if old.domain_id else None
    language = asked.language if "language" in given else old.options.get("language")
    named = asked.domain if "domain" in given else domain and domain.name
    keywords = options.own_keywords(session, old)
    fields = {"model": asked.model, "language": language, "domain": named}
    return Form(
        fields=[(name, value) for name, value in fields.items() if value]
        + [("keywords[]", word) for word in (asked.keywords if "keywords" in given else keywords)]
    )
