"""The document every page starts from: Streamlit's own, told where its server is.

Left alone, Streamlit's front end looks for its server below each page's path first and writes the
misses to the console, and it fetches a font that we do not use. The policy sent along makes the
browser itself refuse any address but this one.
"""

# Ch 28 · Security and Privacy: the browser is told to send nothing to any other address

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import streamlit
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

_POLICY = "; ".join(
    (
        "default-src 'self'",
        # Streamlit compiles expressions of charts and loads components from blobs
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    # It names files by their hashes, which a new version of Streamlit changes
    "Cache-Control": "no-cache",
}
_UNUSED_FONT = re.compile(r"<link\b[^>]*SourceSans[^>]*>")
_OURS = """<title>Lectern</title>
    <script>window.__streamlit = { BACKEND_BASE_URL: window.location.origin }</script>"""


def document() -> str:
    """Streamlit's document with our title and the address of its server."""
    original = (Path(streamlit.__file__).parent / "static" / "index.html").read_text()
    return _UNUSED_FONT.sub("", original).replace("<title>Streamlit</title>", _OURS, 1)


def routes(pages: Iterable[str]) -> list[Route]:
    """One for each path of a page; everything else stays Streamlit's."""
    text = document()

    async def index(_: Request) -> HTMLResponse:
        return HTMLResponse(text, headers=_HEADERS)

    return [Route(path, index, methods=["GET", "HEAD"]) for path in pages]
