"""One hierarchy of errors that people see, rendered as RFC 9457 problem+json.

`detail` says what happened, what is safe and what to do, in that order. `code` is for programs
and never changes its meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

PROBLEM_MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """Base of every error with a message for a person."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    code = "internal_error"

    def __init__(
        self,
        *,
        code: str | None = None,
        detail: str,
        headers: Mapping[str, str] | None = None,
        **extra: object,
    ) -> None:
        super().__init__(detail)
        self.code = code or self.code
        self.detail = detail
        self.headers = dict(headers or {})
        self.extra = extra


class BadRequest(Problem):
    status = HTTPStatus.BAD_REQUEST
    code = "bad_request"


class Unauthorised(Problem):
    status = HTTPStatus.UNAUTHORIZED
    code = "unauthorised"


class Forbidden(Problem):
    status = HTTPStatus.FORBIDDEN
    code = "forbidden"


class NotFound(Problem):
    status = HTTPStatus.NOT_FOUND
    code = "not_found"


class Conflict(Problem):
    status = HTTPStatus.CONFLICT
    code = "conflict"


class Gone(Problem):
    status = HTTPStatus.GONE
    code = "gone"


class TooLarge(Problem):
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    code = "too_large"


class UnsupportedMedia(Problem):
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    code = "unsupported_media_type"


class Unprocessable(Problem):
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "unprocessable"


class Unavailable(Problem):
    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "unavailable"


class StorageFull(Problem):
    status = HTTPStatus.INSUFFICIENT_STORAGE
    code = "storage_full"


def problem_response(request: Request, problem: Problem) -> JSONResponse:
    """Render `problem`, with the request's id so that a log line can be found again."""
    body = {
        "type": f"https://lectern.invalid/problems/{problem.code}",
        "title": HTTPStatus(problem.status).phrase,
        "status": int(problem.status),
        "detail": problem.detail,
        "code": problem.code,
        "request_id": getattr(request.state, "request_id", None),
        **problem.extra,
    }
    return JSONResponse(
        body, status_code=problem.status, headers=problem.headers, media_type=PROBLEM_MEDIA_TYPE
    )


def install(app: FastAPI) -> None:
    """Make every error of `app` a problem document, the framework's own included."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, error: Problem) -> JSONResponse:
        return problem_response(request, error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        fields = [
            {"field": ".".join(str(part) for part in e["loc"][1:]), "message": e["msg"]}
            for e in error.errors()
        ]
        what = "; ".join(f"{f['field'] or 'request'}: {f['message']}" for f in fields)
        problem = Unprocessable(
            code="invalid_request",
            detail=f"The request was not understood: {what}.",
            errors=jsonable_encoder(fields),
        )
        return problem_response(request, problem)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        problem = Problem(code=status.name.lower(), detail=str(error.detail), headers=error.headers)
        problem.status = status
        return problem_response(request, problem)

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> JSONResponse:
        return problem_response(
            request,
            Problem(
                detail="Something went wrong on our side. Your recordings and transcripts are"
                " safe. Try again; if it happens twice, quote the request id.",
                # Made outside the middleware that gives every other answer this header
                headers={"X-Request-Id": getattr(request.state, "request_id", "")},
            ),
        )
