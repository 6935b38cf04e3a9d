"""`GET /v1/search`: where something was said."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from app.context import ContextDep
from app.search import service
from app.search.query import MAX_CHARACTERS, parse
from app.search.schemas import HitPage
from app.transcriptions import service as transcriptions

router = APIRouter(prefix="/v1/search", tags=["search"])


@router.get(
    "",
    responses={404: {"description": "There is no such transcription."}},
    summary="Search in all transcripts",
)
def search(
    context: ContextDep,
    q: Annotated[
        str,
        Query(
            max_length=MAX_CHARACTERS,
            description='Words that are all said in one segment; `"a phrase"`; `adapt*` for the'
            " beginning of a word. Capitals and accents do not count.",
            examples=['"machine learning" adapt*'],
        ),
    ],
    transcription: Annotated[
        str | None, Query(max_length=64, description="Only in this transcription.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: str | None = None,
) -> HitPage:
    """Hits by segment: the newest transcription first, within one as it is heard."""
    query = parse(q)
    with context.database.read() as session:
        if transcription is not None:
            transcriptions.get(session, transcription)
        return service.find(
            session, query, limit=limit, cursor=cursor, transcription_id=transcription
        )
