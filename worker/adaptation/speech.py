"""The field's speech: recorded, where there is a corpus of it; else its sentences, read aloud.

Synthesis runs in its own environment, as a process (its phonemisers are GPL-3). Every clip is kept
when it is made, so a stop loses one; train and dev are read by different voices, and the test by
others still (`data/synthesis/voices.toml`).
"""

# Ch 16 · Data Quality: nobody who is trained on is chosen by or judged on

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from data.acquisition import manifest
from data.acquisition.places import REPOSITORY, Places
from data.domains.checks import check_speech, errors
from worker.adaptation.clips import NOTHING, Clip, load, of_corpus, of_file, save
from worker.adaptation.collect import CORRECTIONS, TEXT
from worker.adaptation.dictation_text import dictated
from worker.adaptation.pipeline import StageFailed, Work

RECORDED: Final = "an4"
_PROGRESS: Final = re.compile(r"(\d+) of (\d+) clips")


@dataclass(frozen=True, slots=True)
class Speaking:
    """How sentences are read aloud."""

    seed: int = 0
    times: int = 1
    """Voices that read each sentence of train."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Which speakers of a corpus are kept to choose by."""

    dev_speakers: int = 10


def corpus_folder(name: str = RECORDED) -> Path:
    """Raises `StageFailed`: the corpus is not on this machine."""
    folder = Places.from_environment().find(name)
    if folder is None:
        raise StageFailed(
            f"The corpus {name} is not here. `python -m data fetch {name}` brings it, or "
            "LECTERN_CORPORA names a folder that has it."
        )
    return folder


def recorded(how: Recorded, work: Work) -> None:
    """Clips of the corpus: its training speakers, some of them held out to choose by."""
    folder = corpus_folder()
    rows = [entry.row for entry in manifest.read(folder)]
    held = dev_speakers(rows, how.dev_speakers)
    wanted = [
        {**row, "split": "dev" if row["speaker"] in held else "train"}
        for row in rows
        if row["split"] == "train"
    ]
    _must_be_apart([*wanted, *(row for row in rows if row["split"] == "test")])

    def clips() -> Iterator[Clip]:
        for number, row in enumerate(wanted):
            work.progress(number / len(wanted), f"{number} of {len(wanted)} clips read")
            about = Clip(
                id=row["id"],
                text=dictated(row["text"]),
                split=row["split"],
                kind="target",
                samples=NOTHING,
                speaker=row["speaker"],
                sha256=row.get("sha256", ""),
            )
            yield of_file(folder / row["audio"], about)

    save([*clips(), *corrections(work)], work.out)


def dev_speakers(rows: Sequence[dict[str, Any]], count: int) -> frozenset[str]:
    """So many of the training speakers, women and men alike, by lot."""
    by_gender: dict[str, set[str]] = {}
    for row in rows:
        if row["split"] == "train":
            by_gender.setdefault(row.get("gender", ""), set()).add(row["speaker"])
    queues = [sorted(names, key=_lot) for _, names in sorted(by_gender.items())]
    drawn: list[str] = []
    while len(drawn) < count and any(queues):
        drawn += [queue.pop(0) for queue in queues if queue]
    return frozenset(drawn[:count])


def synthesised(how: Speaking, work: Work) -> None:
    """The collected sentences as clips."""
    text = json.loads((work.before["collect"] / TEXT).read_bytes())
    glossary = work.scratch / "glossary.csv"
    glossary.write_text(_csv(text["terms"]), encoding="utf-8")
    clips: list[Clip] = []
    rows: list[dict[str, Any]] = []
    for begun, split in enumerate(("train", "dev")):
        listed, folder = work.scratch / f"{split}.txt", work.scratch / split
        listed.write_text("".join(f"{each}\n" for each in text["sentences"][split]), "utf-8")
        command = _command(listed, folder, split, glossary, how)
        _speak(command, lambda share, note, begun=begun: work.progress((begun + share) / 2, note))
        clips += of_corpus(folder, split)
        rows += [{**entry.row, "split": split} for entry in manifest.read(folder)]
    _must_be_apart(rows)
    save([*clips, *corrections(work)], work.out)


def corrected(work: Work) -> None:
    """Nothing but customers' recordings and what they made of the text."""
    clips = corrections(work)
    _must_be_apart([{"split": clip.split, "speaker": clip.speaker} for clip in clips])
    save(clips, work.out)


def corrections(work: Work) -> list[Clip]:
    return load(work.before["collect"] / CORRECTIONS)


def synthesis_python() -> Path:
    """Python of the environment that speaks. Raises `StageFailed`: there is none."""
    home = Places.from_environment().fetched.parent / "synthesis"
    python = Path(os.environ.get("LECTERN_SYNTHESIS") or home) / "bin" / "python"
    if not python.exists():
        raise StageFailed(
            "Sentences cannot be read aloud here: there is no environment for synthesis. "
            "Run `make setup-training`, or name one with LECTERN_SYNTHESIS."
        )
    return python.absolute()


def _command(listed: Path, out: Path, split: str, glossary: Path, how: Speaking) -> list[str]:
    cache = Places.from_environment().fetched.parent / "synthesis" / "clips"
    command = [str(synthesis_python()), "-m", "data.synthesis.sentences"]
    command += [str(listed.absolute()), str(out.absolute()), "--split", split, "--name", split]
    command += ["--pronounce", str(glossary.absolute()), "--cache", str(cache.absolute())]
    command += ["--seed", str(how.seed), "--times", str(how.times if split == "train" else 1)]
    return command


def _speak(command: list[str], progress: Any) -> None:
    """Run it, telling how far it is; it ends with this process."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    process = subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    said: list[str] = []
    assert process.stdout is not None
    assert process.stderr is not None
    reader = threading.Thread(target=said.extend, args=(process.stderr,), daemon=True)
    reader.start()
    try:
        for line in process.stdout:
            if found := _PROGRESS.search(line):
                done, total = int(found[1]), int(found[2])
                progress(done / max(total, 1), line.strip())
        code = process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    reader.join(5)
    if code:
        last = said[-1].strip() if said else f"exit code {code}"
        raise StageFailed(f"Speech could not be made: {last}")


def _must_be_apart(rows: Sequence[dict[str, Any]]) -> None:
    found = errors(check_speech(rows))
    if found:
        raise StageFailed("Speech is not usable: " + "; ".join(map(str, found)))


def _csv(terms: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("term", "sounds_like"))
    writer.writerows(terms)
    return text.getvalue()


def _lot(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
