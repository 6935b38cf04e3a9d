"""Audio datasets of the Hugging Face hub in Parquet: a column of `{bytes, path}` and others.

That is how the hub stores audio datasets, and what it converts the others to
(revision `refs/convert/parquet`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data.acquisition.errors import BadArchive
from data.acquisition.sound import FORMATS
from data.acquisition.sources.common import (
    FIELDS,
    Found,
    Job,
    Ready,
    gender,
    present,
    safe_id,
)
from data.acquisition.sources.of_hub import ParquetOptions, hub_options
from data.acquisition.sources.tables import columns

_ROWS = 64
"""At a time in memory: 64 clips of 30 s are about 60 MB."""
_MAGIC = {
    b"RIFF": ".wav",
    b"fLaC": ".flac",
    b"OggS": ".ogg",
    b"ID3": ".mp3",
    b"\xff\xfb": ".mp3",
    b"\xff\xf3": ".mp3",
    b"\xff\xf2": ".mp3",
}


class Parquet:
    """The layout."""

    def clips(self, job: Job) -> Iterator[Ready]:
        chosen = hub_options(job.description)
        order = 0
        ids = job.description.wanted_ids
        for name, path in job.files.items():
            try:
                file = pq.ParquetFile(path)
                names = self._columns(file.schema_arrow, chosen, name)
                for batch in file.iter_batches(_ROWS, columns=sorted(set(names.values()))):
                    for row in batch.to_pylist():
                        order += 1
                        if 0 < chosen.limit < order:
                            return
                        ready = _ready(job, row, names, chosen, order)
                        if ready is not None and (ids is None or ready.found.id in ids):
                            yield ready
                        job.report(f"reading {name}", order, None)
            except pa.ArrowException as error:
                raise BadArchive(
                    f"{name} is not a Parquet file that can be read: {error}"
                ) from error

    def _columns(self, schema: Any, chosen: ParquetOptions, name: str) -> dict[str, str]:
        names = columns(schema.names, chosen.columns, name, needed=("audio", "text"))
        if not pa.types.is_struct(schema.field(names["audio"]).type):
            raise BadArchive(
                f"{name}: the column {names['audio']!r} holds no audio, only"
                f" {schema.field(names['audio']).type}. Say which with --column audio=NAME."
            )
        return names


def _ready(
    job: Job, row: dict[str, Any], names: dict[str, str], chosen: ParquetOptions, order: int
) -> Ready | None:
    audio = row[names["audio"]] or {}
    content: bytes = audio.get("bytes") or b""
    path = PurePosixPath(audio.get("path") or "")
    id_ = safe_id(str(row.get(names.get("id", ""), "") or path.stem or f"{order:06}"))
    suffix = _suffix(content, path)
    if suffix is None:
        job.left_out.append((id_, "it has no audio in it" if not content else "unknown format"))
        return None
    file = job.scratch / f"clip-{order}{suffix}"
    file.write_bytes(content)
    fields = {ours: row.get(names[ours]) for ours in FIELDS if ours in names}
    fields["gender"] = gender(str(fields.get("gender") or ""))
    text = str(row.get(names["text"]) or "")
    split = str(row.get(names["split"]) or chosen.split) if "split" in names else chosen.split
    return Ready(order, Found(id=id_, text=text, split=split, fields=present(**fields)), file)


def _suffix(content: bytes, path: PurePosixPath) -> str | None:
    """By the first bytes; by the name where they say nothing."""
    if not content:
        return None
    for magic, suffix in _MAGIC.items():
        if content.startswith(magic):
            return suffix
    suffix = path.suffix.lower()
    return suffix if suffix in FORMATS else None


SOURCE = Parquet()
