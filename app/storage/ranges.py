"""A stored object as an HTTP answer, whole or the part that was asked for (RFC 9110, 14)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from email.utils import formatdate
from http import HTTPStatus
from typing import Protocol

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from app.errors import Problem
from app.storage.base import StoredObject

_ONE_RANGE = re.compile(r"bytes\s*=\s*(\d*)\s*-\s*(\d*)")


class RangeNotSatisfiable(Problem):
    status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    code = "range_not_satisfiable"


class Readable(Protocol):
    """As much of a storage as an answer needs."""

    def stat(self, key: str) -> StoredObject: ...

    def read(self, key: str, start: int, end: int) -> Iterator[bytes]: ...


def object_response(
    request: Request, storage: Readable, key: str, media_type: str, headers: Mapping[str, str]
) -> Response:
    """Answer GET or HEAD for the object, streamed from the storage in bounded pieces.

    Honours one range, `If-Range` and `If-None-Match`. Several ranges are answered with the whole
    object, as is allowed. Raises `ObjectMissing`, `StorageAway`, `RangeNotSatisfiable`.
    """
    found = storage.stat(key)
    told = {
        **headers,
        "Accept-Ranges": "bytes",
        # An object is written once: its name is its version
        "ETag": f'"{hashlib.sha256(key.encode()).hexdigest()[:32]}"',
        "Last-Modified": formatdate(found.modified_s, usegmt=True),
    }
    if names(request.headers.get("if-none-match"), told["ETag"]):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=told)
    start, end = 0, found.size
    status = HTTPStatus.OK
    asked = request.headers.get("range")
    if asked is not None and _still_valid(request.headers.get("if-range"), told):
        part = part_of(asked, found.size)
        if part is not None:
            start, end = part
            status = HTTPStatus.PARTIAL_CONTENT
            told["Content-Range"] = f"bytes {start}-{end - 1}/{found.size}"
    told["Content-Length"] = str(end - start)
    if request.method == "HEAD":
        return Response(status_code=status, headers=told, media_type=media_type)
    pieces = storage.read(key, start, end)
    return StreamingResponse(pieces, status_code=status, headers=told, media_type=media_type)


def part_of(asked: str, size: int) -> tuple[int, int] | None:
    """Start and end (exclusive) of the range in a `Range` header, None if it has to be ignored.

    Raises `RangeNotSatisfiable` where no byte of the object lies in it.
    """
    match = _ONE_RANGE.fullmatch(asked.strip())
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if first:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
    else:
        start, end = max(size - int(last), 0), size
    if start >= end:
        raise RangeNotSatisfiable(
            detail=f"The recording has {size} bytes; there are none at {asked!r:.80}.",
            headers={"Content-Range": f"bytes */{size}"},
        )
    return start, end


def _still_valid(if_range: str | None, told: Mapping[str, str]) -> bool:
    return if_range is None or if_range in (told["ETag"], told["Last-Modified"])


def names(if_none_match: str | None, etag: str) -> bool:
    if if_none_match is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in tags or etag in tags
