"""FLEURS (google/fleurs on the hub): `data/LANG/SPLIT.tsv` and `data/LANG/audio/SPLIT.tar.gz`.

A table without a first line: sentence, file name, transcript as written, transcript in small
letters, characters, samples, gender. The audio of `test.tar.gz` is `test/FILE.wav` (loading script
of the dataset). It does not say who spoke: a sentence has up to three readers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from data.acquisition.errors import BadArchive
from data.acquisition.sources.common import (
    Found,
    Job,
    Options,
    Ready,
    from_archives,
    gender,
    options,
    present,
)

_COLUMNS = 7


class FleursOptions(Options):
    splits: tuple[str, ...] = ("test",)


class Fleurs:
    """The layout. The files are named `SPLIT.tsv` and `SPLIT.tar.gz`."""

    def clips(self, job: Job) -> Iterator[Ready]:
        splits = options(job, FleursOptions).splits

        def read(texts: Path, archive: str, audio: frozenset[str]) -> Sequence[Found]:
            split = archive.split(".")[0]
            if split not in splits or f"{split}.tsv" not in job.files:
                return []
            members = {PurePosixPath(name).name: name for name in audio}
            table = job.files[f"{split}.tsv"]
            lines = job.text_of(table.parent, table.name).splitlines()
            return [
                _clip(line, number, split, archive, members)
                for number, line in enumerate(lines, start=1)
                if line.strip()
            ]

        return from_archives(job, read)


def _clip(line: str, number: int, split: str, archive: str, members: dict[str, str]) -> Found:
    fields = line.rstrip("\r").split("\t")
    if len(fields) != _COLUMNS:
        raise BadArchive(
            f"{split}.tsv, line {number}: {len(fields)} columns instead of {_COLUMNS}."
        )
    sentence, file, written, _small, _characters, _samples, sex = fields
    return Found(
        id=f"{split}/{PurePosixPath(file).stem}",
        text=written,
        split=split,
        fields=present(gender=gender(sex), sentence=sentence),
        member=members.get(file, f"{split}/{file}"),
        archive=archive,
    )


SOURCE = Fleurs()
