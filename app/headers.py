"""What a request says of its own body."""

from __future__ import annotations

from starlette.requests import Request


def declared_bytes(request: Request) -> int | None:
    """The length of the body, or None when the sender does not tell (chunked transfer)."""
    declared = request.headers.get("content-length", "")
    return int(declared) if declared.isascii() and declared.isdigit() else None
