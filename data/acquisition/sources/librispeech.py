"""LibriSpeech (OpenSLR 12): `LibriSpeech/SUBSET/READER/CHAPTER/READER-CHAPTER-NNNN.flac`.

Beside the FLAC files of a chapter lies `READER-CHAPTER.trans.txt` with `ID TEXT` a line;
`LibriSpeech/SPEAKERS.TXT` has `id | sex | subset | minutes | name` of all readers, comments after
`;` (https://www.openslr.org/12, README.TXT in the archive).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

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

_ROOT = "LibriSpeech"


class LibriSpeechOptions(Options):
    split: str = ""
    """What the clips are for; empty: the first word of the subset's name (test-other: test)."""


class LibriSpeech:
    """The layout."""

    def clips(self, job: Job) -> Iterator[Ready]:
        split = options(job, LibriSpeechOptions).split

        def read(texts: Path, archive: str, audio: frozenset[str]) -> Sequence[Found]:
            genders = _genders(job.text_of(texts, f"{_ROOT}/SPEAKERS.TXT"))
            chapters = sorted((texts / _ROOT).glob("*/*/*/*.trans.txt"))
            if not chapters:
                raise BadArchive(f"{archive} has no transcripts (*.trans.txt) of LibriSpeech.")
            found = []
            for chapter in chapters:
                where = chapter.relative_to(texts)
                name = split or where.parts[1].split("-")[0]
                for line in job.text_of(texts, str(where)).splitlines():
                    id_, _, text = line.strip().partition(" ")
                    reader = id_.split("-")[0]
                    if not id_:
                        continue
                    found.append(
                        Found(
                            id=id_,
                            text=text,
                            split=name,
                            fields=present(speaker=reader, gender=genders.get(reader)),
                            member=f"{where.parent}/{id_}.flac",
                            archive=archive,
                        )
                    )
            return found

        return from_archives(job, read)


def _genders(table: str) -> dict[str, str | None]:
    rows = (line.split("|") for line in table.splitlines() if not line.startswith(";"))
    return {row[0].strip(): gender(row[1]) for row in rows if len(row) >= 2}


SOURCE = LibriSpeech()
