"""From a preview's row to what a reader sees."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlmodel import Session

from app.domains.tables import Domain, Glossary
from app.previews import service
from app.previews.differences import Comparison, Run, compare, words_of
from app.previews.schemas import (
    DifferenceOut,
    PassageOut,
    PreviewOut,
    PreviewSummary,
    TermsOut,
    WordsOut,
)
from app.previews.tables import Preview
from app.previews.terms import Terms
from app.recordings.tables import Recording
from app.releases.tables import ModelVersion
from app.settings import Settings
from app.transcriptions import read
from app.transcriptions.tables import Status, Transcription


def summary(session: Session, settings: Settings, found: Preview) -> PreviewSummary:
    return PreviewSummary(**_fields(session, settings, found, *service.sides(session, found)))


def whole(session: Session, settings: Settings, found: Preview) -> PreviewOut:
    """The differences are looked for each time: some milliseconds for five minutes of speech."""
    plain, adapted = service.sides(session, found)
    fields = _fields(session, settings, found, plain, adapted)
    if not (plain.status is adapted.status is Status.SUCCEEDED):
        return PreviewOut(**fields)
    compared = _compared(session, plain, adapted)
    used = [read.features_used(session, job.id) for job in (plain, adapted)]
    return PreviewOut(
        **fields,
        differences=[DifferenceOut(**asdict(each)) for each in compared.differences],
        passages=[
            PassageOut(
                start_s=each.start_s,
                end_s=each.end_s,
                differs=each.differs,
                plain=[_run(run) for run in each.plain],
                adapted=[_run(run) for run in each.adapted],
            )
            for each in compared.passages
        ],
        terms=TermsOut(plain=compared.plain_terms, adapted=compared.adapted_terms),
        seconds_saved=round(sum(each.seconds_saved for each in used if each), 2),
    )


def _compared(session: Session, plain: Transcription, adapted: Transcription) -> Comparison:
    glossary, keywords = service.terms(session, adapted)
    before, after = (words_of(read.segments(session, job.id)) for job in (plain, adapted))
    return compare(before, after, Terms([*glossary, *keywords]))


def _run(run: Run) -> WordsOut:
    return WordsOut(text=run.text, difference=run.place, term=run.term)


def _fields(
    session: Session,
    settings: Settings,
    found: Preview,
    plain: Transcription,
    adapted: Transcription,
) -> dict[str, Any]:
    domain = session.get_one(Domain, found.domain_id)
    recording = session.get_one(Recording, found.recording_id)
    glossary = session.get(Glossary, adapted.glossary_id) if adapted.glossary_id else None
    version_id = adapted.model_version_id
    version = session.get(ModelVersion, version_id) if version_id else None
    return {
        "id": found.id,
        "domain": domain.name,
        "recording": recording.id,
        "name": recording.name,
        "recording_sha256": recording.upload_sha256,
        "first_s": found.first_s,
        "keywords": service.terms(session, adapted)[1],
        "glossary_version": glossary.number if glossary else None,
        "model_version": version.number if version else None,
        "current": service.is_current(session, settings, domain, found, adapted),
        "created_at": found.created_at,
        "plain": read.summary(session, plain),
        "adapted": read.summary(session, adapted),
    }
