"""`/language/de`: another language for this browser, kept in a cookie, and back to the page."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ui.words import COOKIE, LANGUAGES

_YEAR_S = 365 * 24 * 3600


def route(pages: Iterable[str]) -> Route:
    """Leads back to one of `pages` only, whatever the browser says it comes from."""
    known = frozenset(pages)

    async def switch(request: Request) -> Response:
        chosen = request.path_params["language"]
        if chosen not in LANGUAGES:
            return Response("There is no such language here.", 404)
        answer = RedirectResponse(_back(request.headers.get("referer", ""), known), 303)
        answer.set_cookie(COOKIE, chosen, max_age=_YEAR_S, httponly=True, samesite="lax")
        return answer

    return Route("/language/{language}", switch, methods=["GET"])


def _back(came_from: str, known: frozenset[str]) -> str:
    try:
        address = urlsplit(came_from)
    except ValueError:
        return "/"
    if address.path not in known:
        return "/"
    return f"{address.path}?{address.query}" if address.query else address.path
