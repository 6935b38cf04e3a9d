"""Terms proposed from a document: received, read by a process that owns nothing, answered.

The API itself opens no document. `python -m worker.proposals` gets the bytes, gives up its rights
and answers in JSON; it is ended when it takes too long, and what it says is checked like any input.
"""

# Ch 28 · Security and Privacy: documents are read by a process of their own, few at a time, for a bounded time

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import PurePath
from tempfile import TemporaryFile
from typing import Final

from pydantic import BaseModel, Field, ValidationError
from starlette.requests import ClientDisconnect, Request

from app.errors import BadRequest, TooLarge, Unavailable, Unprocessable, UnsupportedMedia
from app.headers import declared_bytes
from app.recordings.multipart import MultipartReader, Sink
from app.recordings.upload import drain
from app.settings import REPOSITORY

MAX_BYTES: Final = 20_000_000
MAX_ANSWER_BYTES: Final = 16_000_000
WALL_S: Final = 120.0
AT_ONCE: Final = 2
"""Documents read at the same time: each takes a core and up to a gigabyte."""
WAIT_S: Final = 30.0
_FORM_BYTES: Final = 64 * 1024
_WRONG_TYPE: Final = "document_wrong_type"
_places = threading.BoundedSemaphore(AT_ONCE)


class ProposedTerm(BaseModel):
    term: str
    sounds_like: str = Field(description="Guessed where the spelling tells it; else empty.")
    count: int = Field(description="How often it comes in the text.")
    why: str = Field(examples=["an abbreviation"], description="Why it was proposed, in words.")
    examples: list[str] = Field(description="Sentences it comes in, three at most.")


class ProposalsOut(BaseModel):
    text: str = Field(description="What was read, at most 400,000 characters.")
    words: int
    language: str
    prose: bool = Field(description="Running text, from which more can be learned than terms.")
    terms: list[ProposedTerm] = Field(
        description="The most useful first; at most 200, but all of a list that was given."
    )
    notes: list[str] = Field(description="What was left out, e.g. the pages beyond the 300th.")


class Refused(BaseModel):
    code: str
    detail: str


class Answer(BaseModel):
    """What the process says: one of the two."""

    found: ProposalsOut | None = None
    refused: Refused | None = None


async def receive(request: Request) -> tuple[bytes, str]:
    """The document of a multipart form and the suffix of its name; of a pasted text, ''.

    Raises `BadRequest`, `TooLarge`. Nothing is kept anywhere.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise BadRequest(
            code="not_multipart",
            detail="Send multipart/form-data: the document in a field named `file`, or pasted text"
            " in a field named `text`.",
        )
    if (declared_bytes(request) or 0) > MAX_BYTES + _FORM_BYTES:
        raise _too_large()
    content = bytearray()

    def write(data: bytes) -> None:
        content.extend(data)
        if len(content) > MAX_BYTES:
            raise _too_large()

    def sink() -> Sink:
        return write

    reader = MultipartReader(request.headers["content-type"], sink, MAX_BYTES)
    try:
        async for chunk in request.stream():
            reader.feed(chunk)
    except ClientDisconnect:
        raise BadRequest(
            code="upload_incomplete", detail="The upload was cut off. Nothing was kept."
        ) from None
    except (BadRequest, TooLarge):
        await drain(request)
        raise
    form = reader.close()
    if reader.had_file:
        return bytes(content), PurePath(form.filename or "").suffix.lower()[:10]
    text = form.first("text")
    if text is None:
        raise BadRequest(
            code="document_missing",
            detail="The request has neither a field `file` nor a field `text`.",
        )
    return text.encode(), ""


def propose(content: bytes, suffix: str) -> ProposalsOut:
    """What the document has to propose; blocking, for some seconds.

    Raises `Unprocessable` or `UnsupportedMedia` with the reason, `Unavailable` when too many
    documents are being read.
    """
    if not _places.acquire(timeout=WAIT_S):
        raise Unavailable(
            code="too_many_documents",
            detail=f"{AT_ONCE} documents are being read at this moment, as many as this computer"
            " reads at once. Nothing was kept of this one. Try again in a minute.",
            headers={"Retry-After": "60"},
        )
    try:
        answer = _read(content, suffix)
    finally:
        _places.release()
    if answer.found is not None:
        return answer.found
    refused = answer.refused or Refused(code="document_damaged", detail=_NO_ANSWER)
    kind = UnsupportedMedia if refused.code == _WRONG_TYPE else Unprocessable
    raise kind(code=refused.code, detail=refused.detail)


_NO_ANSWER: Final = (
    "This document could not be read: the program that read it was ended by what is in it. Nothing"
    " was kept. Save it again or print it as PDF, or paste the text."
)
_TOO_SLOW: Final = (
    "Reading this document took longer than two minutes and was stopped. Nothing was kept. Give a"
    " part of it, or paste the text."
)


def _read(content: bytes, suffix: str) -> Answer:
    command = [sys.executable, "-m", "worker.proposals", suffix]
    with TemporaryFile() as document:
        document.write(content)
        document.seek(0)
        process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env=_environment(),
            stdin=document,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    assert process.stdout is not None
    began = time.monotonic()
    timer = threading.Timer(WALL_S, process.kill)
    timer.start()
    try:
        said = process.stdout.read(MAX_ANSWER_BYTES)
    finally:
        timer.cancel()
        process.kill()
        process.wait()
        process.stdout.close()
    if time.monotonic() - began >= WALL_S:
        return Answer(refused=Refused(code="document_too_slow", detail=_TOO_SLOW))
    try:
        return Answer.model_validate_json(said)
    except ValidationError:
        return Answer()


def _environment() -> dict[str, str]:
    """Nothing of ours: no address of a database, no key of a bucket."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(REPOSITORY)}


def _too_large() -> TooLarge:
    return TooLarge(
        code="document_too_large",
        detail=f"The document is larger than {MAX_BYTES / 1e6:.0f} MB. Nothing was kept. Save it"
        " without pictures, give a part of it, or paste the text.",
    )
