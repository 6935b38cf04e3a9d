"""Who comes with a link: let in with its role, or told why not.

Whoever has not the secret learns nothing: a wrong one, a link that never was and a transcript that
was deleted are answered alike. Who has it is told that the link expired or was revoked.
"""

# Ch 28 · Security and Privacy: a link opens one transcript, in one role, until it is revoked

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Path, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlmodel import Session

from app.clock import now
from app.context import Context, ContextDep
from app.errors import Forbidden, Gone, NotFound, Problem, Unauthorised
from app.sharing import record
from app.sharing.links import opens
from app.sharing.tables import Deed, Role, Share

BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="share",
    description="The secret of a link: what stands behind its `#`.",
)
ShareId = Annotated[str, Path(max_length=64, examples=["shr_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f"])]
_NEEDED = {Role.VIEW: "reading", Role.COMMENT: "comments", Role.EDIT: "corrections"}


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody with a link that works."""

    share_id: str
    transcription_id: str
    role: Role


def admitted(least: Role) -> Callable[..., Guest]:
    """A dependency: the guest, whose link allows `least`; refusals are written down."""

    def check(
        share_id: ShareId,
        context: ContextDep,
        given: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],
    ) -> Guest:
        if given is None:
            raise Unauthorised(
                code="secret_missing",
                detail="Open the link you were given once more, all of it; a program sends what"
                " stands behind its `#` as `Authorization: Bearer SECRET`.",
                headers={"WWW-Authenticate": "Bearer"},
            )
        with context.database.read() as session:
            share = session.get(Share, share_id)
            if not opens(share, given.credentials) or share is None:
                raise not_there()
            refused = refusal(share, least)
            known = refused is not None and record.is_noted(
                session, share.id, Deed.REFUSED, refused.code
            )
        if refused is None:
            return Guest(share.id, share.transcription_id, share.role)
        if not known:
            with context.database.write() as session:
                if session.get(Share, share.id) is not None:
                    record.note(session, share, Deed.REFUSED, refused.code)
        raise refused

    return check


def not_there() -> NotFound:
    return NotFound(
        code="share_not_found",
        detail="This link leads nowhere. It may not be whole, or what it led to was deleted. Ask"
        " the person who gave it to you for another.",
    )


def refusal(share: Share, least: Role) -> Problem | None:
    """Why the holder of the link is not let in; None: they are."""
    if share.revoked_at is not None:
        return Gone(
            code="share_revoked",
            detail="The person who made this link has ended it. Ask them for another.",
        )
    if share.expires_at <= now():
        return Gone(
            code="share_expired",
            detail="This link has expired. Ask the person who gave it to you for another.",
        )
    if not share.role.includes(least):
        return Forbidden(
            code="share_role",
            detail=f"This link does not allow {_NEEDED[least]}. Nothing was changed. Ask the person"
            " who gave it to you for one that does.",
        )
    return None


def still(session: Session, guest: Guest, least: Role) -> Share:
    """The link, looked at once more inside a transaction that holds the transcript's lock.

    Revoking takes that lock as well: what is committed after a link was revoked is not the guest's.
    Raises what `refusal` says, or `NotFound`.
    """
    share = session.get(Share, guest.share_id)
    if share is None:
        raise not_there()
    refused = refusal(share, least)
    if refused is not None:
        raise refused
    return share


def is_open(context: Context, guest: Guest) -> bool:
    """Whether an answer that takes long may go on."""
    with context.database.read() as session:
        share = session.get(Share, guest.share_id)
        return share is not None and refusal(share, Role.VIEW) is None


def note_opening(context: Context, guest: Guest) -> None:
    """Write down that it is read or heard, once in a while."""
    with context.database.read() as session:
        if record.is_noted(session, guest.share_id, Deed.OPENED):
            return
    note(context, guest, Deed.OPENED)


def note(context: Context, guest: Guest, deed: Deed, about: str | None = None) -> None:
    with context.database.write() as session:
        share = session.get(Share, guest.share_id)
        if share is not None:
            record.note(session, share, deed, about)


Viewer = Annotated[Guest, Security(admitted(Role.VIEW))]
Commenter = Annotated[Guest, Security(admitted(Role.COMMENT))]
Corrector = Annotated[Guest, Security(admitted(Role.EDIT))]
