"""`chunking_strategy`: how a recording is to be cut."""

from __future__ import annotations

import json
from typing import Any

from app.errors import BadRequest
from app.recordings.multipart import Form

_NUMBERS = ("threshold", "silence_duration_ms", "prefix_padding_ms")


def check_chunking(form: Form) -> None:
    """Accept what we do anyway: cut at pauses found by voice activity detection.

    `auto` and `server_vad` without numbers mean that. The numbers of `server_vad` belong to another
    detector; ours cuts generously and lists what it left out (docs/decisions/0002), so a number
    that is asked for is refused instead of being passed over. Raises `BadRequest`.
    """
    given = _given(form)
    kind = given.pop("type", None)
    if kind is None and not given:
        return
    if kind not in ("auto", "server_vad"):
        raise _refused(
            "invalid_value", "`chunking_strategy` is `auto` or of the type `server_vad`."
        )
    if kind == "auto" and given:
        raise _refused("invalid_value", "`chunking_strategy` `auto` takes no numbers.")
    if unknown := set(given) - set(_NUMBERS):
        raise _refused("invalid_value", f"`server_vad` has no {min(unknown)[:40]!r}.")
    if given:
        raise _refused(
            "unsupported",
            f"The pauses at which a recording is cut cannot be tuned: {', '.join(given)} of"
            " `server_vad` would have no effect. Leave them out, or ask for `auto`.",
        )


def _given(form: Form) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in form.fields:
        plain, bracket, rest = name.partition("[")
        if plain != "chunking_strategy" or not value:
            continue
        if bracket:
            found[rest.rstrip("]")] = value
        elif value.startswith("{"):
            found |= _object(value)
        else:
            found["type"] = value
    return found


def _object(value: str) -> dict[str, Any]:
    """Some clients write the object as JSON."""
    try:
        found = json.loads(value)
    except ValueError:
        raise _refused("invalid_value", "`chunking_strategy` is not valid JSON.") from None
    return found if isinstance(found, dict) else {}


def _refused(code: str, detail: str) -> BadRequest:
    return BadRequest(code=code, detail=detail, param="chunking_strategy")
