"""Local mode's doorkeeper: loopback names only, no cross-site requests, a token for everything.

A page on the internet can make a browser send requests to 127.0.0.1. It cannot set our Host
name (DNS rebinding is refused by name), it announces its Origin, and it does not know the token.
"""

# Ch 28 · Security and Privacy: a web page elsewhere cannot read or start anything on this computer

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import Forbidden, Problem, Unauthorised, problem_response

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})
GUESTS = "/v1/shared/"
"""What a link opens: it brings its own secret, which app/sharing judges."""
OPEN_PATHS = ("/healthz", "/readyz", "/docs", "/openapi.json")


class LocalGuard:
    """ASGI middleware; answers 401 or 403 itself."""

    def __init__(self, app: ASGIApp, *, token: str) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        problem = self._refusal(request)
        if problem is None:
            await self._app(scope, receive, send)
        else:
            await problem_response(request, problem)(scope, receive, send)

    def _refusal(self, request: Request) -> Problem | None:
        if _name(request.headers.get("host", "")) not in LOOPBACK_NAMES:
            return Forbidden(
                code="host_not_allowed",
                detail="This server answers to 127.0.0.1 and localhost only.",
            )
        origin = request.headers.get("origin")
        crossed = request.headers.get("sec-fetch-site") == "cross-site"
        if crossed or (origin and _host_of(origin) not in LOOPBACK_NAMES):
            return Forbidden(
                code="origin_not_allowed", detail="Requests from other web sites are refused."
            )
        if request.url.path in OPEN_PATHS or request.url.path.startswith(GUESTS):
            return None
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and hmac.compare_digest(
            given.strip().encode(), self._token.encode()
        ):
            return None
        return Unauthorised(
            code="token_missing" if not given else "token_wrong",
            detail="Send the header `Authorization: Bearer TOKEN` with the token in the file"
            " `token` of the product's home folder.",
            headers={"WWW-Authenticate": "Bearer"},
        )


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).hostname
    except ValueError:
        return None


def _name(host: str) -> str:
    return host.rsplit(":", 1)[0] if not host.endswith("]") else host
