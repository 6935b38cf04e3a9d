"""The drop area: files go from the browser to the API, Python learns the ids of what arrived."""

from __future__ import annotations

from pathlib import Path

from ui.parts.component import component

PARTS_ABOVE_BYTES = 64 * 1024**2
"""Larger files go in resumable parts; smaller ones are as quickly sent again."""
PART_BYTES = 16 * 1024**2
SCRIPT = "/app/static/scripts/tus-4.3.1.min.js"

_FOLDER = Path(__file__).parent
_mount = component(
    "lectern_dropzone",
    _FOLDER / "dropzone.html",
    _FOLDER / "dropzone.css",
    [_FOLDER / f"{name}.js" for name in ("whole", "parts", "dropzone")],
)


def dropzone() -> list[str]:
    """Recording ids uploaded since the page was opened in this tab, oldest first.

    A file that the API refuses is explained in the area itself, in the API's words.
    """
    state = _mount(
        key="dropzone",
        default={"arrived": []},
        data={"partsAbove": PARTS_ABOVE_BYTES, "partBytes": PART_BYTES, "script": SCRIPT},
        on_arrived_change=_nothing,
    )
    arrived = state.arrived or []
    return [item for item in arrived if isinstance(item, str)]


def _nothing() -> None:
    """Streamlit wants a callback for every state; the rerun itself is all we need."""
