"""The page behind a link: one transcript, and nothing else of the product.

It is a document and a script, not a Streamlit page: a session of Streamlit belongs to the server
that acts as the owner, and may ask it for any page. What a guest's browser gets here can ask the
proxy for `/api/shared/…` only, and the guard opens nothing else to those who come from elsewhere.
"""

# Ch 28 · Security and Privacy: a guest's page has no session of the server that acts as the owner

from __future__ import annotations

import html
import json
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ui.parts.component import dictionary
from ui.parts.marks import DOUBT_BELOW, FLAGS
from ui.words import COOKIE, LANGUAGES, localised, say, using
from ui.words.choice import preferred

_HERE = Path(__file__).parent
_READER = _HERE.parent / "reader"
_SCRIPTS = ("api", "text", "player", "moment", "editor", "history", "comments", "reader")
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "media-src 'self'",
        "img-src data:",
        "font-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    # The address says which link it is; nobody needs to hear of it
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}


def document(language: str) -> str:
    """The same for every link: which one it is, only the browser knows."""
    with using(language):
        meanings = {name: say(meaning) for name, meaning in FLAGS.items()}
        page = localised((_HERE / "guest.html").read_text())
        reader = localised((_READER / "reader.html").read_text())
    told = json.dumps({"doubtBelow": DOUBT_BELOW, "flagNames": meanings})
    page = page.replace("<!-- reader -->", reader).replace("{language}", language)
    return page.replace("{marks}", html.escape(told))


def script(language: str) -> str:
    """The reader of the owner's page, and what stands around it here."""
    parts = [*(_READER / f"{name}.js" for name in _SCRIPTS), _HERE / "guest.js"]
    return "\n".join([dictionary(language, parts), *(path.read_text() for path in parts)])


def routes() -> list[Route]:
    files = {
        "guest.css": ((_HERE / "guest.css").read_text(), "text/css"),
        "reader.css": ((_READER / "reader.css").read_text(), "text/css"),
        **{f"guest-{code}.js": (script(code), "text/javascript") for code in LANGUAGES},
    }
    documents = {code: document(code) for code in LANGUAGES}

    async def page(request: Request) -> Response:
        asked = request.headers.get("accept-language", "").split(",")[0].split(";")[0].strip()
        text = documents[preferred(request.cookies.get(COOKIE), asked)]
        return Response(text, headers=_HEADERS, media_type="text/html")

    async def file(request: Request) -> Response:
        found = files.get(request.path_params["name"])
        if found is None:
            return Response(status_code=404)
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
        return Response(found[0], headers=headers, media_type=found[1])

    return [
        Route("/shared/-/{name}", file, methods=["GET", "HEAD"]),
        Route("/shared/{share_id}", page, methods=["GET", "HEAD"]),
    ]
