"""How many requests are answered at once; one too many is told so at once.

Three kinds are counted apart, so that none takes the place of another: requests that wait for a
job (`?wait=`, event streams), those that send or fetch a recording, and all others. Health checks
are not counted: they tell the truth also when there is too much to do.
"""

# Ch 12 · Scaling the System: too many requests get a quick refusal instead of a slow everything

from __future__ import annotations

from enum import StrEnum

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.compatible import shape
from app.errors import Unavailable, problem_response
from app.headers import declared_bytes

PAUSE_S = 2
SMALL_BODY_BYTES = 64 * 1024
HEALTH = frozenset({"/healthz", "/readyz"})


class Kind(StrEnum):
    WAITING = "that wait for a job"
    TRANSFER = "that send or fetch a recording"
    SHORT = "of other kinds"


class BoundedRequests:
    """ASGI middleware; answers 503 with Retry-After itself when `most` of a kind are under way."""

    def __init__(self, app: ASGIApp, *, most: int) -> None:
        self._app = app
        self._most = most
        self._now = dict.fromkeys(Kind, 0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in HEALTH:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        kind = kind_of(request)
        if self._now[kind] >= self._most:
            await problem_response(request, _too_many(kind, self._most))(scope, receive, send)
            return
        self._now[kind] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._now[kind] -= 1


def kind_of(request: Request) -> Kind:
    """What a request will hold while it is answered, told from its head."""
    path = request.url.path
    if shape.is_compatible(path):
        return Kind.WAITING  # for the text; uploads among them are counted by `receiving`
    if path.endswith("/events") or request.query_params.get("wait", "0") not in ("", "0"):
        return Kind.WAITING
    chunked = "transfer-encoding" in request.headers
    large = (declared_bytes(request) or 0) > SMALL_BODY_BYTES
    archive = path.startswith("/v1/projects/") and path.endswith("/export")
    if path.endswith("/audio") or archive or chunked or large:
        return Kind.TRANSFER
    return Kind.SHORT


def _too_many(kind: Kind, most: int) -> Unavailable:
    return Unavailable(
        code="too_many_requests",
        detail=f"{most} requests {kind} are being answered at this moment, as many as this server"
        " takes at once. Nothing was changed by this one; recordings and transcripts are safe."
        f" Try again in {PAUSE_S} seconds.",
        headers={"Retry-After": str(PAUSE_S)},
        retry_after=PAUSE_S,
    )
