"""Speech on its way to training: clips in a folder, and all of their samples in one file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from data.acquisition import manifest
from data.acquisition.manifest import BadManifest
from data.audio.decode import Undecodable, decode
from worker.adaptation.pipeline import StageFailed
from worker.pipeline.types import SAMPLE_RATE, Samples

LONGEST_S: Final = 29.0
"""What fits into one window of the recogniser."""
NOTHING: Final[Samples] = np.zeros(0, np.float32)
_INDEX: Final = "clips.jsonl"
_SAMPLES: Final = "samples.npy"


@dataclass(frozen=True, slots=True)
class Clip:
    """Something said, by whom, for what."""

    id: str
    text: str
    split: str
    """train, dev (to choose by), guard (general speech that must not get worse)"""
    kind: str
    """target, replay, nonspeech"""
    samples: Samples
    speaker: str = ""
    sha256: str = ""
    """Of the audio file it comes from."""
    made: str = ""
    """What was done to it; empty: nothing."""

    @property
    def duration_s(self) -> float:
        return len(self.samples) / SAMPLE_RATE

    def changed(self, samples: Samples, made: str) -> Clip:
        return replace(self, id=f"{self.id}+{made}", samples=samples, made=made)


def of_corpus(folder: Path, split: str, kind: str = "target") -> Iterator[Clip]:
    """The clips of a corpus. Raises `StageFailed` for one that cannot be read or is not itself."""
    try:
        entries = manifest.read(folder)
    except BadManifest as error:
        raise StageFailed(str(error)) from error
    for entry in entries:
        row = entry.row
        yield of_file(
            folder / row["audio"],
            Clip(
                id=row["id"],
                text=row.get("text", ""),
                split=split,
                kind=kind,
                samples=NOTHING,
                speaker=row.get("speaker", ""),
                sha256=row.get("sha256", ""),
            ),
        )


def of_file(path: Path, about: Clip, start_s: float = 0.0, end_s: float | None = None) -> Clip:
    """`about` with the samples of an audio file, or of a stretch of it."""
    try:
        found = manifest.sha256_of(path)
        if about.sha256 and about.sha256 != found:
            raise StageFailed(f"{path.name} is not the file its manifest describes (SHA-256).")
        samples = decode(path)
    except Undecodable as error:
        raise StageFailed(f"{path.name} cannot be read as audio: {error}.") from error
    end = len(samples) if end_s is None else round(end_s * SAMPLE_RATE)
    samples = samples[round(start_s * SAMPLE_RATE) : end]
    if not 0 < len(samples) <= LONGEST_S * SAMPLE_RATE:
        raise StageFailed(
            f"{about.id} has {len(samples) / SAMPLE_RATE:.1f} s of audio; a clip to learn from "
            f"has up to {LONGEST_S:.0f} s. Give start_s and end_s of the sentence."
        )
    return replace(about, samples=samples, sha256=found)


def save(clips: Iterable[Clip], folder: Path) -> int:
    """Write a set of clips, samples in 16 bits; gives their number."""
    rows: list[dict[str, Any]] = []
    parts: list[np.ndarray[Any, np.dtype[np.int16]]] = []
    at = 0
    for clip in clips:
        part = np.round(np.clip(clip.samples, -1, 1) * 32767).astype(np.int16)
        about = asdict(replace(clip, samples=NOTHING))
        about.pop("samples")
        rows.append({**about, "start": at, "end": at + len(part)})
        parts.append(part)
        at += len(part)
    np.save(folder / _SAMPLES, np.concatenate(parts) if parts else np.zeros(0, np.int16))
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / _INDEX).write_text(lines, encoding="utf-8")
    return len(rows)


def load(folder: Path) -> list[Clip]:
    """What `save` wrote; the samples stay on the disk until they are used."""
    samples = np.load(folder / _SAMPLES, mmap_mode="r", allow_pickle=False)
    found = []
    for line in (folder / _INDEX).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        start, end = row.pop("start"), row.pop("end")
        part = samples[start:end].astype(np.float32) / np.float32(32767)
        found.append(Clip(**row, samples=part))
    return found


def chosen(clips: Sequence[Clip], split: str, kind: str | None = None) -> list[Clip]:
    return [c for c in clips if c.split == split and (kind is None or c.kind == kind)]
