"""The header's value: a string of HTTP's structured fields, or the bare text most clients send."""

from __future__ import annotations

import re

from starlette.datastructures import Headers

from app.errors import BadRequest

NAME = "Idempotency-Key"
LONGEST = 255
_QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
"""RFC 8941, 3.3.3."""
_BARE = re.compile(r"[!#-+\--:<-~]*")
"""Visible ASCII without quotation marks, commas and semicolons, which structure a field."""

PARAMETER = {
    "in": "header",
    "name": NAME,
    "required": False,
    "schema": {"type": "string", "maxLength": LONGEST},
    "example": '"8e03978e-40d5-43e8-bc93-6894a57f9324"',
    "description": "Of your choice, new for each recording: the same request with the same key"
    " within 24 hours is answered as the first one was, and nothing is made twice.",
}


def key(headers: Headers) -> str | None:
    """The key of a request, None without one. Raises `BadRequest` for what is no key."""
    given = headers.getlist(NAME)
    if not given:
        return None
    if len(given) > 1:
        raise _bad("it was given more than once")
    value = given[0].strip(" \t")
    quoted = _QUOTED.fullmatch(value)
    if quoted is not None:
        value = re.sub(r"\\(.)", r"\1", quoted[1])
    elif not _BARE.fullmatch(value):
        raise _bad("it has other characters than visible ASCII")
    if not value:
        raise _bad("it is empty")
    if len(value) > LONGEST:
        raise _bad(f"it has {len(value)} characters, at most {LONGEST} are allowed")
    return value


def _bad(why: str) -> BadRequest:
    return BadRequest(
        code="bad_idempotency_key",
        detail=f"The header {NAME} cannot be used: {why}. Nothing was kept; send a value such as a"
        " UUID in quotation marks.",
    )
