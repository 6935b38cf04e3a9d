"""What an adapter will take: told before it is asked for, and while it is made."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

COSTS: Final = Path(__file__).with_name("costs.toml")
WORD_S: Final = 0.36
"""Of speech, as the synthesisers read it."""
MEASURED: Final = "whisper-base"
EDGES_S: Final = 0.6
"""Silence around a sentence."""


def speech_s(sentences: int, words: int) -> float:
    """Seconds of speech that these sentences become."""
    return EDGES_S * sentences + WORD_S * words


def seconds(parent: str, taught_s: float) -> dict[str, float]:
    """Seconds of each stage on two idle cores, in order, for so much speech to learn from.

    Of a parent that nobody measured, the shares are as good as any.
    """
    table = _table()
    stages: Mapping[str, list[float]] = table.get(parent) or table[MEASURED]
    return {stage: fixed + each * taught_s for stage, (fixed, each) in stages.items()}


def is_known(parent: str) -> bool:
    """Whether it was measured what adapters of this parent take."""
    return parent in _table()


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, list[float]]]:
    return tomllib.loads(COSTS.read_text(encoding="utf-8"))
