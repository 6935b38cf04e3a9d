"""A corpus of a few sentences on disk: real files, a manifest, and clips that are broken."""

from __future__ import annotations

import json
import wave
from pathlib import Path
from typing import Any

import numpy as np

from tests.support.speech import AUDIO, read
from worker.pipeline.types import SAMPLE_RATE, Samples

TURNS: list[dict[str, Any]] = json.loads((AUDIO / "speech.json").read_text())["turns"]
"""Four sentences of `speech.opus` with their times."""


def write_wav(path: Path, samples: Samples) -> None:
    """float32 mono at 16 kHz, as 16 bits."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def sentences(folder: Path, *, broken: bool = False) -> Path:
    """The four sentences as clips of two speakers; `broken` adds a damaged and a missing one."""
    audio = folder / "audio"
    audio.mkdir(parents=True)
    samples = read("speech.opus")
    rows = []
    for number, turn in enumerate(TURNS):
        start, end = (int(SAMPLE_RATE * turn[edge]) for edge in ("start_s", "end_s"))
        pad = SAMPLE_RATE // 5
        clip = samples[max(0, start - pad) : end + pad]
        write_wav(audio / f"{number}.wav", clip)
        rows.append(
            {
                "id": f"sentence-{number}",
                "audio": f"audio/{number}.wav",
                "duration_s": len(clip) / SAMPLE_RATE,
                "text": turn["text"],
                "split": "test",
                "speaker": f"speaker-{number % 2}",
                "gender": ("female", "male")[number % 2],
            }
        )
    if broken:
        (audio / "damaged.wav").write_bytes(b"RIFF" + bytes(400))
        more = {"duration_s": 1.0, "text": "Nobody heard this.", "split": "test"}
        rows.append({"id": "damaged", "audio": "audio/damaged.wav", **more})
        rows.append({"id": "missing", "audio": "audio/missing.wav", **more})
    manifest(folder, rows)
    return folder


def manifest(folder: Path, rows: list[dict[str, Any]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def long_recording(folder: Path) -> Path:
    """All of `speech.opus` as one recording with its sentences as segments."""
    (folder / "audio").mkdir(parents=True)
    write_wav(folder / "audio" / "long.wav", read("speech.opus"))
    row = {
        "id": "long",
        "audio": "audio/long.wav",
        "duration_s": 13.6,
        "text": " ".join(turn["text"] for turn in TURNS),
        "speaker": "Anna",
        "segments": [
            {key: turn[key] for key in ("start_s", "end_s", "text", "speaker")} for turn in TURNS
        ],
    }
    manifest(folder, [row])
    return folder
