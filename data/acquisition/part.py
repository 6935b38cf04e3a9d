"""The part of a file that has arrived, continued by whoever comes next.

It lies in `NAME.part`; `NAME.part.json` says which version of which address it is part of, to ask
for the rest with `Range` and `If-Range` (RFC 9110, 13.1.5 and 14.2).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path

import httpx


class Part:
    """The beginning of a file, and what it is the beginning of."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self.path = target.with_name(target.name + ".part")
        self._notes = target.with_name(target.name + ".part.json")

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def ask(self, url: str, *, known: bool) -> dict[str, str]:
        """Headers that ask for the rest; none if what is here cannot be continued safely.

        `known`: the sum of the whole is known, so whatever is mixed up is found out at the end.
        """
        if not self.size:
            return {}
        notes = self._read()
        ask = {"Range": f"bytes={self.size}-"}
        if notes.get("url") == url and notes.get("validator"):
            return {**ask, "If-Range": str(notes["validator"])}
        if known:
            return ask
        self.discard()
        return {}

    def begin(self, response: httpx.Response, url: str) -> None:
        """Note what the coming bytes are part of; forget the old ones unless they go on."""
        if response.status_code != HTTPStatus.PARTIAL_CONTENT:
            self.path.write_bytes(b"")
        notes = {"url": url, "validator": _validator(response)}
        self._notes.write_text(json.dumps(notes))

    def finish(self) -> None:
        self.path.replace(self._target)
        self._notes.unlink(missing_ok=True)

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)
        self._notes.unlink(missing_ok=True)

    def _read(self) -> Mapping[str, object]:
        with suppress(OSError, ValueError):
            notes = json.loads(self._notes.read_text())
            if isinstance(notes, dict):
                return notes
        return {}


def _validator(response: httpx.Response) -> str:
    """What `If-Range` may be asked with: a strong entity tag, else the time of the last change."""
    tag: str = response.headers.get("ETag", "")
    if tag and not tag.startswith("W/"):
        return tag
    return str(response.headers.get("Last-Modified", ""))
