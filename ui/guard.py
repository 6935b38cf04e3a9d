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
FOR_GUESTS = ("/shared/", "/api/shared/", "/app/static/fonts/")
"""All that is open under the public address: the page behind a link, and what it asks for."""
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
_OURS = frozenset({"same-origin", "none"})
"""`none`: typed into the address bar by the person."""


class Guard:
    """ASGI middleware for HTTP and web sockets; answers 403 itself."""

    def __init__(self, app: ASGIApp, public_address: str = "") -> None:
        """`public_address`: under which guests come, such as `https://lectern.example.org`."""
        self._app = app
        self._public = urlsplit(public_address).netloc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers, path = Headers(scope=scope), scope["path"]
        if from_elsewhere(headers, self._public):
            code = guests_refusal(path, headers, self._public, scope["type"])
        else:
            code = refusal(path, headers)
        if code is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": code})
        else:
            await _problem(code)(scope, receive, send)


def from_elsewhere(headers: Headers, public: str) -> bool:
    """Whether a request came by the public address, or through anything that forwards requests.

    A forwarder that puts our own name in the place of `Host` does not make an owner of a guest.
    """
    if not public:
        return False
    return headers.get("host", "") == public or any(name in headers for name in _FORWARDED)


def guests_refusal(path: str, headers: Headers, public: str, kind: str) -> str | None:
    """The same for who comes from elsewhere: a link's page, and no web socket at all."""
    # Ch 28 · Security and Privacy: under the public address nothing answers but the page of a link
    if kind != "http" or not path.startswith(FOR_GUESTS) or ".." in path.split("/"):
        return "guests_only"
    origin, host = headers.get("origin"), headers.get("host", "")
    if origin is not None and urlsplit(origin).netloc not in (host, public):
        return "origin_not_allowed"
    site = headers.get("sec-fetch-site")
    if path.startswith("/api/") and site is not None and site not in _OURS:
        return "origin_not_allowed"
    return None


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


_DETAILS = {
    "host_not_allowed": "This page answers to 127.0.0.1 and localhost only.",
    "origin_not_allowed": "Requests from other web pages are refused.",
    "guests_only": "Under this address there are shared transcripts only. Open the link you were"
    " given, all of it.",
}


def _problem(code: str) -> JSONResponse:
    detail = _DETAILS[code]
    body = {"type": "about:blank", "title": "Forbidden", "status": 403, "detail": detail}
    return JSONResponse(body | {"code": code}, 403, media_type="application/problem+json")
