"""Which methods an address knows: `Allow` of a 405 names all of them (RFC 9110, 10.2.1).

Starlette tells those of the first route that fits; a resource has as many routes as methods.
"""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI


def allowed(app: FastAPI, path: str) -> str | None:
    """The value of `Allow` for `path`, None where the description has no such address."""
    paths: dict[str, Any] = app.openapi()["paths"]
    # A plain address wins over one with parameters, as in the order of routes
    for template in sorted(paths, key=lambda each: each.count("{")):
        if _pattern(template).fullmatch(path):
            return ", ".join(sorted(method.upper() for method in paths[template]))
    return None


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)))
