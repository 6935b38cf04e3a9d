"""Corpora without a description of ours: a dataset of the hub, a folder of the user."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.acquisition.description import Description, describe, parsed
from data.acquisition.errors import AcquisitionError


@dataclass(frozen=True, slots=True)
class Extra:
    """What the command line says beside the corpus."""

    name: str = ""
    revision: str = ""
    config: str = ""
    split: str = ""
    table: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    limit: int = 0
    licence: str = ""


def description(what: str, extra: Extra) -> Description:
    """Of a known name, of a `.toml`, of `hub:OWNER/DATASET` or of `folder:PATH`.

    Raises:
        AcquisitionError: there is no such corpus, or options were given that do not belong to it.
    """
    scheme, _, rest = what.partition(":")
    if scheme == "hub" and rest:
        return parsed(_hub(rest.removeprefix("//"), extra), what)
    if scheme == "folder" and rest:
        return parsed(_folder(Path(rest), extra), what)
    if extra != Extra():
        raise AcquisitionError(
            f"{what} is described in a file; --as, --revision, --config, --split, --table,"
            " --column, --limit and --licence are for hub:OWNER/DATASET and folder:PATH."
        )
    return describe(what)


def _hub(repo: str, extra: Extra) -> dict[str, Any]:
    options = {
        "repo": repo,
        "revision": extra.revision or "main",
        "config": extra.config,
        "split": extra.split or "test",
        "columns": extra.columns,
        "limit": extra.limit,
    }
    if extra.table:
        raise AcquisitionError("--table is for folder:PATH.")
    return {
        "name": extra.name or _short(repo.rpartition("/")[2]),
        "title": f"{repo} (Hugging Face)",
        "kind": "parquet",
        "about": "A dataset of the Hugging Face hub that we know nothing else about.",
        "home": f"https://huggingface.co/datasets/{repo}",
        "licence": {"name": extra.licence or f"see https://huggingface.co/datasets/{repo}"},
        "not_in_it": ["Nobody has looked: read the card of the dataset."],
        "options": options,
    }


def _folder(folder: Path, extra: Extra) -> dict[str, Any]:
    folder = folder.expanduser().resolve()
    if extra.revision or extra.config or extra.limit:
        raise AcquisitionError("--revision, --config and --limit are for hub:OWNER/DATASET.")
    options = {
        "folder": str(folder),
        "table": extra.table,
        "columns": extra.columns,
        "split": extra.split or "test",
    }
    return {
        "name": extra.name or _short(folder.name),
        "title": f"{folder.name} (a folder of this computer)",
        "kind": "table",
        "about": "Recordings of the user.",
        "licence": {"name": extra.licence or "the user's own"},
        "not_in_it": ["Nobody has looked: say so in a datasheet of your own."],
        "options": options,
    }


def _short(name: str) -> str:
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-._") or "corpus"
