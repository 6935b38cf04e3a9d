"""A home of corpora on this computer that can misbehave in every way we have met."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Trouble = Callable[["Answer", int], None]
"""Changes an answer; gets how many requests for the file came before."""


@dataclass
class Answer:
    """What a request is answered with."""

    content: bytes
    status: int = 200
    etag: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    cut_after: int | None = None
    """Bytes of the body after which the connection is dropped."""
    ranges: bool = True
    block: int = 1 << 16
    pause_s: float = 0.0
    """Between blocks."""
    announce: bool = True
    """With a length; without one the end of the connection is the end of the file."""


@dataclass
class Asked:
    """A request as it came."""

    path: str
    range: str | None
    if_range: str | None
    authorization: str | None


class Home:
    """Files by path, with troubles by path."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.etags: dict[str, str] = {}
        self.troubles: dict[str, Trouble] = {}
        self.asked: list[Asked] = []
        self.url = ""

    def put(self, path: str, content: bytes, trouble: Trouble | None = None, etag: str = "") -> str:
        self.files[path] = content
        self.etags[path] = etag or f'"{len(content)}-{hash(content) & 0xFFFF:x}"'
        if trouble is not None:
            self.troubles[path] = trouble
        return f"{self.url}{path}"

    def ranges(self, path: str) -> list[str | None]:
        """The `Range` of each request for a file."""
        return [asked.range for asked in self.asked if asked.path.split("?")[0] == path]

    def answer(self, path: str) -> Answer:
        before = sum(asked.path.split("?")[0] == path for asked in self.asked) - 1
        if path not in self.files:
            answer = Answer(b"nothing here", 404)
        else:
            answer = Answer(self.files[path], etag=self.etags[path])
        if trouble := self.troubles.get(path):
            trouble(answer, before)
        return answer


@contextmanager
def home() -> Iterator[Home]:
    """A running server; its threads end with it."""
    place = Home()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_arguments: object) -> None: ...

        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            place.asked.append(
                Asked(
                    self.path,
                    self.headers["Range"],
                    self.headers["If-Range"],
                    self.headers["Authorization"],
                )
            )
            _send(self, place.answer(path))

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    place.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield place
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _send(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    body, start = answer.content, 0
    asked = re.fullmatch(r"bytes=(\d+)-", handler.headers["Range"] or "")
    unchanged = handler.headers["If-Range"] in (None, answer.etag)
    status = answer.status
    headers = dict(answer.headers)
    if status == 200 and asked and answer.ranges and unchanged:
        start = int(asked[1])
        if start >= len(body):
            status, headers["Content-Range"] = 416, f"bytes */{len(body)}"
            body = b""
        else:
            status = 206
            headers.setdefault("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            body = body[start:]
    handler.send_response(status)
    if answer.etag:
        handler.send_header("ETag", answer.etag)
    for name, value in headers.items():
        handler.send_header(name, value)
    if answer.announce:
        handler.send_header("Content-Length", str(len(body)))
    else:
        handler.send_header("Connection", "close")
        handler.close_connection = True
    try:
        handler.end_headers()
        sent = 0
        while sent < len(body):
            if answer.cut_after is not None and sent >= answer.cut_after:
                handler.close_connection = True
                handler.connection.close()
                return
            end = sent + answer.block
            if answer.cut_after is not None:
                end = min(end, answer.cut_after)
            handler.wfile.write(body[sent:end])
            handler.wfile.flush()
            sent = end
            time.sleep(answer.pause_s)
    except (OSError, ValueError):
        handler.close_connection = True


def cut(*after: int) -> Trouble:
    """The n-th answer breaks off after so many bytes; later ones are whole."""

    def trouble(answer: Answer, before: int) -> None:
        if before < len(after):
            answer.cut_after = after[before]

    return trouble


def status(*codes: int, **headers: str) -> Trouble:
    """The n-th answer has that status; later ones are fine."""

    def trouble(answer: Answer, before: int) -> None:
        if before < len(codes) and codes[before] != 200:
            answer.status, answer.content = codes[before], b"no"
            answer.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    return trouble
