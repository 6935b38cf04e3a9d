"""Which files of which dataset of the hub; apart from `parquet`, which loads a large library."""

from __future__ import annotations

from pydantic import Field

from data.acquisition.description import Description
from data.acquisition.sources.common import Options, options_of


class ParquetOptions(Options):
    repo: str
    revision: str = "main"
    config: str = ""
    """Folder of the dataset, often the language; empty: all."""
    split: str = "test"
    columns: dict[str, str] = Field(default_factory=dict)
    """Ours = theirs, e.g. `text = "sentence"`; what is not said is guessed."""
    limit: int = 0
    """At most so many clips, the first ones; 0: all."""
    asked: str = ""
    """The revision as it was asked for, where `revision` is the commit it was then."""


def hub_options(description: Description) -> ParquetOptions:
    """Which files of which dataset. Raises `AcquisitionError` naming the wrong options."""
    return options_of(description, ParquetOptions)
