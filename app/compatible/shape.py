"""Errors as OpenAI's clients read them: the second rendering of `app/errors.py`.

https://platform.openai.com/docs/guides/error-codes names the classes its clients raise by status;
openai/openai-openapi has the schema `ErrorResponse`, of which all four keys are required.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

PREFIX = "/v1/audio/"
PATIENT_S = 60
"""Clients before version 3 do not wait longer than that: they would come back at once."""

_STATUS = {
    HTTPStatus.UNPROCESSABLE_ENTITY: HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: HTTPStatus.BAD_REQUEST,
}
"""OpenAI answers 400 where we are more specific, and programs catch `BadRequestError`."""
_CODES = {
    "token_missing": "invalid_api_key",
    "token_wrong": "invalid_api_key",
    "unknown_model": "model_not_found",
}
_PARAMS = {
    "unknown_model": "model",
    "model_not_found": "model",
    "unknown_language": "language",
    "language_not_supported": "language",
    "too_many_keywords": "keywords",
    "keyword_too_long": "keywords",
    "domain_not_found": "domain",
    "file_missing": "file",
    "empty_file": "file",
    "two_files": "file",
    "unsupported_media_type": "file",
    "no_audio_stream": "file",
    "truncated_file": "file",
    "unreadable_audio": "file",
    "empty_audio": "file",
    "unsupported_format": "file",
    "too_large": "file",
    "too_long": "file",
}


def is_compatible(path: str) -> bool:
    """Whether errors at this address are told in OpenAI's shape."""
    return path.startswith(PREFIX)


def status_of(status: int, code: str) -> int:
    """The status by which OpenAI's clients choose what to raise."""
    if code == "unknown_model":
        return HTTPStatus.NOT_FOUND
    return _STATUS.get(HTTPStatus(status), status)


def body(status: int, code: str, message: str, param: object = None) -> dict[str, object]:
    """`{"error": {message, type, param, code}}`."""
    return {
        "error": {
            "message": message,
            "type": _type(status),
            "param": param or _PARAMS.get(code),
            "code": _CODES.get(code, code),
        }
    }


def _type(status: int) -> str:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "server_error"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return "rate_limit_error"
    return "invalid_request_error"


def retry_headers(status: int, code: str, headers: Mapping[str, str]) -> dict[str, str]:
    """Keep clients from sending a recording again that would be refused again.

    By themselves they try 409 and all 5xx twice more, within seconds.
    """
    names = {name.lower(): value for name, value in headers.items()}
    if "x-should-retry" in names:
        return {}
    pause = names.get("retry-after", "")
    long = pause.isdecimal() and int(pause) > PATIENT_S
    passing = status == HTTPStatus.SERVICE_UNAVAILABLE or code == "internal_error"
    lasting = status >= HTTPStatus.INTERNAL_SERVER_ERROR and not passing
    if long or lasting or status == HTTPStatus.CONFLICT:
        return {"x-should-retry": "false"}
    return {}
