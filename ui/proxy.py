"""`/api/*` of the page's own origin, passed on to the API with the owner's token.

One origin means that the player, event streams and uploads in the browser need no CORS, and the
browser never sees the token. A guest's requests (`/api/shared/*`) bring the secret of their link
instead. Bodies go through piece by piece in both directions: an upload of
gigabytes costs no memory here, and an event arrives when it is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from ui import guests
from ui.settings import Settings

METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
_HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
"""RFC 9110, section 7.6.1: these concern one connection, not the message."""
_KEPT_BACK = _HOP_BY_HOP | {"host", "origin", "referer", "cookie", "authorization", "forwarded"}
"""Of the browser: the page's own business. Its origin was judged by the guard."""
_NOT_RETURNED = _HOP_BY_HOP | {"set-cookie", "server", "date"}
# An event stream is silent between heartbeats, a big upload is answered when it is decoded
_TIMEOUT = httpx.Timeout(None, connect=5.0)


class Proxy:
    """Passes requests on; `route` is what the application mounts."""

    def __init__(
        self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._settings = settings
        self._transport = transport
        self._http: httpx.AsyncClient | None = None
        self._ending = asyncio.Event()

    @property
    def route(self) -> Route:
        return Route("/api/{path:path}", self.forward, methods=METHODS)

    async def forward(self, request: Request) -> Response:
        """Send the request to the API and its answer back, as they come."""
        path = _target(request)
        if path is None:
            return _problem(404, "not_found", "There is nothing at this address.")
        outgoing = self._client().build_request(
            request.method,
            httpx.URL(self._settings.api_url).copy_with(raw_path=path),
            headers=self._headers(request),
            content=_body(request) if _has_body(request) else None,
        )
        try:
            answer = await self._client().send(outgoing, stream=True)
        except ClientDisconnect:
            return Response(status_code=499)
        except httpx.TransportError:
            return _problem(
                503,
                "api_unreachable",
                "The transcription service does not answer. What was stored is safe. Wait a few"
                " seconds and try again.",
            )
        headers = {k: v for k, v in answer.headers.multi_items() if k not in _NOT_RETURNED}
        if headers.get("location", "").startswith("/v1/"):
            headers["location"] = "/api/" + headers["location"].removeprefix("/v1/")
        cookie = guests.cookie(request, answer.status_code)
        if cookie is not None:
            headers["set-cookie"] = cookie
        chunks = self._events(answer) if _is_event_stream(answer) else _chunks(answer)
        return StreamingResponse(chunks, answer.status_code, headers)

    async def _events(self, answer: httpx.Response) -> AsyncIterator[bytes]:
        """An endless answer, until it ends or this server does."""
        ending = asyncio.create_task(self._ending.wait())
        following: asyncio.Future[bytes] | None = None
        chunks = answer.aiter_raw()
        try:
            while True:
                following = asyncio.ensure_future(anext(chunks))
                await asyncio.wait({following, ending}, return_when=asyncio.FIRST_COMPLETED)
                if not following.done():
                    return
                yield following.result()
        except (StopAsyncIteration, httpx.TransportError):
            return  # the browser opens it again by itself
        finally:
            ending.cancel()
            if following is not None:
                following.cancel()
            await answer.aclose()

    def end_streams(self) -> None:
        """Let event streams end, so that the server need not wait for them."""
        self._ending.set()

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    def _client(self) -> httpx.AsyncClient:
        # Made at the first request: a client belongs to the event loop it is used in
        if self._http is None:
            self._http = httpx.AsyncClient(
                transport=self._transport,
                timeout=_TIMEOUT,
                limits=httpx.Limits(max_connections=None),
                trust_env=False,
            )
        return self._http

    def _headers(self, request: Request) -> list[tuple[bytes, bytes]]:
        named = {part.strip().lower() for part in request.headers.get("connection", "").split(",")}
        headers = [
            (name, value)
            for name, value in request.headers.raw
            if (key := name.decode("latin-1")) not in _KEPT_BACK | named
            and not key.startswith("sec-fetch-")
        ]
        if not any(name == b"accept-encoding" for name, _ in headers):
            # httpx would ask for compression by itself, which this browser did not
            headers.append((b"accept-encoding", b"identity"))
        if guests.concerns(request.scope["path"]):
            # Ch 28 · Security and Privacy: what a guest asks for is never asked in the owner's name
            given = guests.credentials(request)
            return headers + ([(b"authorization", given.encode("latin-1"))] if given else [])
        token = self._settings.token()
        if token:
            headers.append((b"authorization", f"Bearer {token}".encode()))
        return headers


def _target(request: Request) -> bytes | None:
    """The path and query for the API, as the browser spelled them; None for one that climbs."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    raw = raw.split(b"?", 1)[0]
    decoded = request.scope["path"]
    if not raw.startswith(b"/api/") or "\\" in decoded or {".", ".."} & set(decoded.split("/")):
        return None
    query: bytes = request.scope["query_string"]
    return b"/v1/" + raw.removeprefix(b"/api/") + (b"?" + query if query else b"")


def _has_body(request: Request) -> bool:
    return "content-length" in request.headers or "transfer-encoding" in request.headers


async def _body(request: Request) -> AsyncIterator[bytes]:
    async for chunk in request.stream():
        if chunk:
            yield chunk


def _is_event_stream(answer: httpx.Response) -> bool:
    kind: str = answer.headers.get("content-type", "")
    return kind.startswith("text/event-stream")


async def _chunks(answer: httpx.Response) -> AsyncIterator[bytes]:
    """A file. One that breaks off raises, which breaks the browser's connection, too: that is how
    it learns that the file is not whole."""
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    finally:
        await answer.aclose()


def _problem(status: int, code: str, detail: str) -> JSONResponse:
    body = {"status": status, "code": code, "detail": detail, "title": "The request failed"}
    return JSONResponse(body, status, media_type="application/problem+json")
