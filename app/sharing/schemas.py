"""Links, comments, and a transcript as a guest sees it, over the wire. Times are in seconds."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.sharing.tables import Deed, Role
from app.transcriptions.schemas import SegmentOut
from app.transcriptions.tables import Status

_SHARE = "shr_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f"
_SEGMENT = "seg_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f"
_SECRET = "q3mT0yqG9m4bXo1sYc7VtN2kPz8rLw5uHd6JfEaQiKg"  # noqa: S105 (an example)
_EXAMPLE: dict[str, Any] = {
    "id": _SHARE,
    "role": "comment",
    "label": "Prof. Lund",
    "made_by": "acc_local",
    "created_at": "2026-11-23T10:00:00Z",
    "expires_at": "2026-12-07T10:00:00Z",
    "revoked_at": None,
    "state": "open",
    "opened": 2,
    "commented": 1,
    "edited": 0,
    "exported": 1,
    "refused": 0,
    "last_at": "2026-11-23T14:05:00Z",
}
_COMMENT: dict[str, Any] = {
    "id": "com_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f",
    "segment": _SEGMENT,
    "at": 12.4,
    "author": "Ana",
    "share": _SHARE,
    "text": "I think she says “Oaxaca”.",
    "created_at": "2026-11-23T14:05:00Z",
    "resolved_at": None,
}


class Reach(StrEnum):
    """From where a link can be opened."""

    THIS_COMPUTER = "this computer"
    PUBLIC_ADDRESS = "public address"


class ShareState(StrEnum):
    OPEN = "open"
    EXPIRED = "expired"
    REVOKED = "revoked"


class ShareIn(BaseModel):
    """What the link allows; all of it may be left out."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"role": "comment", "label": "Prof. Lund"}]},
    )

    role: Role = Field(
        default=Role.VIEW,
        description="`view`: read, listen, export; `comment`: comments, too; `edit`: corrections,"
        " too.",
    )
    label: str = Field(
        default="",
        max_length=500,
        description="For whom it is; only you see it. 100 characters.",
        json_schema_extra={"maxLength": 100},
    )
    expires_at: AwareDatetime | None = Field(
        default=None,
        description="When it ends; left out: after `LECTERN_SHARE_DAYS`. At most"
        " `LECTERN_MAX_SHARE_DAYS` from now.",
    )


class ShareOut(BaseModel):
    """A link and what was done with it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: str
    role: Role
    label: str
    made_by: str = Field(description="Account.")
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    state: ShareState
    opened: int = Field(description="Times; openings within ten minutes count as one.")
    commented: int
    edited: int
    exported: int
    refused: int = Field(description="With the right secret, and yet: ended, or not in its role.")
    last_at: datetime | None = Field(description="When something was last done with it.")


class ShareMade(ShareOut):
    """The only answer that has the secret."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _EXAMPLE
                | {
                    "link": f"http://127.0.0.1:8501/shared/{_SHARE}#{_SECRET}",
                    "secret": _SECRET,
                    "reach": "this computer",
                }
            ]
        }
    )

    link: str = Field(description="Give it away now: it is not kept and cannot be shown again.")
    secret: str = Field(description="What stands behind the `#` of the link.")
    reach: Reach = Field(
        description="`this computer`: nobody elsewhere can open it; `LECTERN_PUBLIC_ADDRESS` names"
        " an address that others reach."
    )


class ShareList(BaseModel):
    items: list[ShareOut] = Field(description="The newest first, also those that ended.")
    reach: Reach
    share_days: float = Field(description="Days for which a link works unless you say otherwise.")
    max_share_days: float


class ShareEventOut(BaseModel):
    """Something done with a link. Nothing is kept about the person or the device."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"at": "2026-11-23T14:05:00Z", "deed": "exported", "about": "docx"}]
        }
    )

    at: datetime
    deed: Deed
    about: str | None = Field(
        description="Number of the revision, id of the comment, format of the file, or the code of"
        " the refusal."
    )


class ShareEventPage(BaseModel):
    items: list[ShareEventOut] = Field(description="The newest first.")
    next: str | None = Field(description="Give it as `cursor` to get the following page.")


class CommentIn(BaseModel):
    """A remark of yours."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"segment": _SEGMENT, "text": "Listen to this again."}]},
    )

    segment: str = Field(max_length=64)
    text: str = Field(
        max_length=20_000,
        description="At most 2,000 characters.",
        json_schema_extra={"minLength": 1, "maxLength": 2000, "pattern": r"\S"},
    )


class GuestCommentIn(CommentIn):
    """A remark of a guest."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"segment": _SEGMENT, "text": "It is “Oaxaca”.", "author": "Ana"}]
        }
    )

    author: str = Field(
        max_length=1000,
        description="As you want to be called. 64 characters.",
        json_schema_extra={"minLength": 1, "maxLength": 64, "pattern": r"\S"},
    )


class CommentChange(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"resolved": True}]})

    resolved: bool


class CommentOut(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_COMMENT]})

    id: str
    segment: str
    at: float = Field(description="Where its segment began when it was written.")
    author: str = Field(description="As guests call themselves; empty: the owner.")
    share: str | None = Field(description="The link it came by; null: none.")
    text: str
    created_at: datetime
    resolved_at: datetime | None


class CommentList(BaseModel):
    items: list[CommentOut] = Field(description="In the order of the recording.")


class SharedOut(BaseModel):
    """What a link leads to, without the text."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "share": _SHARE,
                    "role": "comment",
                    "expires_at": "2026-12-07T10:00:00Z",
                    "name": "interview.opus",
                    "status": "succeeded",
                    "language": "en",
                    "duration": 4.2,
                    "model": "whisper-base",
                    "finished_at": "2026-11-23T10:00:02Z",
                    "revision": 5,
                    "corrected": 0,
                    "final_at": None,
                }
            ]
        }
    )

    share: str
    role: Role
    expires_at: datetime
    name: str
    status: Status
    language: str | None
    duration: float | None
    model: str
    finished_at: datetime | None
    revision: int
    corrected: int
    final_at: datetime | None


class SharedTranscript(SharedOut):
    """The same with its text, complete or as far as it has come."""

    segments: list[SegmentOut]


class SharedEvent(BaseModel):
    """What an event carries while the transcript is being made."""

    status: Status
    progress: float
    revision: int
