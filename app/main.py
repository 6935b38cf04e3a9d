"""The API: everything a front end or another program can do, under `/v1`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app import errors
from app.adaptations.routes import router as adaptations
from app.admission.concurrency import BoundedRequests
from app.chapters.routes import router as chapters
from app.compatible.routes import router as compatible
from app.context import Context, open_context
from app.described import document
from app.described.naming import operation_id
from app.domains.proposal_routes import router as proposals
from app.domains.routes import router as domains
from app.domains.speech import Speaker
from app.faults.routes import router as faults
from app.health.routes import router as health
from app.idempotency.service import InFlight
from app.local.guard import LocalGuard
from app.local.token import read_or_make
from app.models.routes import router as models
from app.previews.routes import router as previews
from app.projects.batch_routes import router as batches
from app.projects.export_routes import router as project_exports
from app.projects.routes import router as projects
from app.quality.routes import router as quality
from app.recordings.routes import router as recordings
from app.releases.routes import router as releases
from app.releases.seeding import seeded
from app.request_id import RequestId
from app.review.beside_routes import router as beside
from app.review.history_routes import router as revisions
from app.review.routes import router as review
from app.sample.routes import router as sample
from app.search.routes import router as search
from app.settings import Settings, get_settings
from app.sharing.comment_routes import router as comments
from app.sharing.correction_routes import router as guests_corrections
from app.sharing.guest_routes import router as guests
from app.sharing.routes import router as shares
from app.transcriptions.events import router as events
from app.transcriptions.exports.routes import router as exports
from app.transcriptions.routes import router as transcriptions
from app.uploads.routes import router as uploads
from app.webhooks.routes import router as webhooks

DESCRIPTION = "Transcribes recorded speech on your own computer, with times and doubts."


def create_app(settings: Settings | None = None, context: Context | None = None) -> FastAPI:
    """The application; `uvicorn --factory app.main:create_app` serves it."""
    settings = settings or get_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.context = context or open_context(settings)
        app.state.speaker = Speaker(app.state.context.settings.home)
        async with seeded(app.state.context):
            yield
        app.state.speaker.close()
        if context is None:
            app.state.context.database.dispose()

    app = FastAPI(
        title="Lectern",
        version="1",
        description=DESCRIPTION,
        lifespan=lifespan,
        generate_unique_id_function=operation_id,
    )
    app.state.in_flight = InFlight()
    errors.install(app)
    for router in (
        transcriptions,
        exports,
        review,
        revisions,
        beside,
        events,
        shares,
        comments,
        guests,
        guests_corrections,
        search,
        recordings,
        projects,
        batches,
        project_exports,
        uploads,
        compatible,
        models,
        domains,
        proposals,
        previews,
        adaptations,
        releases,
        chapters,
        faults,
        sample,
        quality,
        webhooks,
        health,
    ):
        app.include_router(router)
    document.install(app)
    # Inside the doorkeeper: strangers take no place
    app.add_middleware(BoundedRequests, most=settings.max_requests)
    app.add_middleware(LocalGuard, token=read_or_make(settings.token_path))

    app.add_middleware(RequestId)
    return app
