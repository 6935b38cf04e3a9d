"""What is known of a corpus: `data/corpora/<name>.toml`, typed.

A user's own corpus can be described in a file of the same form and fetched by its path.
"""

# Ch 16 · Data Quality: what data is expected to be is written down and held to

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from data.acquisition.errors import AcquisitionError
from data.acquisition.places import REPOSITORY

FOLDER: Final = REPOSITORY / "data" / "corpora"

Kind = Literal[
    "librispeech",
    "an4",
    "speechocean",
    "common-voice",
    "fleurs",
    "parquet",
    "table",
    "copy",
    "made",
]
"""`copy`: it has no home to be fetched from; `made`: our own code makes it."""
Sha256 = Annotated[str, Field(pattern="^([0-9a-f]{64})?$")]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Licence(_Part):
    name: str
    url: str = ""
    notice: str = ""
    """What has to be said beside the name."""
    accept: bool = False
    """Whether somebody has to say yes before the corpus is fetched."""


class File(_Part):
    """A file of the corpus' home. No address: the user downloads it and points at it."""

    name: Name
    urls: tuple[str, ...] = ()
    size: int | None = Field(None, gt=0)
    sha256: Sha256 = ""
    """Empty where no published sum is known: the first one seen is kept and held to."""
    sum_from: str = ""
    """Who published the sum."""
    reported_sha256: Sha256 = ""
    """A sum somebody else reports, which is compared and told but not enforced."""

    @field_validator("urls")
    @classmethod
    def _known_schemes(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        for url in urls:
            if not url.startswith(("https://", "http://", "hub:")):
                raise ValueError(f"{url!r} is no address: https://, http:// or hub:")
        return urls


class Pinned(_Part):
    """The copy that the committed results were made with."""

    manifest_sha256: Sha256
    audio_sha256: Sha256
    clips: int
    minutes: float
    speakers: int
    derived: str
    """How it was made from what its home offers, as far as that is known."""


class Description(_Part):
    """A corpus: what it is, whose it is, where it comes from and who is not in it."""

    name: Name
    title: str
    kind: Kind
    about: str
    home: str = ""
    language: str = "en"
    licence: Licence
    files: tuple[File, ...] = ()
    splits: dict[str, str] = {}
    fields: dict[str, str] = {}
    not_in_it: tuple[str, ...] = ()
    options: dict[str, Any] = {}
    """Of the source, see `data/acquisition/sources`."""
    clip_ids: str = ""
    """File beside this one with the identifiers of the clips that belong to a subset."""
    pinned: Pinned | None = None
    place: str = ""
    """Of a corpus in the checkout: its folder, where that has another name (`places.py`)."""

    @property
    def wanted_ids(self) -> frozenset[str] | None:
        """The clips of a subset; None: all."""
        if not self.clip_ids:
            return None
        lines = (FOLDER / self.clip_ids).read_text(encoding="utf-8").split("\n")
        return frozenset(line for line in lines if line)

    @property
    def download_bytes(self) -> int | None:
        """Of all files together; None if a size is not known."""
        sizes = [file.size for file in self.files]
        return sum(size or 0 for size in sizes) if all(sizes) and sizes else None


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """The described corpora, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def describe(name: str) -> Description:
    """The description of a known corpus, or of the file at a path that ends in `.toml`.

    Raises:
        AcquisitionError: there is none, or it is not one; the message names file and field.
    """
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not name.endswith(".toml") and name not in names():
        raise AcquisitionError(
            f"There is no corpus {name!r}. Known are {', '.join(names())}. A path to a description"
            " (.toml), hub:OWNER/DATASET and folder:PATH work too."
        )
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AcquisitionError(f"{path} cannot be read: {error}") from error
    return parsed({"name": path.stem, **content}, str(path))


def parsed(content: dict[str, Any], where: str) -> Description:
    """A description from its fields. Raises `AcquisitionError` that names the wrong ones."""
    try:
        return Description.model_validate(content)
    except ValidationError as error:
        raise AcquisitionError(f"{where}: {in_words(error)}") from error


def in_words(error: ValidationError) -> str:
    """Which fields are wrong and why, on one line."""
    return "; ".join(
        f"{'.'.join(str(step) for step in each['loc']) or 'it'}:"
        f" {re.sub('^Value error, ', '', each['msg'])}"
        for each in error.errors()
    )


def datasheet(name: str) -> Path:
    """Where the datasheet of a corpus is, if there is one."""
    return FOLDER / f"{name}.md"
