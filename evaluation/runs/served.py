"""Recordings heard by the whole product, as its users get them: uploaded, queued, polled, read."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx

from app.settings import Settings
from evaluation.bench.product import Subject, started
from evaluation.runs.format import HeardWord
from evaluation.runs.heard import INAUDIBLE, Heard, HeardSegment
from evaluation.runs.sequential import Prepare
from worker.models.store import find_model
from worker.models.weights import Weights
from worker.pipeline.recognise import DecodingOptions

AT_ONCE: Final = 8
"""Recordings under way at the same time, as when somebody uploads a folder: enough to fill the
batches of the recogniser. Latencies are those of a busy product."""
WAIT_S: Final = 30
PATIENCE_S: Final = 3 * 3600.0


@dataclass(frozen=True, slots=True)
class Served:
    """A running product of our own, with the model in question."""

    model: str
    options: DecodingOptions
    weights: Weights
    subject: Subject
    http: httpx.Client

    @property
    def pid(self) -> int:
        return self.subject.supervisor_pid

    def hear(self, prepare: Prepare) -> Heard:
        """One recording. Whatever the product answers but a transcript is told in `Heard.error`."""
        try:
            audio = prepare()
            name, data = (
                (audio.name, audio.read_bytes())
                if isinstance(audio, Path)
                else ("audio.flac", audio)
            )
            answer = self.http.post(
                "/v1/transcriptions", files={"file": (name, data)}, data=self._form()
            )
            if not answer.is_success:
                return Heard(error=_problem(answer))
            job = self._ended(answer.json()["id"])
            heard = self._read(job)
            self.http.delete(f"/v1/transcriptions/{job['id']}")
            return heard
        except Exception as error:  # noqa: BLE001 (one clip that fails must not end the run)
            return Heard(error=f"{type(error).__name__}: {error}"[:500])

    def _form(self) -> dict[str, Any]:
        form: dict[str, Any] = {"model": self.model}
        if self.options.language:
            form["language"] = self.options.language
        if self.options.keywords:
            form["keywords[]"] = list(self.options.keywords)
        return form

    def _ended(self, job: str) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            answer = self.http.get(f"/v1/transcriptions/{job}", params={"wait": WAIT_S})
            found: dict[str, Any] = answer.raise_for_status().json()
            if found["status"] in ("succeeded", "failed", "cancelled"):
                return found
        raise TimeoutError(f"{job} did not end within {PATIENCE_S / 3600:g} h")

    def _read(self, job: dict[str, Any]) -> Heard:
        if job["status"] != "succeeded":
            error = job["error"] or {"code": job["status"], "message": ""}
            return Heard(error=f"{error['code']}: {error['message']}")
        sent, first, ended = self.subject.asked(
            "SELECT created_at, first_words_at, finished_at FROM transcription WHERE id=?",
            job["id"],
        )[0]
        windows = self.subject.asked(
            "SELECT result FROM window WHERE transcription_id=?", job["id"]
        )
        return Heard(
            segments=tuple(_segment(segment) for segment in job["segments"]),
            rungs=dict(Counter(_rung(result) for (result,) in windows)),
            withheld=sum(INAUDIBLE in segment["flags"] for segment in job["segments"]),
            language=job["language"],
            processing_s=_between(sent, ended),
            first_words_s=None if first is None else _between(sent, first),
        )

    def hear_all(self, wanted: dict[str, Prepare]) -> Iterator[tuple[str, Heard]]:
        """Each with its id, in the order in which they are ready."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            futures: dict[Future[Heard], str] = {
                pool.submit(self.hear, prepare): name for name, prepare in wanted.items()
            }
            try:
                for future in as_completed(futures):
                    yield futures[future], future.result()
            finally:
                pool.shutdown(cancel_futures=True)


@contextmanager
def served(model: str, options: DecodingOptions, settings: Settings) -> Iterator[Served]:
    """A product in a folder of its own. Raises `ModelError`, and `NotStarted` with its output."""
    weights = find_model(model, settings.models_dir)
    environment = {
        "LECTERN_MODEL": model,
        "LECTERN_DEVICE": settings.device,
        "LECTERN_COMPUTE_TYPE": settings.compute_type,
    }
    with (
        TemporaryDirectory(prefix="lectern-evaluation-") as folder,
        started(Path(folder) / "home", environment) as subject,
        subject.client() as http,
    ):
        yield Served(model, options, weights, subject, http)


def _segment(segment: dict[str, Any]) -> HeardSegment:
    words = tuple(
        HeardWord(word["word"], word["start"], word["end"], word["probability"])
        for word in segment["words"]
    )
    return HeardSegment(
        segment["start"], segment["end"], segment["text"], words, tuple(segment["flags"])
    )


def _rung(result: str | None) -> str:
    return str((json.loads(result) if result else {}).get("model") or "failed")


def _between(before: str, after: str) -> float:
    return round(
        (datetime.fromisoformat(after) - datetime.fromisoformat(before)).total_seconds(), 4
    )


def _problem(answer: httpx.Response) -> str:
    try:
        body = answer.json()
        return f"{body['code']}: {body['detail']}"
    except (ValueError, KeyError):
        return f"HTTP {answer.status_code}: {answer.text[:200]}"
