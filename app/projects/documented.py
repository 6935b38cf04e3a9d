"""What the documentation of the API says about the errors of projects."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from app.errors import PROBLEM_MEDIA_TYPE

_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What happened, what is safe, what to do."},
        "code": {"type": "string", "description": "For programs; it never changes its meaning."},
        "request_id": {"type": ["string", "null"]},
    },
}
_NOT_UNDERSTOOD = {422: ("invalid_request", "Something in the request is not understood.")}
_AWAY = {503: ("database_away", "The database does not answer; try again.")}


def problems(told: dict[int, tuple[str, str]] | None = None) -> dict[int | str, dict[str, Any]]:
    """Status -> (code, what it means), as RFC 9457 problems with an example each."""
    return {
        status: {
            "description": about,
            "content": {
                PROBLEM_MEDIA_TYPE: {
                    "schema": _SCHEMA,
                    "example": {
                        "type": f"https://lectern.invalid/problems/{code}",
                        "title": HTTPStatus(status).phrase,
                        "status": status,
                        "detail": about,
                        "code": code,
                        "request_id": "4f0c6c4b8d2e4f7a9b1c2d3e4f5a6b7c",
                    },
                }
            },
        }
        for status, (code, about) in (_NOT_UNDERSTOOD | _AWAY | (told or {})).items()
    }


NO_PROJECT = {404: ("project_not_found", "There is no such project.")}
