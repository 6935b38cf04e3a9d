"""Common Voice (Mozilla): `cv-corpus-VERSION/LANGUAGE/{train,dev,test,validated}.tsv` and `clips/`.

The tables have `client_id path sentence … up_votes down_votes age gender accents … locale`, with
more columns in newer versions; `accents` was `accent` before version 9. Ages are decades in words.
Its home wants a sign-in, so the user downloads the archive and points at it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import Field

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
from data.acquisition.sources.tables import columns, rows

_SPEAKER_DIGITS = 16
"""Of the 128 of a client: enough to tell all of them apart, and readable."""


class CommonVoiceOptions(Options):
    language: str = "en"
    tables: tuple[str, ...] = ("test",)
    """Which tables are taken, each becomes a split."""
    clips_a_speaker: int = Field(0, ge=0)
    """At most so many, the first ones; 0: all."""


class CommonVoice:
    """The layout."""

    def clips(self, job: Job) -> Iterator[Ready]:
        chosen = options(job, CommonVoiceOptions)

        def read(texts: Path, archive: str, audio: frozenset[str]) -> Sequence[Found]:
            found: list[Found] = []
            for table in chosen.tables:
                path = next(iter(sorted(texts.glob(f"**/{chosen.language}/{table}.tsv"))), None)
                if path is None:
                    raise BadArchive(
                        f"{archive} has no {chosen.language}/{table}.tsv: is it the archive of"
                        " this language?"
                    )
                found += _table(path, texts, archive, table, chosen)
            return found

        return from_archives(job, read)


def _table(
    path: Path, texts: Path, archive: str, split: str, chosen: CommonVoiceOptions
) -> Iterator[Found]:
    spoken: dict[str, int] = {}
    names: dict[str, str] = {}
    for _line, row in rows(path):
        names = names or columns(
            list(row), {"audio": "path", "text": "sentence"}, path.name, needed=("speaker",)
        )
        clip = row["path"] if Path(row["path"]).suffix else f"{row['path']}.mp3"
        speaker = row[names["speaker"]][:_SPEAKER_DIGITS]
        spoken[speaker] = spoken.get(speaker, 0) + 1
        if 0 < chosen.clips_a_speaker < spoken[speaker]:
            continue
        age = row.get("age", "")
        yield Found(
            id=Path(clip).stem,
            text=row["sentence"],
            split=split,
            fields=present(
                speaker=speaker,
                gender=gender(row.get("gender", "")),
                age=age,
                age_group=("teen" if age == "teens" else "adult") if age else None,
                accent=row.get("accents") or row.get("accent"),
            ),
            member=f"{path.parent.relative_to(texts)}/clips/{Path(clip).name}",
            archive=archive,
        )


SOURCE = CommonVoice()
