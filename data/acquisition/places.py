"""Where corpora lie on this machine."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]
MANIFEST: Final = "manifest.jsonl"


@lru_cache(maxsize=1)
def described_places() -> dict[str, Path]:
    """Folders of corpora that are part of the checkout under another name than the folder's.

    By the `place` of `data/corpora/<name>.toml`: `ruby-test` is `data/domains/ruby/test`.
    """
    found = {}
    for path in (REPOSITORY / "data" / "corpora").glob("*.toml"):
        place = tomllib.loads(path.read_text(encoding="utf-8")).get("place")
        if place:
            found[path.stem] = REPOSITORY / place
    return found


def name_of(folder: Path) -> str:
    """Of the corpus in a folder: the folder's own, or the one it is described under."""
    there = folder.resolve()
    described = {place: name for name, place in described_places().items()}
    return described.get(there, there.name)


@dataclass(frozen=True, slots=True)
class Places:
    """Three folders with a folder for each corpus; the first that has a corpus is used."""

    named: Path
    """`LECTERN_CORPORA`: what the user has collected."""
    fetched: Path
    """`$LECTERN_HOME/corpora`: what `python -m data fetch` brings."""
    committed: Path = REPOSITORY / "data" / "material"
    """Test material made by our own code."""

    @classmethod
    def from_environment(cls) -> Places:
        """With the defaults of `app.settings`, which this package must not import."""
        home = Path(os.environ.get("LECTERN_HOME") or REPOSITORY / ".lectern")
        named = os.environ.get("LECTERN_CORPORA") or REPOSITORY.parent / "shared" / "corpora"
        return cls(named=Path(named), fetched=home / "corpora")

    def find(self, name: str) -> Path | None:
        """The folder of a corpus, None if there is none. `name` is not trusted to be a name."""
        if not name or name.startswith(".") or "/" in name or "\\" in name or "\0" in name:
            return None
        for folder in self._folders():
            if (folder / name / MANIFEST).is_file():
                return folder / name
        place = described_places().get(name)
        return place if place and (place / MANIFEST).is_file() else None

    def all(self) -> dict[str, Path]:
        """Every corpus there is, by name, in alphabetical order."""
        found: dict[str, Path] = {}
        elsewhere = set(described_places().values())
        for folder in self._folders():
            for manifest in folder.glob(f"*/{MANIFEST}") if folder.is_dir() else ():
                if manifest.parent in elsewhere or manifest.parent.name.startswith("."):
                    continue
                found.setdefault(manifest.parent.name, manifest.parent)
        for name, place in described_places().items():
            if (place / MANIFEST).is_file():
                found.setdefault(name, place)
        return dict(sorted(found.items()))

    def _folders(self) -> Iterator[Path]:
        yield from (self.named, self.fetched, self.committed)
