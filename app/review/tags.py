"""Entity tags: what a client has seen when it asks for a change (RFC 9110, sections 8.8.3, 13.1.1).

Each segment has a tag of its own, so that two people who correct different sentences are not in
each other's way; the whole transcript has one as well, for what concerns all of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request

from app.errors import BadRequest, PreconditionRequired
from app.transcriptions.entity_tags import segment_tag
from app.transcriptions.tables import SegmentRow

_TAG: Final = re.compile(r'\s*(W/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*(?:,|$)')


def of_segment(row: SegmentRow) -> str:
    return segment_tag(row.id, row.revision)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a request's `If-Match` names."""

    tags: frozenset[str]
    anything: bool = False
    """`*`: whatever is there now."""

    def all_of(self, tags: Iterable[str]) -> bool:
        return self.anything or all(tag in self.tags for tag in tags)


def if_match(request: Request) -> Seen:
    """Raises `PreconditionRequired` without the header, `BadRequest` where it is not understood."""
    lines = request.headers.getlist("if-match")
    if not lines:
        raise PreconditionRequired(
            code="if_match_missing",
            detail="Nothing was changed. Send the `etag` of what you have seen in the header"
            " `If-Match`, so that nobody's correction is overwritten unseen.",
        )
    line = ", ".join(lines).strip()
    if line == "*":
        return Seen(frozenset(), anything=True)
    tags, at = set(), 0
    while at < len(line):
        found = _TAG.match(line, at)
        if found is None:
            raise BadRequest(
                code="bad_if_match",
                detail="Nothing was changed: `If-Match` is not a list of entity tags in double"
                " quotes. Copy the `etag` as it was answered, quotes included.",
            )
        if found[1] is None:  # a weak tag never matches
            tags.add(f'"{found[2]}"')
        at = found.end()
    return Seen(frozenset(tags))


SeenDep = Annotated[Seen, Depends(if_match)]
