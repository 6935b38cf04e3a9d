"""What was fetched: `NAME.lock.json` beside the folder of the corpus.

The sums of the files are held to from the first time on, also when the corpus is deleted and
fetched again: that is all the certainty there is where no sum is published.
"""

# Ch 24 · Versioning, Provenance, and Reproducibility: the same name is the same bytes, or an error

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from data.acquisition.description import Description, in_words
from data.acquisition.errors import AcquisitionError


class LockedFile(BaseModel):
    """A file as it was."""

    model_config = ConfigDict(frozen=True)

    name: str
    url: str
    size: int
    sha256: str
    held_to: str
    """`published`: a sum known before; `first use`: none was known, this is the first one seen."""


class Lock(BaseModel):
    """A corpus as it was fetched."""

    model_config = ConfigDict(frozen=True)

    description: Description
    fetched_at: str
    files: tuple[LockedFile, ...]
    manifest_sha256: str
    audio_sha256: str
    clips: int
    left_out: tuple[tuple[str, str], ...] = ()
    """Clips that could not be used, with the reason."""
    accepted: bool = False
    """Whether a licence that wants it was accepted."""

    def sums(self) -> dict[str, str]:
        return {file.name: file.sha256 for file in self.files}


def path_of(folder: Path, name: str) -> Path:
    return folder / f"{name}.lock.json"


def read(folder: Path, name: str) -> Lock | None:
    """The lock of a corpus, None if there is none. Raises `AcquisitionError` for a damaged one."""
    path = path_of(folder, name)
    try:
        return Lock.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise AcquisitionError(
            f"{path} is damaged ({in_words(error)}). Without it nobody can say whether {name} is"
            " what it was: delete it and fetch the corpus again with --again."
        ) from error


def write(folder: Path, lock: Lock) -> None:
    """In one step."""
    path = path_of(folder, lock.description.name)
    text = json.dumps(_content(lock), indent=1, ensure_ascii=False) + "\n"
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _content(lock: Lock) -> dict[str, Any]:
    return lock.model_dump(mode="json", exclude_defaults=False)
