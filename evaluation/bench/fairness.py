"""`python -m evaluation.bench.fairness`: what a short recording waits for, alone and in a crowd.

Starts the product (model tiny.en, real processes) in a folder of its own, sends short recordings
one after the other and reads from its database when they were sent, showed their first words, and
ended: on an idle product, behind three long recordings of the same owner, behind a bulk of 200
short ones of another owner, and behind one of the same owner. Writes `results/fairness.json`.
"""

# Ch 12 · Scaling the System: that nobody is stuck behind a bulk is a measured number

from __future__ import annotations

import argparse
import json
import os
import tempfile
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import av
import httpx
import numpy as np
from sqlmodel import col, update

from app.database import Database
from app.recordings.tables import Recording
from app.settings import REPOSITORY, Settings
from app.telemetry.service import machine_class
from app.transcriptions.tables import Transcription
from evaluation.bench.product import started
from evaluation.bench.versions import versions

RESULT = REPOSITORY / "evaluation" / "results" / "fairness.json"
SHORT = REPOSITORY / "tests" / "audio" / "speech.opus"
TWO_MINUTES = REPOSITORY / "tests" / "audio" / "two-minutes.opus"
OTHER = "acc_bulk"
ENDED = ("succeeded", "failed", "cancelled")


@dataclass(slots=True)
class Product:
    """A running product, and its database to read times from."""

    http: httpx.Client
    database: Database

    def upload(self, file: Path, owner: str | None = None) -> str:
        """A recording; local mode knows one owner, another one is written into its row."""
        with file.open("rb") as opened:
            answer = self.http.post("/v1/recordings", files={"file": (file.name, opened)})
        recording = str(answer.raise_for_status().json()["id"])
        if owner is not None:
            change = update(Recording).where(col(Recording.id) == recording).values(owner_id=owner)
            with self.database.write() as session:
                session.execute(change)
        return recording

    def submit(self, recording: str) -> str:
        form = {"recording": (None, recording.encode()), "model": (None, b"tiny.en")}
        answer = self.http.post("/v1/transcriptions", files=form)
        return str(answer.raise_for_status().json()["id"])

    def status(self, job: str, wait_s: float = 0.0) -> str:
        answer = self.http.get(f"/v1/transcriptions/{job}", params={"wait": wait_s})
        return str(answer.raise_for_status().json()["status"])

    def cancel(self, jobs: list[str]) -> int:
        """Call off what is left of `jobs`; returns how many had not ended."""
        left = 0
        for job in jobs:
            if self.status(job) not in ENDED:
                left += 1
                self.http.post(f"/v1/transcriptions/{job}/cancel").raise_for_status()
        return left

    def waits(self, jobs: list[str]) -> dict[str, Any]:
        """Seconds from sending to the first words and to the end."""
        with self.database.read() as session:
            rows = [session.get_one(Transcription, job) for job in jobs]
        words = [_seconds(row.created_at, row.first_words_at) for row in rows]
        ends = [_seconds(row.created_at, row.finished_at) for row in rows]
        return {"jobs": len(jobs), "first_words_s": _spread(words), "end_s": _spread(ends)}


def _seconds(began: datetime, ended: datetime | None) -> float:
    if ended is None:
        raise RuntimeError("a job ended without words")
    return (ended - began).total_seconds()


def _spread(values: list[float]) -> dict[str, float]:
    p95 = quantiles(values, n=20, method="inclusive")[-1]
    return {"p50": round(median(values), 2), "p95": round(p95, 2), "max": round(max(values), 2)}


@contextmanager
def running(home: Path) -> Iterator[Product]:
    """The product as `make run` starts it, without its page."""
    chosen = {"LECTERN_MODEL": "tiny.en", "LECTERN_FEATURES_BYTES": "0"}  # hear each every time
    with started(home, chosen) as subject, subject.client() as http:
        yield Product(http, Database(Settings(home=home).database))


def repeated(source: Path, times: int, target: Path) -> None:
    """Write `source` so many times in a row as WAV, mono, 16 kHz."""
    resampler = av.AudioResampler("s16", "mono", 16_000)
    with av.open(str(source)) as container:
        frames = [f for frame in container.decode(audio=0) for f in resampler.resample(frame)]
    samples = np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames])
    with wave.open(str(target), "wb") as out:
        out.setparams((1, 2, 16_000, 0, "NONE", ""))
        for _ in range(times):
            out.writeframes(samples.astype("<i2").tobytes())


def one_after_the_other(product: Product, recording: str, count: int) -> list[str]:
    """Each is sent when the one before has ended."""
    jobs = []
    for _ in range(count):
        jobs.append(product.submit(recording))
        status = product.status(jobs[-1], 60.0)
        if status != "succeeded":
            raise RuntimeError(f"a short recording is {status} after a minute")
    return jobs


def measure(folder: Path, shorts: int, bulk: int) -> dict[str, Any]:
    """Waits of `shorts` short recordings in each situation. Raises `RuntimeError`."""
    long_file = folder / "ten-minutes.wav"
    repeated(TWO_MINUTES, 5, long_file)
    with running(folder / "home") as product:
        short = product.upload(SHORT)
        one_after_the_other(product, short, 2)  # the model is warm now
        found = {"idle": product.waits(one_after_the_other(product, short, shorts))}
        print("idle:", found["idle"], flush=True)
        for name, file, owner, count in (
            ("behind_three_long", long_file, None, 3),
            ("behind_a_bulk_of_another_owner", SHORT, OTHER, bulk),
            ("behind_a_bulk_of_the_same_owner", SHORT, None, bulk),
        ):
            recording = product.upload(file, owner)
            crowd = [product.submit(recording) for _ in range(count)]
            jobs = one_after_the_other(product, short, shorts if owner or count == 3 else 2)
            left = product.cancel(crowd)
            found[name] = {**product.waits(jobs), "crowd": count, "crowd_left": left}
            print(f"{name}:", found[name], flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m evaluation.bench.fairness")
    parser.add_argument("--shorts", type=int, default=10)
    parser.add_argument("--bulk", type=int, default=200)
    parser.add_argument("--output", type=Path, default=RESULT)
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="lectern-fair-") as folder:
        waits = measure(Path(folder), arguments.shorts, arguments.bulk)
    result = {
        "command": "make bench-fairness",
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine_class(),
        "load_before": round(load, 1),
        "versions": versions(),
        "model": "tiny.en",
        "short_s": 13.6,
        "long_s": 600,
        "waits": waits,
    }
    arguments.output.write_text(json.dumps(result, indent=1) + "\n")
    print(f"written to {arguments.output}")


if __name__ == "__main__":
    main()
