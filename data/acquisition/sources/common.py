"""What the sources share: the clip they find, the job they get, archives in two passes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from data.acquisition.archive import Bounds, take_audio, take_texts
from data.acquisition.description import Description, in_words
from data.acquisition.errors import AcquisitionError, BadArchive

Report = Callable[[str, int, int | None], None]
"""Called with what is being done, how much of it is done, and how much there is."""

FIELDS: Final = (
    "speaker",
    "gender",
    "age",
    "age_group",
    "native_language",
    "accent",
    "device",
)
"""The groups every corpus names alike, in the order of the manifest."""


class Options(BaseModel):
    """What a description may set; anything else in it is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Found:
    """A clip as a source has it."""

    id: str
    """In the corpus; becomes the name of the file as well."""
    text: str
    split: str
    fields: Mapping[str, str] = field(default_factory=dict)
    """`FIELDS` that are known, and others under the names the home uses."""
    member: str = ""
    """Where its audio is in the archive."""
    archive: str = ""
    encode: str = ""
    """`flac`: any format without loss into FLAC; `>i2@16000`: such raw samples; empty: as it is."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A clip whose audio is there."""

    order: int
    """Place in the manifest."""
    found: Found
    audio: Path
    ours: bool = True
    """Whether the file may be moved away."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a source works with."""

    description: Description
    files: Mapping[str, Path]
    """The files of the description by name."""
    scratch: Path
    """An empty folder that is deleted afterwards."""
    bounds: Bounds
    report: Report
    left_out: list[tuple[str, str]]
    """Clips that cannot be used, with the reason."""

    def text_of(self, folder: Path, name: str) -> str:
        """A text of the archive. Raises `BadArchive` when it is not there or not UTF-8."""
        try:
            return (folder / name).read_text(encoding="utf-8-sig")
        except OSError as error:
            raise BadArchive(
                f"{self.description.name}: {name} is not in the archive, which is not laid out as"
                " expected."
            ) from error
        except UnicodeDecodeError as error:
            raise BadArchive(f"{self.description.name}: {name} is not UTF-8: {error}.") from error


class Source(Protocol):
    """A layout."""

    def clips(self, job: Job) -> Iterator[Ready]:
        """All clips of the corpus, in any order.

        Raises:
            BadArchive: the files are not laid out as the home says.
            AcquisitionError: the options do not fit.
        """
        ...


AnyOptions = TypeVar("AnyOptions", bound=Options)


def options_of(description: Description, model: type[AnyOptions]) -> AnyOptions:
    """The options of a description, typed. Raises `AcquisitionError` naming the wrong ones."""
    try:
        return model.model_validate(description.options)
    except ValidationError as error:
        raise AcquisitionError(
            f"The options of {description.name} do not fit: {in_words(error)}"
        ) from error


def options(job: Job, model: type[AnyOptions]) -> AnyOptions:
    """The same, of the corpus at hand."""
    return options_of(job.description, model)


def from_archives(
    job: Job, read: Callable[[Path, str, frozenset[str]], Sequence[Found]]
) -> Iterator[Ready]:
    """Both passes over each archive of the corpus.

    `read(folder of the texts, name of the archive, names of its audio)` says which clips there are.
    """
    texts = job.scratch / "texts"
    order = 0
    for name, archive in job.files.items():
        if ".tar" not in name and not name.endswith(".tgz"):
            continue
        size = archive.stat().st_size
        members = take_texts(
            archive,
            texts,
            job.bounds,
            lambda at, name=name, size=size: job.report(f"reading {name}", at, size),  # type: ignore[misc]
        )
        chosen = _chosen(job, read(texts, name, frozenset(members)), members)
        targets = {
            found.member: job.scratch / f"clip-{order + index}{Path(found.member).suffix.lower()}"
            for index, found in enumerate(chosen)
        }
        places = {found.member: order + index for index, found in enumerate(chosen)}
        by_member = {found.member: found for found in chosen}
        for done, member in enumerate(take_audio(archive, targets, job.bounds, _silent), start=1):
            job.report(f"unpacking {name}", done, len(chosen))
            yield Ready(places[member], by_member[member], targets[member])
        order += len(chosen)


def _silent(_at: int) -> None:
    """Progress is counted in clips there."""


def _chosen(job: Job, found: Sequence[Found], members: set[str]) -> list[Found]:
    """The clips that belong to the corpus and have audio; the rest is left out by name."""
    ids = job.description.wanted_ids
    chosen = []
    for clip in found:
        if ids is not None and clip.id not in ids:
            continue
        if clip.member in members:
            chosen.append(clip)
        else:
            job.left_out.append((clip.id, f"{clip.member} is not in the archive"))
    return chosen


def safe_id(id_: str) -> str:
    """An identifier that can be a relative path on any system."""
    parts = [re.sub(r"[^A-Za-z0-9._-]+", "_", part).strip(".") for part in id_.split("/")]
    return "/".join(part[:120] for part in parts if part)


def gender(said: str) -> str | None:
    """`female`, `male`, `other` or None from what the homes write."""
    known = {
        "f": "female",
        "female": "female",
        "female_feminine": "female",
        "m": "male",
        "male": "male",
        "male_masculine": "male",
        "other": "other",
        "non-binary": "other",
        "intersex": "other",
        "transgender": "other",
    }
    return known.get(said.strip().lower())


def present(**fields: Any) -> dict[str, str]:
    """Only the fields that are known."""
    return {name: str(value) for name, value in fields.items() if value not in (None, "")}
