"""Before the start: what a batch of recordings would take, cost and leave, and which are known."""

# Ch 12 · Scaling the System: minutes, money and the time it ends are told before anything runs

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from app.admission.queue import how_many_fit
from app.clock import now
from app.projects import service
from app.projects.defaults import with_project
from app.projects.duplicates import duplicates
from app.projects.price import cost
from app.projects.retention import due_at
from app.projects.schemas import BatchIn, BatchOut, CostOut, WaitingOut
from app.projects.tables import Project
from app.recordings import service as recordings
from app.recordings.schemas import RecordingOut
from app.recordings.tables import Recording
from app.settings import Settings
from app.transcriptions.finish_time import assumed_length_s, estimate
from app.transcriptions.options import Request, with_domain


def request_of(session: Session, settings: Settings, project: Project) -> Request:
    """What every recording of a batch is asked to be: the project's defaults."""
    asked = Request(settings.model, None, (), 0, project=project.id)
    return with_domain(with_project(asked, session), session, settings)


def chosen(session: Session, project: Project, asked: BatchIn) -> list[Recording]:
    """The recordings a batch is about, excluded ones too. Raises `NotFound` for one of them."""
    if asked.recordings is None:
        return service.waiting(session, project)
    return [recordings.get(session, each) for each in dict.fromkeys(asked.recordings)]


def waiting_items(
    session: Session,
    settings: Settings,
    project: Project,
    found: Sequence[Recording],
    asked: BatchIn,
) -> list[WaitingOut]:
    """Each with what is known about it."""
    same = duplicates(session, project, found)
    excluded = set(asked.exclude)
    return [
        WaitingOut(
            recording=RecordingOut(
                **each.model_dump(include=set(RecordingOut.model_fields)),
                sha256=each.upload_sha256,
            ),
            kept_until=_kept_until(settings, each),
            duplicates=same[each.id],
            included=each.id not in excluded and not (asked.duplicates == "skip" and same[each.id]),
        )
        for each in found
    ]


def _kept_until(settings: Settings, recording: Recording) -> datetime | None:
    if recording.used_at is not None:
        return None
    return recording.created_at + timedelta(hours=settings.unused_upload_h)


def what_it_means(
    session: Session, settings: Settings, project: Project, asked: BatchIn
) -> BatchOut:
    """The estimate of one recording, for all that are included, at this moment.

    Raises `NotFound` for a recording, `Conflict` where the project's domain was removed.
    """
    items = waiting_items(session, settings, project, chosen(session, project, asked), asked)
    lengths = [each.recording.duration_s for each in items if each.included]
    known_s = sum(length for length in lengths if length is not None)
    request = request_of(session, settings, project)
    told = estimate(
        session, settings, request.model, sum(map(assumed_length_s, lengths)), project.owner_id
    )
    finish_at = now() + timedelta(seconds=told.finish_in_s)
    amount = cost(settings, known_s)
    return BatchOut(
        items=items,
        count=len(lengths),
        duplicates=sum(bool(each.duplicates) for each in items),
        audio_minutes=round(known_s / 60, 2),
        unknown_lengths=lengths.count(None),
        cost=None
        if amount is None or settings.price_per_minute is None
        else CostOut(
            currency=settings.currency,
            per_minute=float(settings.price_per_minute),
            amount=amount,
        ),
        finish_in_s=told.finish_in_s if lengths else None,
        finish_at=finish_at if lengths else None,
        deletion_at=due_at(project, finish_at) if lengths else None,
        fits=how_many_fit(session, settings, project.owner_id, lengths, request.model),
        model=told.model,
        realtime_factor=told.realtime_factor,
        measured=told.measured,
        location=told.location,
    )
