"""Links: made, listed, revoked. The secret is told once and never kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, func, select

from app.clock import now
from app.errors import Conflict, NotFound, Unprocessable
from app.review.text import cleaned
from app.settings import Settings
from app.sharing.tables import Role, Share
from app.transcriptions import service as transcriptions

SECRET_BYTES: Final = 32
MOST: Final = 200
"""Links of one transcript, those that ended included: their record stays as long as the text."""
MAX_LABEL: Final = 100


def new_secret() -> str:
    """256 random bits, as 43 characters that are safe in an address."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest(secret: str) -> str:
    """What is kept of it. A secret with this much chance in it needs no salt and no slow hash."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def opens(share: Share | None, secret: str) -> bool:
    """Whether `secret` is that of the link, in the same time whatever is wrong."""
    # Ch 28 · Security and Privacy: of a stolen database nobody can make a link, nor guess one by time
    kept = share.secret_sha256 if share is not None else "0" * 64
    return hmac.compare_digest(kept, digest(secret)) and share is not None


def address(settings: Settings, share_id: str, secret: str) -> str:
    """The link; its secret stands behind the `#`, which browsers send to nobody."""
    origin = settings.public_address or f"http://{settings.host}:{settings.ui_port}"
    return f"{origin}/shared/{share_id}#{secret}"


def make(
    session: Session,
    settings: Settings,
    transcription_id: str,
    *,
    share_id: str,
    secret: str,
    role: Role,
    label: str = "",
    expires_at: datetime | None = None,
) -> Share:
    """A link to the transcript. `expires_at` left out: as the settings have it.

    Raises `NotFound`, `Conflict` for one side of a preview or too many links, `Unprocessable` for
    a time that has passed or is too far off. May run again after a commit whose answer was lost.
    """
    label = cleaned(label, what="label", most=MAX_LABEL)
    job = transcriptions.locked(session, transcription_id)
    if (made := session.get(Share, share_id)) is not None:
        return made
    if job.first_s is not None:
        raise Conflict(
            code="of_preview",
            detail="This is one side of the preview of a domain. No link was made; transcribe the"
            " recording, and share that transcript.",
        )
    count = session.exec(select(func.count()).where(Share.transcription_id == job.id)).one()
    if count >= MOST:
        raise Conflict(
            code="too_many_shares",
            detail=f"This transcript has had {count} links, the most there can be. No link was"
            " made; give one of them to several people instead.",
        )
    share = Share(
        id=share_id,
        organisation_id=job.organisation_id,
        transcription_id=job.id,
        made_by=job.owner_id,
        role=role,
        label=label,
        secret_sha256=digest(secret),
        expires_at=_until(settings, expires_at),
    )
    session.add(share)
    session.flush()
    return share


def _until(settings: Settings, asked: datetime | None) -> datetime:
    days = min(settings.share_days, settings.max_share_days)
    until = now() + timedelta(days=days) if asked is None else asked
    if until <= now():
        raise Unprocessable(
            code="expires_in_the_past",
            detail="`expires_at` has passed. No link was made; give a time that is to come.",
        )
    if until > now() + timedelta(days=settings.max_share_days):
        raise Unprocessable(
            code="expires_too_late",
            detail=f"A link may work for {settings.max_share_days:g} days at most. No link was"
            " made; give an earlier `expires_at`, and make another link when it ends.",
        )
    return until


def get(session: Session, transcription_id: str, share_id: str) -> Share:
    """Raises `NotFound`, also for a link to another transcript."""
    transcriptions.get(session, transcription_id)
    share = session.get(Share, share_id)
    if share is None or share.transcription_id != transcription_id:
        raise NotFound(
            code="share_not_found",
            detail=f"This transcript has no link {share_id[:80]}.",
        )
    return share


def of(session: Session, transcription_id: str) -> list[Share]:
    """All of a transcript's links, also those that ended; the newest first."""
    transcriptions.get(session, transcription_id)
    query = select(Share).where(Share.transcription_id == transcription_id)
    return list(session.exec(query.order_by(col(Share.created_at).desc(), col(Share.id).desc())))


def labels(session: Session, transcription_id: str) -> Mapping[str, str]:
    """What the links of a transcript are called, by id."""
    query = select(Share.id, Share.label).where(Share.transcription_id == transcription_id)
    return dict(session.exec(query).all())


def revoke(session: Session, transcription_id: str, share_id: str) -> Share:
    """End the link now. Nothing happens to one that was revoked. Raises `NotFound`."""
    transcriptions.locked(session, transcription_id)
    share = get(session, transcription_id, share_id)
    share.revoked_at = share.revoked_at or now()
    return share
