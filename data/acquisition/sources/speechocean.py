"""speechocean762 (OpenSLR 101), in Kaldi's files, tab- or space-separated.

    speechocean762/{train,test}/{text,wav.scp,utt2spk,spk2gender,spk2age}
    speechocean762/WAVE/SPEAKER0001/000010011.WAV      (the paths of wav.scp)

as in the repository github.com/jimbozhang/speechocean762. All speakers have Mandarin as their
first language; the readings were recorded on phones.
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

_FILES = ("text", "wav.scp", "utt2spk", "spk2gender", "spk2age")
_OLDEST_CHILD = 12
_YOUNGEST_ADULT = 19
"""Nobody is between 16 and 18; 19 and above are adults."""


class SpeechoceanOptions(Options):
    split: str = ""
    """What all clips are for; empty: the official split."""


class Speechocean:
    """The layout."""

    def clips(self, job: Job) -> Iterator[Ready]:
        split = options(job, SpeechoceanOptions).split

        def read(texts: Path, archive: str, audio: frozenset[str]) -> Sequence[Found]:
            root = next((p.parent.parent for p in sorted(texts.glob("**/train/wav.scp"))), None)
            if root is None:
                raise BadArchive(f"{archive} has no train/wav.scp.")
            found = []
            for official in ("train", "test"):
                folder = root.relative_to(texts) / official
                text, paths, speakers, genders, ages = (
                    _pairs(job.text_of(texts, str(folder / name))) for name in _FILES
                )
                for utterance, path in paths.items():
                    speaker = speakers.get(utterance)
                    if speaker is None or utterance not in text:
                        job.left_out.append((utterance, "it has no speaker or no text"))
                        continue
                    age = ages.get(speaker)
                    found.append(
                        Found(
                            id=f"{speaker}-{utterance}",
                            text=text[utterance],
                            split=split or official,
                            fields=present(
                                speaker=speaker,
                                gender=gender(genders.get(speaker, "")),
                                age=age,
                                age_group=_age_group(age),
                                native_language="Mandarin",
                                accent="Mandarin L1",
                                device="phone",
                                official_split=official if split else None,
                            ),
                            member=str(root.relative_to(texts) / path),
                            archive=archive,
                            encode="flac",
                        )
                    )
            return found

        return from_archives(job, read)


def _pairs(table: str) -> dict[str, str]:
    rows = (line.split(maxsplit=1) for line in table.splitlines() if line.strip())
    return {row[0]: row[1].strip() for row in rows if len(row) == 2}


def _age_group(age: str | None) -> str | None:
    if age is None or not age.isdecimal():
        return None
    years = int(age)
    if years <= _OLDEST_CHILD:
        return "child"
    return "teen" if years < _YOUNGEST_ADULT else "adult"


SOURCE = Speechocean()
