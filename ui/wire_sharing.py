"""Links to transcripts as the front ends read them."""

from __future__ import annotations

from datetime import datetime

from ui.wire import Wire


class Share(Wire):
    """A link and what was done with it; its secret is not kept."""

    id: str
    role: str
    label: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    state: str
    opened: int = 0
    commented: int = 0
    edited: int = 0
    exported: int = 0
    refused: int = 0
    last_at: datetime | None = None


class ShareMade(Share):
    """With the link, told this once."""

    link: str
    reach: str


class Shares(Wire):
    items: list[Share]
    reach: str
    share_days: float
    max_share_days: float


class ShareEvent(Wire):
    at: datetime
    deed: str
    about: str | None = None


class ShareEvents(Wire):
    items: list[ShareEvent]
    next: str | None = None
