"""Examples of the description: requests and answers that the API's tests really had.

`make examples` runs those tests and writes `examples.json`: of every operation the request that
succeeded with the fullest answer, that answer, and one of every error. Lists are cut to two
items. An example that a route gives itself comes first.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("examples.json")


@cache
def recorded() -> dict[str, dict[str, Any]]:
    """By operation: `request` (a body), `parameters` (by name) and `responses` (by status)."""
    found: dict[str, dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def of(operation: str) -> dict[str, Any]:
    return recorded().get(operation, {})
