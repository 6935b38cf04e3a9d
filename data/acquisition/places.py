"""Where corpora lie on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]
MANIFEST: Final = "manifest.jsonl"


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
        return None

    def all(self) -> dict[str, Path]:
        """Every corpus there is, by name, in alphabetical order."""
        found: dict[str, Path] = {}
        for folder in self._folders():
            for manifest in folder.glob(f"*/{MANIFEST}") if folder.is_dir() else ():
                if not manifest.parent.name.startswith("."):
                    found.setdefault(manifest.parent.name, manifest.parent)
        return dict(sorted(found.items()))

    def _folders(self) -> Iterator[Path]:
        yield from (self.named, self.fetched, self.committed)
