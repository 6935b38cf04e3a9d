"""Who speaks in a corpus and who does not, from the descriptions in `data/corpora`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

from app.quality import audio
from app.quality.schemas import CorpusOut
from app.settings import REPOSITORY

FOLDER: Final = REPOSITORY / "data" / "corpora"


def about(corpus: str, folder: Path = FOLDER) -> CorpusOut:
    """What the description of the corpus says; only its name where there is none."""
    for name in audio.names(corpus):
        path = folder / f"{name}.toml"
        try:
            return _described(corpus, tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            continue
    return CorpusOut(name=corpus)


def _described(corpus: str, told: dict[str, Any]) -> CorpusOut:
    licence, missing = told.get("licence"), told.get("not_in_it")
    return CorpusOut(
        name=corpus,
        title=_text(told.get("title")),
        licence=_text(licence.get("name") if isinstance(licence, dict) else licence),
        about=_text(told.get("about")),
        not_in_it=[str(each) for each in missing] if isinstance(missing, list) else [],
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
