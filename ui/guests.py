"""A guest's session in the browser: the secret of a link as a cookie that no script can read.

The secret comes behind the `#` of the link, which no server, log or other site ever sees. The page
gives it to `…/open` once, in a header, and takes it out of the address bar; from then on a cookie
carries it, because a player cannot send headers. The cookie goes to one link's own path only, so
that several links can be open side by side, and ends after half a day.
"""

from __future__ import annotations

import re
from typing import Final

from starlette.requests import Request

PREFIX: Final = "/api/shared/"
COOKIE: Final = "lectern_share"
LASTS_S: Final = 12 * 3600
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,200}")


def concerns(path: str) -> bool:
    """Whether a path (decoded) is a guest's: then the owner's token stays where it is."""
    return path.startswith(PREFIX)


def credentials(request: Request) -> str | None:
    """What the guest's request says of itself: a header, or the cookie."""
    given = request.headers.get("authorization")
    secret = request.cookies.get(COOKIE)
    return given or (f"Bearer {secret}" if secret else None)


def cookie(request: Request, status: int) -> str | None:
    """What to set after this request was answered; None: nothing."""
    share_id, _, what = request.url.path.removeprefix(PREFIX).partition("/")
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if (request.method, what, status, scheme.lower()) != ("POST", "open", 200, "bearer"):
        return None
    if not (_PLAIN.fullmatch(share_id) and _PLAIN.fullmatch(secret)):
        return None
    parts = [f"{COOKIE}={secret}", f"Path={PREFIX}{share_id}", f"Max-Age={LASTS_S}"]
    parts += ["HttpOnly", "SameSite=Strict"]
    if request.headers.get("origin", "").startswith("https:"):
        parts.append("Secure")
    return "; ".join(parts)
