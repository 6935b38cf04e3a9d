"""What was done with a link: when and what, and nothing about the person or the device.

The owner of a transcript is to see whether a link is used, and how; who used it is known to the
person it was given to. So no address, no browser and no mark that would tell two visits from
another is kept.
"""

# Ch 29 · Transparency and Accountability: the owner sees what was done with each link, and when

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, func, select

from app.clock import now
from app.cursors import newest
from app.ids import new_id
from app.sharing.tables import Deed, Share, ShareEvent

TOGETHER: Final = timedelta(minutes=10)
"""Within this time the same thing is written down once: a player asks for hundreds of pieces."""


def note(
    session: Session, share: Share, deed: Deed, about: str | None = None, event_id: str = ""
) -> None:
    """Write it down; `event_id` is given where the transaction may run twice."""
    if event_id and session.get(ShareEvent, event_id) is not None:
        return
    session.add(
        ShareEvent(
            id=event_id or new_id("she"),
            organisation_id=share.organisation_id,
            share_id=share.id,
            deed=deed,
            about=about,
        )
    )


def is_noted(session: Session, share_id: str, deed: Deed, about: str | None = None) -> bool:
    """Whether the same was written down a short while ago."""
    query = select(ShareEvent.id).where(
        ShareEvent.share_id == share_id,
        ShareEvent.deed == deed,
        col(ShareEvent.created_at) > now() - TOGETHER,
    )
    if about is not None:
        query = query.where(ShareEvent.about == about)
    return session.exec(query.limit(1)).first() is not None


@dataclass(frozen=True, slots=True)
class Tally:
    """What was done with a link, counted."""

    times: Mapping[Deed, int]
    last_at: datetime | None


def tallies(session: Session, transcription_id: str) -> dict[str, Tally]:
    """Of every link to the transcript, by id."""
    query = (
        select(
            ShareEvent.share_id,
            ShareEvent.deed,
            func.count(),
            func.max(col(ShareEvent.created_at)),
        )
        .join(Share, col(Share.id) == col(ShareEvent.share_id))
        .where(Share.transcription_id == transcription_id)
        .group_by(col(ShareEvent.share_id), col(ShareEvent.deed))
    )
    times: dict[str, dict[Deed, int]] = {}
    last: dict[str, datetime] = {}
    for share_id, deed, count, at in session.exec(query):
        times.setdefault(share_id, {})[Deed(deed)] = count
        last[share_id] = max(at, last.get(share_id, at))
    return {share_id: Tally(found, last[share_id]) for share_id, found in times.items()}


def page(
    session: Session, share: Share, *, limit: int, cursor: str | None
) -> tuple[list[ShareEvent], str | None]:
    """The newest first; the second value continues the list. Raises `BadRequest`."""
    query = select(ShareEvent).where(ShareEvent.share_id == share.id)
    return newest(session, query, ShareEvent, limit=limit, cursor=cursor)
