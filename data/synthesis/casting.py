"""Which voice reads which sentence: voices of training, of choosing and of judging never meet."""

# Ch 15 · Model Quality: an adapter is judged on voices, and a synthesiser, it was not taught with

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from data.synthesis.errors import SynthesisError

TABLE = Path(__file__).with_name("voices.toml")


@dataclass(frozen=True)
class Cast:
    """The voices of a split."""

    split: str
    manifest: str
    """The split that a manifest names: train, dev or test."""
    read_by: tuple[tuple[str, ...], ...]
    """Every sentence is read by one voice of each."""
    speeds: tuple[float, ...]

    @property
    def voices(self) -> frozenset[str]:
        return frozenset(voice for voices in self.read_by for voice in voices)

    def readings(self, sentence: str, seed: int, times: int = 1) -> Iterator[tuple[str, float]]:
        """Voices and speeds for a sentence; they stay when other sentences come and go.

        Args:
            times: so many different voices of each list, or all of a list that has fewer.
        """
        for voices in self.read_by:
            by_lot = sorted(voices, key=lambda voice: _lot(seed, sentence, voice))
            for voice in by_lot[:times]:
                yield voice, self.speeds[_lot(seed, sentence, voice, "speed") % len(self.speeds)]


def cast(split: str, table: Path = TABLE) -> Cast:
    """Raises `SynthesisError` when there is no such split."""
    return (casts(table)).get(split) or _unknown(split, table)


def casts(table: Path = TABLE) -> dict[str, Cast]:
    """All of voices.toml, by the name of the split."""
    content = tomllib.loads(table.read_text(encoding="utf-8"))
    return {
        split: Cast(
            split,
            fields["manifest"],
            tuple(tuple(voices) for voices in fields["read_by"]),
            tuple(fields["speeds"]),
        )
        for split, fields in content.items()
    }


def _unknown(split: str, table: Path) -> Cast:
    raise SynthesisError(f"there is no split {split!r}; there are {', '.join(casts(table))}")


def _lot(*parts: object) -> int:
    joined = "\n".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.sha256(joined).digest()[:8], "big")
