"""The proxy beside the pages: what goes through, what does not, and who may use it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ui.guard import Guard
from ui.parts import guest
from ui.proxy import Proxy
from ui.settings import Settings

TOKEN = "the-owners-token"
HOST = "127.0.0.1:8501"
CONTENT = bytes(range(256)) * 40


class Upstream:
    """A small API that remembers what it was sent."""

    def __init__(self, folder: Path) -> None:
        self.seen: list[Request] = []
        self.chunks: list[int] = []
        self.file = folder / "audio.ogg"
        self.file.write_bytes(CONTENT)
        self.app = Starlette(
            routes=[Route("/v1/{path:path}", self.answer, methods=["GET", "POST"])]
        )

    async def answer(self, request: Request) -> Response:
        self.seen.append(request)
        path = request.path_params["path"]
        if path == "audio":
            return FileResponse(self.file, media_type="audio/ogg")
        if path == "upload":
            async for chunk in request.stream():
                self.chunks.append(len(chunk))
            return JSONResponse({"bytes": sum(self.chunks)}, 201, {"Location": "/v1/recordings/1"})
        return JSONResponse(
            {"path": request.url.path, "query": request.url.query},
            headers={"Set-Cookie": "a=b", "X-Request-Id": "req_1"},
        )


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    return Upstream(tmp_path)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "token").write_text(TOKEN + "\n")
    return Settings(home=tmp_path, api_url="http://127.0.0.1:8000")


@pytest.fixture
def web(upstream: Upstream, settings: Settings) -> TestClient:
    proxy = Proxy(settings, httpx.ASGITransport(app=upstream.app))
    app = Starlette(routes=[proxy.route], middleware=[Middleware(Guard)])
    return TestClient(app, base_url=f"http://{HOST}")


def test_the_token_is_added_and_never_returned(web, upstream):
    answer = web.get("/api/models", headers={"Authorization": "Bearer guessed"})
    assert upstream.seen[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in answer.text + str(answer.headers)


def test_path_and_query_arrive_as_they_were_spelled(web):
    answer = web.get("/api/transcriptions?limit=5&status=queued&status=running")
    assert answer.json() == {
        "path": "/v1/transcriptions",
        "query": "limit=5&status=queued&status=running",
    }


def test_the_pages_own_business_is_kept_back(web, upstream):
    sent = {
        "Cookie": "session=1",
        "Referer": "http://127.0.0.1:8501/",
        "Connection": "x-own, close",
    }
    answer = web.get("/api/models", headers=sent | {"X-Own": "1", "X-Kept": "1"})
    headers = upstream.seen[0].headers
    assert not {"cookie", "referer", "x-own", "origin"} & set(headers)
    assert headers["x-kept"] == "1"
    assert "set-cookie" not in answer.headers
    assert answer.headers["x-request-id"] == "req_1"


def test_a_part_of_the_audio_can_be_asked_for(web):
    answer = web.get("/api/audio", headers={"Range": "bytes=100-109"})
    assert answer.status_code == 206
    assert answer.content == CONTENT[100:110]
    assert answer.headers["content-range"] == f"bytes 100-109/{len(CONTENT)}"


def test_an_upload_goes_through_whole(web, upstream):
    pieces = [b"x" * 70_000] * 5
    answer = web.post("/api/upload", content=iter(pieces))
    assert answer.status_code == 201
    assert answer.json() == {"bytes": 350_000}
    assert answer.headers["location"] == "/api/recordings/1"


@pytest.mark.parametrize(
    "path", ["/api/../healthz", "/api/a/../../docs", "/api/./models", "/api/a\\b"]
)
def test_nothing_outside_v1_can_be_reached(settings, upstream, path):
    proxy = Proxy(settings, httpx.ASGITransport(app=upstream.app))
    # As a server hands it over: decoded, and as it came (encoded, which hides the dots)
    scope = _scope() | {"path": path, "raw_path": path.replace(".", "%2e").encode()}
    assert asyncio.run(proxy.forward(Request(scope))).status_code == 404
    assert not upstream.seen


GUEST = "/api/shared/shr_1"
SECRET = "q3mT0yqG9m4bXo1sYc7VtN2kPz8rLw5uHd6JfEaQiKg"


@pytest.mark.chapter(28)
@pytest.mark.parametrize("path", [GUEST, f"{GUEST}/audio", "/api/%73hared/shr_1"])
def test_a_guest_is_never_given_the_owners_token(web, upstream, path):
    web.get(path)
    web.get(path, headers={"Authorization": f"Bearer {SECRET}"})
    web.get(path, headers={"Cookie": f"lectern_share={SECRET}"})
    given = [request.headers.get("authorization") for request in upstream.seen]
    assert given == [None, f"Bearer {SECRET}", f"Bearer {SECRET}"]
    assert all(SECRET not in request.headers.get("cookie", "") for request in upstream.seen)


@pytest.mark.chapter(28)
def test_a_guests_session_is_a_cookie_for_one_link_that_no_script_reads(web, upstream):
    answer = web.post(f"{GUEST}/open", headers={"Authorization": f"Bearer {SECRET}"})
    parts = answer.headers["set-cookie"].split("; ")
    assert parts[:2] == [f"lectern_share={SECRET}", f"Path={GUEST}"]
    assert {"HttpOnly", "SameSite=Strict", "Max-Age=43200"} <= set(parts)
    assert "Secure" not in parts
    web.get(GUEST)
    assert upstream.seen[-1].headers["authorization"] == f"Bearer {SECRET}"
    web.get("/api/shared/shr_2")
    assert "authorization" not in upstream.seen[-1].headers
    web.get("/api/models")
    assert upstream.seen[-1].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("method", "path", "secret"),
    [
        ("GET", f"{GUEST}/open", SECRET),
        ("POST", GUEST, SECRET),
        ("POST", f"{GUEST}/open", "a;b"),
        ("POST", f"{GUEST};x/open", SECRET),
        ("POST", f"{GUEST}/open", ""),
    ],
)
def test_a_cookie_is_set_only_by_opening_a_link(web, method, path, secret):
    answer = web.request(method, path, headers={"Authorization": f"Bearer {secret}"})
    assert "set-cookie" not in answer.headers


PUBLIC = "lectern.example.org"


@pytest.fixture
def elsewhere(upstream: Upstream, settings: Settings) -> TestClient:
    """The same under a public address."""
    proxy = Proxy(settings, httpx.ASGITransport(app=upstream.app))
    guard = Middleware(Guard, public_address=f"https://{PUBLIC}")
    app = Starlette(routes=[proxy.route, *guest.routes()], middleware=[guard])
    return TestClient(app, base_url=f"http://{PUBLIC}")


@pytest.mark.chapter(28)
@pytest.mark.parametrize(
    "came_by",
    [{}, {"Host": HOST, "X-Forwarded-For": "203.0.113.9"}, {"Host": HOST, "Via": "1.1 x"}],
)
def test_under_the_public_address_there_is_a_links_page_and_nothing_else(
    elsewhere, upstream, came_by
):
    assert elsewhere.get("/shared/shr_1", headers=came_by).status_code == 200
    assert elsewhere.get("/shared/-/guest-de.js", headers=came_by).status_code == 200
    origin = {"Origin": f"https://{PUBLIC}", "Authorization": f"Bearer {SECRET}"}
    opened = elsewhere.post(f"{GUEST}/open", headers=came_by | origin)
    assert "Secure" in opened.headers["set-cookie"]
    upstream.seen.clear()
    for path in ("/", "/library", "/api/models", "/_stcore/health", "/api/%2e%2e/x", "/sharedx"):
        answer = elsewhere.get(path, headers=came_by)
        assert answer.status_code == 403, path
        assert answer.json()["code"] == "guests_only"
    from starlette.websockets import WebSocketDisconnect

    with (
        pytest.raises(WebSocketDisconnect),
        elsewhere.websocket_connect("/_stcore/stream", headers=came_by),
    ):
        pass
    evil = elsewhere.get(GUEST, headers=came_by | {"Origin": "https://evil.example"})
    assert evil.status_code == 403
    assert not upstream.seen


def test_the_owner_at_this_computer_has_everything_beside_a_public_address(elsewhere, upstream):
    assert elsewhere.get("/api/models", headers={"Host": HOST}).status_code == 200
    assert elsewhere.get("/library", headers={"Host": "other.example"}).status_code == 403


def test_a_guests_page_lets_the_browser_ask_nobody_else(elsewhere):
    headers = elsewhere.get("/shared/shr_1").headers
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def foreign(**headers: str) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.mark.chapter(28)
@pytest.mark.parametrize(
    "headers",
    [
        foreign(Host="evil.example"),
        foreign(Host="127.0.0.1.evil.example:8501"),
        foreign(Host=""),
        foreign(Origin="https://evil.example"),
        foreign(Origin="http://127.0.0.1:9999"),
        foreign(Origin="null"),
        foreign(Sec_Fetch_Site="cross-site"),
        foreign(Sec_Fetch_Site="same-site"),
    ],
)
def test_a_foreign_page_is_refused_before_the_api_hears_of_it(web, upstream, headers):
    answer = web.post("/api/upload", content=b"x", headers=headers)
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert not upstream.seen


@pytest.mark.parametrize("host", [HOST, "localhost:8501", "[::1]:8501"])
def test_our_own_page_is_served(web, host):
    headers = {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
    assert web.get("/api/models", headers=headers).status_code == 200


def test_a_link_elsewhere_may_open_the_page_itself(web):
    answer = web.get("/library", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 404  # of the little app here: the guard let it through


def test_a_foreign_web_socket_is_refused(web):
    from starlette.websockets import WebSocketDisconnect

    with (
        pytest.raises(WebSocketDisconnect),
        web.websocket_connect("/_stcore/stream", headers={"Origin": "https://evil.example"}),
    ):
        pass


def test_an_api_that_does_not_answer_is_said_so(settings):
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    proxy = Proxy(settings, httpx.MockTransport(refuse))
    client = TestClient(Starlette(routes=[proxy.route]), base_url=f"http://{HOST}")
    answer = client.get("/api/models")
    assert answer.status_code == 503
    assert answer.json()["code"] == "api_unreachable"


class Ticking(httpx.AsyncBaseTransport):
    """An API whose event stream goes on only when it is told to."""

    def __init__(self) -> None:
        self.more = asyncio.Event()
        self.closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, headers={"Content-Type": "text/event-stream"}, stream=_Stream(self)
        )


class _Stream(httpx.AsyncByteStream):
    def __init__(self, owner: Ticking) -> None:
        self.owner = owner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"data: 1\n\n"
        await self.owner.more.wait()
        yield b"data: 2\n\n"

    async def aclose(self) -> None:
        self.owner.closed = True


def _scope() -> dict[str, object]:
    return {
        "type": "http",
        "method": "GET",
        "path": "/api/transcriptions/1/events",
        "raw_path": b"/api/transcriptions/1/events",
        "query_string": b"",
        "headers": [(b"host", HOST.encode())],
        "path_params": {"path": "transcriptions/1/events"},
    }


def test_an_event_arrives_when_it_is_sent_and_the_connection_is_given_back(settings):
    async def run() -> None:
        api = Ticking()
        answer = await Proxy(settings, api).forward(Request(_scope()))
        assert isinstance(answer, StreamingResponse)
        events = answer.body_iterator.__aiter__()
        # The second event does not exist yet: whoever buffers waits here for ever
        assert await asyncio.wait_for(anext(events), 2) == b"data: 1\n\n"
        api.more.set()
        assert await asyncio.wait_for(anext(events), 2) == b"data: 2\n\n"
        with pytest.raises(StopAsyncIteration):
            await anext(events)
        assert api.closed

    asyncio.run(run())


def test_event_streams_end_with_the_server(settings):
    async def run() -> None:
        api = Ticking()
        proxy = Proxy(settings, api)
        answer = await proxy.forward(Request(_scope()))
        assert isinstance(answer, StreamingResponse)
        events = answer.body_iterator.__aiter__()
        await anext(events)
        waiting = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0)
        proxy.end_streams()
        with pytest.raises(StopAsyncIteration):
            await asyncio.wait_for(waiting, 2)
        assert api.closed

    asyncio.run(run())


def test_upload_is_passed_on_piece_by_piece(settings):
    """The API has the first piece before the browser sends the second."""
    order: list[str] = []

    class Counting(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            async for chunk in request.stream:
                order.append(f"api {chunk.decode()}")
            return httpx.Response(201, json={})

    pieces = iter(["one", "two"])

    async def receive() -> dict[str, object]:
        piece = next(pieces, None)
        if piece is None:
            return {"type": "http.request", "body": b"", "more_body": False}
        order.append(f"browser {piece}")
        return {"type": "http.request", "body": piece.encode(), "more_body": True}

    async def run() -> int:
        scope = _scope() | {"method": "POST"}
        scope["headers"] = [(b"host", HOST.encode()), (b"transfer-encoding", b"chunked")]
        make: Callable[..., Request] = Request
        answer = await Proxy(settings, Counting()).forward(make(scope, receive))
        return answer.status_code

    assert asyncio.run(run()) == 201
    assert order == ["browser one", "api one", "browser two", "api two"]
