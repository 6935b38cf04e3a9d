"""The statuses an operation can answer because of what it is, and how errors look.

What is particular to one operation (a conflict, a range that cannot be satisfied) is not listed
here: it comes from the answers that its tests got (`app/described/examples.py`).
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from app.compatible import shape
from app.errors import PROBLEM_MEDIA_TYPE
from app.idempotency import header
from app.local.guard import OPEN_PATHS
from app.uploads.protocol import WrongChecksum

Json = dict[str, Any]

PROBLEM: Final[Json] = {
    "type": "object",
    "title": "Problem",
    "description": "An error (RFC 9457). `detail` says what happened, what is safe and what to do;"
    " `code` is for programs and never changes its meaning.",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {
            "anyOf": [{"type": "string"}, {"type": "null"}],
            "description": "As in the header `X-Request-Id`; quote it when you ask for help.",
        },
        "errors": {
            "type": "array",
            "description": "Of `invalid_request`: the fields that were not understood.",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "retry_after": {"type": "number", "description": "Seconds, as in `Retry-After`."},
    },
    "additionalProperties": True,
}
OPENAI_ERROR: Final[Json] = {
    "type": "object",
    "title": "OpenAIError",
    "description": "An error as OpenAI's clients read it.",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                "code": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            },
        }
    },
}

TOLD: Final[dict[int, tuple[str, str, str]]] = {
    400: (
        "bad_request",
        "The request cannot be understood; nothing was changed.",
        "There was an error parsing the body",
    ),
    401: (
        "token_missing",
        "The token is missing or wrong.",
        "Send the header `Authorization: Bearer TOKEN` with the token in the file `token` of the"
        " product's home folder.",
    ),
    403: (
        "host_not_allowed",
        "Refused to strangers: another web site, or another name for this computer.",
        "This server answers to 127.0.0.1 and localhost only.",
    ),
    404: (
        "not_found",
        "There is nothing of this name, or no longer.",
        "There is nothing at this address: it contains a NUL character.",
    ),
    409: ("conflict", "Not in the state it is in.", "It changed meanwhile; read it again."),
    410: ("gone", "It was deleted.", "The recording was deleted."),
    412: (
        "precondition_failed",
        "It was changed since, or another version of the protocol is spoken.",
        "This was changed since you read it; read it again.",
    ),
    413: (
        "too_large",
        "Larger than this server accepts.",
        "The file is larger than 4.0 GiB, the largest this server accepts. Nothing was kept; cut it"
        " in parts or export it in a compressed format.",
    ),
    415: (
        "unsupported_media_type",
        "Not a kind of file that can be read.",
        "This is text, not a recording. Nothing was kept; send an audio or video file (wav, mp3,"
        " m4a, flac, ogg, opus, webm, mp4, aac, amr, wma …).",
    ),
    422: (
        "invalid_request",
        "A field, parameter or header has a value that cannot be used; nothing was changed.",
        "The request was not understood: limit: Input should be less than or equal to 200.",
    ),
    500: (
        "internal_error",
        "A mistake of ours; quote the request id.",
        "Something went wrong on our side. Your recordings and transcripts are safe. Try again; if"
        " it happens twice, quote the request id.",
    ),
    503: (
        "database_away",
        "Too much to do, or a part is away; `Retry-After` says when to try again.",
        "The database does not answer at the moment. Everything that was kept is safe; try again in"
        " 5 seconds.",
    ),
    507: (
        "storage_full",
        "There is no room left.",
        "There is no room left for transcripts. What was kept is safe; free some space and try"
        " again.",
    ),
}
"""Of a status: its usual code, what it means, an example of `detail`."""


def expected(path: str, method: str, operation: Json) -> list[int]:
    """Statuses that follow from the address, the method and the parameters of an operation."""
    if path in OPEN_PATHS:
        return []
    found = [401, 403, 500, 503]
    compatible = shape.is_compatible(path)
    parameters = {each["name"]: each["in"] for each in operation.get("parameters", [])}
    takes = bool(parameters)
    if "requestBody" in operation:
        found.append(400)
        takes = True
        if "application/json" not in operation["requestBody"]["content"]:
            found += [413] if compatible else [413, 415]
    if parameters.get("cursor") == "query":
        found.append(400)
    if header.NAME in parameters:
        found += [409, 410]
    if compatible:
        found.append(404)
    if "Tus-Resumable" in parameters:
        found.append(412)
    if "{" in path:
        found.append(404)
    if takes and not compatible:
        found.append(422)
    if method not in ("get", "head", "options"):
        found.append(507)
        if "{" in path:
            found.append(409)
    return sorted(set(found))


def _phrase(status: int) -> str:
    """Of the standard, or of tus, which has a status of its own."""
    return WrongChecksum.title if status == WrongChecksum.status else HTTPStatus(status).phrase


def error_response(path: str, status: int, example: Json | None) -> Json:
    """The description of an error, with a real answer as its example where one was recorded."""
    code, about, detail = TOLD.get(status, ("", "", ""))
    phrase = _phrase(status)
    if shape.is_compatible(path):
        name, media_type = "OpenAIError", "application/json"
        example = example or shape.body(status, code, detail)
    else:
        name, media_type = "Problem", PROBLEM_MEDIA_TYPE
        example = example or {
            "type": f"https://lectern.invalid/problems/{code}",
            "title": phrase,
            "status": status,
            "detail": detail,
            "code": code,
            "request_id": "0193c2f0a1b27c3d8e4f5a6b7c8d9e0f",
        }
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {
        "description": about or f"{phrase}.",
        "content": {media_type: {"schema": schema, "example": example}},
    }
