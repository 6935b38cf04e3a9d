"""A small corpus of real speech in which nothing is wrong, and the means to break one thing."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np

from data.audio.decode import SAMPLE_RATE_HZ, Samples, decode

MODELS = ("whisper-base", "tiny.en")
_CLIPS_A_SPEAKER = 4
_TRAINING_CLIPS = 8
_CUT = {"1688-142285-0002", "1688-142285-0005", "1688-142285-0007"}
"""They begin or end in the middle of a word; `cut-speech` is right about them."""


@dataclass
class Small:
    """The corpus in `folder`; `rows` are written by `save`."""

    folder: Path
    rows: list[dict[str, Any]]

    def save(self) -> None:
        lines = [json.dumps(row, ensure_ascii=False) for row in self.rows]
        (self.folder / "manifest.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def of(self, split: str) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["split"] == split]

    def samples(self, row: dict[str, Any]) -> Samples:
        return decode(self.folder / row["audio"])

    def play(self, row: dict[str, Any], samples: Samples, rate_hz: int = SAMPLE_RATE_HZ) -> None:
        """Another sound for a clip, shape (n,) or (channels, n), as 16-bit WAV."""
        channels = np.atleast_2d(samples)
        row["audio"] = row["audio"].rpartition(".")[0] + "-planted.wav"
        row["duration_s"] = round(channels.shape[1] / rate_hz, 3)
        write(self.folder / row["audio"], channels, rate_hz, "pcm_s16le")

    def hear(self, wrong: dict[str, tuple[str, str]] | None = None) -> tuple[Path, Path]:
        """Results files of two models who heard every text, but for the ones in `wrong`."""
        found = []
        for number, model in enumerate(MODELS):
            utterances = [
                {
                    "id": row["id"],
                    "recording": row["id"],
                    "reference": row["text"],
                    "hypothesis": (wrong or {}).get(row["id"], (row["text"],) * 2)[number],
                }
                for row in self.rows
            ]
            run = {"format": 1, "model": model, "recordings": [], "utterances": utterances}
            path = self.folder.parent / f"small--{model}--sequential.json"
            path.write_text(json.dumps(run), encoding="utf-8")
            found.append(path)
        return found[0], found[1]


def write(path: Path, channels: Samples, rate_hz: int, codec: str, bit_rate: int = 0) -> None:
    """Encode float32 of shape (channels, n)."""
    layout = "mono" if len(channels) == 1 else "stereo"
    path.unlink(missing_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate_hz)
        stream.layout = layout
        if bit_rate:
            stream.bit_rate = bit_rate
        resampler = av.AudioResampler(format=stream.codec_context.format, layout=layout)
        for start in range(0, channels.shape[1], 320):
            piece = np.ascontiguousarray(channels[:, start : start + 320], dtype=np.float32)
            frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout=layout)
            frame.sample_rate, frame.pts = rate_hz, start
            for part in resampler.resample(frame):
                container.mux(stream.encode(part))
        container.mux(stream.encode(None))


def build(corpora: Path, folder: Path) -> Small:
    """Forty clips of ten readers for the test, eight of two people for training."""
    rows = _read(corpora / "librispeech-test-other", _CUT)
    rows.sort(key=lambda row: -len(row["text"].split()))
    by_speaker: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_speaker.setdefault(row["speaker"], []).append(row)
    chosen = [row for each in by_speaker.values() for row in each[:_CLIPS_A_SPEAKER]]
    for row in chosen:
        row["from"] = corpora / "librispeech-test-other" / row["audio"]
    training = [
        {**row, "text": row["text"].lower(), "from": corpora / "an4" / row["audio"]}
        for row in _read(corpora / "an4", set())
        if row["split"] == "train" and len(row["text"].split()) > 5
    ]
    (folder / "audio").mkdir(parents=True)
    small = Small(folder, [*chosen, *training[:_TRAINING_CLIPS]])
    for number, row in enumerate(small.rows):
        row["audio"] = f"audio/{number:02}.flac"
        shutil.copyfile(row.pop("from"), folder / row["audio"])
    small.save()
    return small


def copy(small: Small, folder: Path) -> Small:
    """One to break. Files are links: whoever changes one has to write a new file."""
    shutil.copytree(small.folder, folder, copy_function=os.link)
    return Small(folder, json.loads(json.dumps(small.rows)))


def _read(folder: Path, without: set[str]) -> list[dict[str, Any]]:
    with (folder / "manifest.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [row for row in rows if row["id"] not in without]


Plant = Callable[[Small], "set[str]"]
"""Breaks one thing; gives the ids of the clips that must be named."""
