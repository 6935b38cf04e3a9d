"""How much of each misbehaviour is accepted, and why: the reviewed file beside this one.

A table for each check: a limit for each of its figures and a `reason`. `models.<name>` below it
holds limits and a reason of its own for one model.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from evaluation.behaviour.types import BehaviourError

REVIEWED: Final = Path(__file__).with_name("tolerances.toml")


@dataclass(frozen=True, slots=True)
class Tolerance:
    """The largest accepted value of each figure of a check, for one model."""

    limits: Mapping[str, float]
    reason: str


def load(model: str, path: Path = REVIEWED) -> dict[str, Tolerance]:
    """Tolerances by check, as they hold for `model`. Raises `BehaviourError`."""
    try:
        tables = tomllib.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise BehaviourError(f"{path} cannot be read: {error}") from error
    found = {}
    for kind, checks in tables.items():
        for check, table in checks.items():
            found[f"{kind}/{check}"] = _tolerance(f"{kind}/{check}", table, model, path)
    return found


def _tolerance(name: str, table: dict[str, Any], model: str, path: Path) -> Tolerance:
    own = table.get("models", {}).get(model, {})
    general = {key: value for key, value in table.items() if key != "models"}
    merged = {**general, **own}
    reason = merged.pop("reason", None)
    if not isinstance(reason, str) or not reason.strip() or (own and "reason" not in own):
        raise BehaviourError(f"{path}: {name} has limits without a reason.")
    for key, limit in merged.items():
        if isinstance(limit, bool) or not isinstance(limit, int | float) or limit < 0:
            raise BehaviourError(f"{path}: {name}, {key} must be a number from 0 on.")
    return Tolerance({key: float(limit) for key, limit in merged.items()}, reason)
