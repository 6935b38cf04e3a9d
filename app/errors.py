"""One hierarchy of errors that people see, rendered as RFC 9457 problem+json.

Under `/v1/audio/` the same errors are told as OpenAI's clients read them (app/compatible/shape.py).

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

from app.compatible import shape
from app.database import DatabaseError, DatabaseFull, Unstorable
from app.described import methods

DATABASE_BACK_S = 5
"""When a client is told to try again while the database is away."""
PROBLEM_MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """Base of every error with a message for a person."""

    status: int = HTTPStatus.INTERNAL_SERVER_ERROR
    code = "internal_error"
    title: str | None = None
    """Of a status that HTTP itself does not know; the others have theirs."""

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


class PreconditionFailed(Problem):
    status = HTTPStatus.PRECONDITION_FAILED
    code = "precondition_failed"


class PreconditionRequired(Problem):
    status = HTTPStatus.PRECONDITION_REQUIRED
    code = "precondition_required"


class TooLarge(Problem):
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    code = "too_large"


class UnsupportedMedia(Problem):
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    code = "unsupported_media_type"


class Unprocessable(Problem):
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "unprocessable"


class TooManyRequests(Problem):
    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "too_many_requests"


class Unavailable(Problem):
    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "unavailable"


class StorageFull(Problem):
    status = HTTPStatus.INSUFFICIENT_STORAGE
    code = "storage_full"


def database_problem(error: DatabaseError) -> Problem:
    """What to tell while the database cannot do its part."""
    if isinstance(error, DatabaseFull):
        return StorageFull(
            detail="There is no room left for transcripts. What was kept is safe; free some space"
            " and try again."
        )
    # Ch 13 · Planning for Operations: a database that restarts is told as such, and for how long
    return Unavailable(
        code="database_away",
        detail="The database does not answer at the moment. Everything that was kept is safe; try"
        f" again in {DATABASE_BACK_S} seconds.",
        headers={"Retry-After": str(DATABASE_BACK_S)},
    )


def unstorable_problem(request: Request) -> Problem:
    """A NUL in the address names nothing; elsewhere it is a mistake of the request."""
    if any("\x00" in str(value) for value in request.path_params.values()):
        return NotFound(detail="There is nothing at this address: it contains a NUL character.")
    return Unprocessable(
        code="unstorable",
        detail="The request has a NUL character or a number with too many digits. Nothing was"
        " kept of it.",
    )


def problem_response(request: Request, problem: Problem) -> JSONResponse:
    """Render `problem`, with the request's id so that a log line can be found again."""
    if shape.is_compatible(request.url.path):
        return compatible_response(problem)
    body = {
        "type": f"https://lectern.invalid/problems/{problem.code}",
        "title": problem.title or HTTPStatus(problem.status).phrase,
        "status": int(problem.status),
        "detail": problem.detail,
        "code": problem.code,
        "request_id": getattr(request.state, "request_id", None),
        **problem.extra,
    }
    return JSONResponse(
        body, status_code=problem.status, headers=problem.headers, media_type=PROBLEM_MEDIA_TYPE
    )


def compatible_response(problem: Problem) -> JSONResponse:
    """Render `problem` for OpenAI's clients; the request's id is in the header alone."""
    status = shape.status_of(problem.status, problem.code)
    headers = problem.headers | shape.retry_headers(status, problem.code, problem.headers)
    return JSONResponse(compatible_body(problem), status_code=status, headers=headers)


def compatible_body(problem: Problem) -> dict[str, object]:
    """The same in the middle of a stream, where no status can be told any more."""
    status = shape.status_of(problem.status, problem.code)
    return shape.body(status, problem.code, problem.detail, problem.extra.get("param"))


def install(app: FastAPI) -> None:
    """Make every error of `app` a problem document, the framework's own included."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, error: Problem) -> JSONResponse:
        return problem_response(request, error)

    @app.exception_handler(DatabaseError)
    async def _database(request: Request, error: DatabaseError) -> JSONResponse:
        return problem_response(request, database_problem(error))

    @app.exception_handler(Unstorable)
    async def _unstorable(request: Request, error: Unstorable) -> JSONResponse:
        return problem_response(request, unstorable_problem(request))

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
        headers = dict(error.headers or {})
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            # The framework tells of one route, and a resource has one for each method
            headers["Allow"] = methods.allowed(app, request.url.path) or headers.get("allow", "")
        problem = Problem(code=status.name.lower(), detail=str(error.detail), headers=headers)
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
