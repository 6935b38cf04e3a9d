"""How refusals appear in the description of the API."""

from __future__ import annotations

from typing import Any

from app.errors import PROBLEM_MEDIA_TYPE


def problems(**told: str) -> dict[int | str, dict[str, Any]]:
    """For `responses=`: `_404="…"` for each status, with its meaning as the description."""
    return {
        int(status.removeprefix("_")): {
            "description": description,
            "content": {PROBLEM_MEDIA_TYPE: {"schema": {"type": "object"}}},
        }
        for status, description in told.items()
    }


_INVALID = "The request was not understood, or has what cannot be kept."
OF_OWNER = problems(_404="There is no such transcription, link or comment.", _422=_INVALID)
OF_GUEST = problems(
    _401="The secret is missing.",
    _403="The link does not allow this.",
    _404="The link leads nowhere, or the secret is wrong: nobody is told which.",
    _410="The link expired or was revoked.",
    _422=_INVALID,
)
