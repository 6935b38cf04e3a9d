"""The page's doorkeeper: names of this computer only, and no requests sent by other web pages.

The proxy behind it adds the owner's token, so a request that gets through can do everything.
A page elsewhere can make a browser send requests here, but it cannot hide where it comes from:
`Host` unmasks a foreign name that was pointed at this computer, `Origin` and `Sec-Fetch-Site` the
page that sent the request. A page on another port of this computer is foreign, too.
"""

# Ch 28 · Security and Privacy: a web page elsewhere cannot use the page's access to recordings

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_OURS = frozenset({"same-origin", "none"})
"""`none`: typed into the address bar by the person."""


class Guard:
    """ASGI middleware for HTTP and web sockets; answers 403 itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        code = refusal(scope["path"], Headers(scope=scope))
        if code is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": code})
        else:
            await _problem(code)(scope, receive, send)


def refusal(path: str, headers: Headers) -> str | None:
    """Why a request is not answered; None when it is."""
    host = headers.get("host", "")
    if _name(host) not in LOOPBACK:
        return "host_not_allowed"
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return "origin_not_allowed"
    # A link elsewhere may open the page itself, so only the API is closed to other sites
    site = headers.get("sec-fetch-site")
    if path.startswith("/api/") and site is not None and site not in _OURS:
        return "origin_not_allowed"
    return None


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _problem(code: str) -> JSONResponse:
    detail = (
        "This page answers to 127.0.0.1 and localhost only."
        if code == "host_not_allowed"
        else "Requests from other web pages are refused."
    )
    body = {"type": "about:blank", "title": "Forbidden", "status": 403, "detail": detail}
    return JSONResponse(body | {"code": code}, 403, media_type="application/problem+json")
