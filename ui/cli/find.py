"""Where the running product is, if one runs."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from ui.cli import api
from ui.cli.exits import Exit, Stop
from ui.settings import Settings

ANSWER_S = 2.0
STARTING_S = 5.0
"""A product whose process lives may be starting, or its API being restarted: so long we wait."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product that answered."""

    settings: Settings
    page: str | None = None
    pid: int | None = None

    @property
    def api(self) -> str:
        return self.settings.api_url


def find(settings: Settings | None = None) -> Product | None:
    """The product that `LECTERN_API_URL` names, or the one that runs from `LECTERN_HOME`.

    None: no product runs. Raises `Stop` when one was named and does not answer.
    """
    settings = settings or Settings()
    if "api_url" in settings.model_fields_set:
        if not _answers(settings.api_url):
            raise Stop(
                f"The product at {settings.api_url} (LECTERN_API_URL) does not answer. Nothing was"
                " sent. Start it, or unset LECTERN_API_URL to transcribe without it.",
                Exit.UNUSABLE,
                "api_unreachable",
            )
        return Product(settings)
    told = _told(settings.home)
    if told is None or not _lives(told["pid"]):
        return None
    found = settings.model_copy(update={"api_url": told["api"]})
    until = time.monotonic() + STARTING_S
    while not _answers(found.api_url):
        if time.monotonic() > until:
            return None
        time.sleep(0.2)
    return Product(found, told.get("page"), told["pid"])


def run_file(home: Path) -> Path:
    """Written by the product when it starts: `{"api": …, "page": …, "pid": …}`."""
    return home / "run" / "product.json"


def _told(home: Path) -> dict[str, Any] | None:
    try:
        told = json.loads(run_file(home).read_text())
    except (OSError, ValueError):
        return None
    whole = isinstance(told, dict) and isinstance(told.get("api"), str)
    return told if whole and isinstance(told.get("pid"), int) else None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's
    return True


def _answers(url: str) -> bool:
    """Whether our API answers there: no other program is to see the token."""
    try:
        with api.http(url, ANSWER_S) as http:
            return bool(http.get("/healthz").json()["status"] == "alive")
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError):
        return False
