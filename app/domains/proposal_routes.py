"""Making a domain over HTTP: terms proposed from a document, and read aloud."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool

from app.described import bodies
from app.domains import proposals
from app.domains.proposals import ProposalsOut
from app.domains.speech import MEDIA_TYPE, Speaker, SpeechIn

router = APIRouter(prefix="/v1/domains", tags=["domains"])
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "example": {"text": "The Gini coefficient rose; so did the Palma ratio."},
                "schema": {
                    "type": "object",
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "text": {"type": "string"},
                    },
                },
            }
        },
    }
}


@router.post("/proposals", openapi_extra=_BODY, summary="Propose terms of a document")
async def propose(request: Request) -> ProposalsOut:
    """Terms of a PDF, PowerPoint, Word, CSV, TSV or text file, or of pasted `text`.

    Nothing is kept. A list of terms, or a table with the columns `term` and `sounds_like`, is
    taken as it is.
    """
    content, suffix = await proposals.receive(request)
    return await run_in_threadpool(proposals.propose, content, suffix)


@router.post(
    "/speech",
    response_class=FileResponse,
    responses={
        200: {
            "content": bodies.content(MEDIA_TYPE, "(Ogg Opus)"),
            "description": "The term, read aloud.",
        }
    },
    summary="Hear a term",
)
def speak(asked: SpeechIn, request: Request) -> FileResponse:
    """A term read aloud, as it sounds to who respelled it. Needs `make setup-training`."""
    speaker: Speaker = request.app.state.speaker
    return FileResponse(speaker.clip(asked), media_type=MEDIA_TYPE)
