"""What is known of a corpus beside its recordings: its title, and who is not in it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DESCRIPTIONS: Final = Path(__file__).parents[2] / "data" / "corpora"


@dataclass(frozen=True, slots=True)
class Missing:
    """Who and what a corpus lacks, in its own words; empty where nobody wrote it down."""

    title: str
    absent: tuple[str, ...]


def about(corpus: str, folder: Path = DESCRIPTIONS) -> Missing:
    """Read `data/corpora/<name>.toml`; a corpus cut from another (`an4-test`) has that one's."""
    for name in _names(corpus):
        path = folder / f"{name}.toml"
        if path.is_file():
            try:
                found = tomllib.loads(path.read_text())
            except (OSError, ValueError):
                break
            return Missing(str(found.get("title", "")), tuple(_sentences(found)))
    return Missing("", ())


def _names(corpus: str) -> list[str]:
    """`an4-test`, then `an4`; nothing that could lead out of the folder."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", corpus):
        return []
    parts = corpus.split("-")
    return ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]


def _sentences(found: dict[str, object]) -> list[str]:
    for key in ("not_in_it", "absent", "missing"):
        value = found.get(key)
        if isinstance(value, str):
            return [value]
        if isinstance(value, list):
            return [str(each) for each in value]
    return []
