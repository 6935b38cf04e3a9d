"""AN4 (Carnegie Mellon): NIST SPHERE (`.sph`) or headerless big-endian 16-bit samples (`.raw`).

    an4/etc/an4_train.transcription   <s> YES </s> (an251-fash-b)
    an4/etc/an4_train.fileids         an4_clstk/fash/an251-fash-b
    an4/wav/an4_clstk/fash/an251-fash-b.sph

and the same with `an4_test` and `an4test_clstk`; the test transcripts have no `<s>`. The first
letter of a speaker's name is the gender (http://www.speech.cs.cmu.edu/databases/an4/).
"""

from __future__ import annotations

import re
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

_LINE = re.compile(r"(?:<s>)?(?P<text>[^<(]*)(?:</s>)?\s*\((?P<id>[\w-]+)\)")
_RAW = ">i2@16000"


class An4Options(Options):
    device: str = "close-talking mic"


class An4:
    """The layout."""

    def clips(self, job: Job) -> Iterator[Ready]:
        device = options(job, An4Options).device

        def read(texts: Path, archive: str, audio: frozenset[str]) -> Sequence[Found]:
            suffix = ".sph" if any(name.endswith(".sph") for name in audio) else ".raw"
            found = []
            for split in ("train", "test"):
                files = {
                    Path(line.strip()).name: line.strip()
                    for line in job.text_of(texts, f"an4/etc/an4_{split}.fileids").splitlines()
                    if line.strip()
                }
                name = f"an4/etc/an4_{split}.transcription"
                for number, line in enumerate(job.text_of(texts, name).splitlines(), start=1):
                    if not line.strip():
                        continue
                    match = _LINE.fullmatch(line.strip())
                    if match is None or match["id"] not in files:
                        raise BadArchive(f"{archive}: {name}, line {number} is not a transcript.")
                    speaker = match["id"].split("-")[1]
                    found.append(
                        Found(
                            id=f"{split}/{match['id']}",
                            text=match["text"].strip(),
                            split=split,
                            fields=present(
                                speaker=speaker, gender=gender(speaker[0]), device=device
                            ),
                            member=f"an4/wav/{files[match['id']]}{suffix}",
                            archive=archive,
                            encode="flac" if suffix == ".sph" else _RAW,
                        )
                    )
            return found

        return from_archives(job, read)


SOURCE = An4()
