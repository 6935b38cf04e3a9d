"""A context on a migrated database of its own, and jobs in every state, made by the services."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from sqlmodel import SQLModel, select

from app import schema
from app.context import Context, open_context
from app.faults import service as faults
from app.ids import new_id
from app.recordings.tables import Recording
from app.settings import Settings
from app.transcriptions import preparing, recognising, service
from app.transcriptions.options import Request
from app.transcriptions.preparing import Decoded, NewWindow, Preparation
from app.transcriptions.recognising import Batch, LeasedWindow, NewSegment, WindowResult
from app.transcriptions.shares import Shares
from app.transcriptions.tables import Transcription, WindowRow

RowType = TypeVar("RowType", bound=SQLModel)
WINDOW_S = 20.0
GAP = NewSegment(0.0, WINDOW_S, "[inaudible]", [], ["inaudible", "failed"])


@lru_cache(maxsize=1)
def _empty_database() -> bytes:
    """A migrated SQLite file; migrating once is enough for a test run."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lectern.db"
        schema.upgrade(f"sqlite:///{path}")
        return path.read_bytes()


def new_context(home: Path, database_url: str = "", **options: Any) -> Context:
    """A migrated database, local storage, and a decoder nobody has started.

    `database_url` names a database that was migrated already; empty: a new SQLite file.
    """
    settings = Settings(home=home, database_url=database_url, **options)
    home.mkdir(parents=True, exist_ok=True)
    if not database_url:
        (home / "lectern.db").write_bytes(_empty_database())
    return open_context(settings)


@dataclass(slots=True)
class Rows:
    """What the tests do to jobs, one committed transaction a call."""

    context: Context
    shares: Shares = field(default_factory=Shares)

    def all(self, table: type[RowType]) -> list[RowType]:
        with self.context.database.read() as session:
            return list(session.exec(select(table)))

    def job(self, job_id: str) -> Transcription:
        with self.context.database.read() as session:
            return service.get(session, job_id)

    def windows(self, job_id: str) -> list[WindowRow]:
        query = select(WindowRow).where(WindowRow.transcription_id == job_id)
        with self.context.database.read() as session:
            return sorted(session.exec(query), key=lambda row: row.number)

    def store(self, kind: str = "recordings", data: bytes = b"sound") -> str:
        key = f"{kind}/{new_id('x')}"
        writer = self.context.storage.create(key)
        writer.write(data)
        writer.commit()
        return key

    def submit(
        self,
        *,
        model: str = "tiny.en",
        language: str | None = None,
        owner: str | None = None,
        duration_s: float = 100.0,
        priority: int = 0,
        name: str = "talk.wav",
    ) -> str:
        key = self.store()
        recording = Recording(
            id=new_id("rec"),
            name=name,
            container="wav",
            media_type="audio/wav",
            storage_key=key,
            playback_key=key,
            size_bytes=5,
            upload_sha256="0" * 64,
            stored_sha256="0" * 64,
            codec="pcm_s16le",
            sample_rate_hz=16_000,
            channels=1,
            duration_s=duration_s,
        )
        if owner is not None:
            recording.owner_id = owner
        with self.context.database.write() as session:
            session.add(recording)
            session.flush()
            return service.submit(session, recording, Request(model, language, (), priority)).id

    def begin(self, job_id: str) -> Preparation | None:
        with self.context.database.write() as session:
            return preparing.begin(session, job_id, "code")

    def add_windows(self, held: Preparation, numbers: Sequence[int]) -> None:
        windows = [
            NewWindow(
                number=number,
                start_s=number * WINDOW_S,
                end_s=(number + 1) * WINDOW_S,
                speech_s=WINDOW_S,
                strict_speech=[(number * WINDOW_S, (number + 1) * WINDOW_S)],
                pieces=[(number * WINDOW_S, (number + 1) * WINDOW_S, 0.0)],
                audio_key=self.store("windows"),
                samples_sha256="0" * 64,
            )
            for number in numbers
        ]
        with self.context.database.write() as session:
            preparing.add_windows(session, held, windows)

    def prepared(self, windows: int = 1, **options: Any) -> str:
        """A job whose recording was cut into windows that all wait."""
        job_id = self.submit(duration_s=windows * WINDOW_S or 5.0, **options)
        held = self.begin(job_id)
        assert held is not None
        self.add_windows(held, range(windows))
        self.finish(held)
        return job_id

    def finish(self, held: Preparation) -> None:
        with self.context.database.write() as session:
            preparing.finish(session, held, Decoded(100.0, "0" * 64, True, [(0.0, 1.0, -60.0)]))

    def lease(self, most: int = 4, process: str = "host@elsewhere:1") -> Batch | None:
        with self.context.database.write() as session:
            return recognising.lease(session, process, most, shares=self.shares)

    def leased(self, most: int = 4, process: str = "host@elsewhere:1") -> tuple[LeasedWindow, ...]:
        batch = self.lease(most, process)
        return batch.windows if batch is not None else ()

    def complete(self, windows: Sequence[LeasedWindow], text: str = "Heard.", **extra: Any) -> int:
        results = [result_of(window, text, **extra) for window in windows]
        with self.context.database.write() as session:
            return recognising.complete(session, results)

    def fail(self, window: LeasedWindow, *, max_tries: int = 1, rungs: int = 1) -> None:
        with self.context.database.write() as session:
            recognising.failed(session, window, "no", max_tries=max_tries, rungs=rungs, gap=GAP)

    def recognise_all(self, text: str = "Heard.") -> None:
        while windows := self.leased():
            self.complete(windows, text)

    def cancel(self, job_id: str) -> None:
        with self.context.database.write() as session:
            service.cancel(session, job_id)

    def retry(self, job_id: str) -> None:
        with self.context.database.write() as session:
            service.retry(session, job_id)

    def remove(self, job_id: str) -> None:
        with self.context.database.write() as session:
            service.remove(session, job_id)

    def fault(self, name: str, **parameters: float) -> None:
        with self.context.database.write() as session:
            faults.switch_on(session, name, 5, parameters)
        self.context.faults.look_again()

    def running(self) -> str:
        job_id = self.prepared(3)
        self.complete(self.leased(1))
        return job_id

    def in_state(self, state: str) -> str:
        """A job that is queued, running, succeeded, failed or cancelled."""
        job_id = self.submit() if state == "queued" else self.running()
        match state:
            case "succeeded":
                self.recognise_all()
            case "failed":
                self.remove(job_id)
                job_id = self.prepared(1)
                self.fail(self.leased()[0])
            case "cancelled":
                self.cancel(job_id)
        assert self.job(job_id).status == state
        return job_id


def result_of(window: LeasedWindow, text: str = "Heard.", **extra: Any) -> WindowResult:
    start_s, end_s, _ = window.pieces[0]
    words = text.split()
    step_s = (end_s - start_s) / max(len(words), 1)
    timed = [
        (f" {word}", start_s + i * step_s, start_s + (i + 1) * step_s, 0.9)
        for i, word in enumerate(words)
    ]
    segments = [NewSegment(start_s, end_s, text, timed, [])] if text else []
    outcome = {"model": "tiny.en", "model_version": "1" * 64}
    return WindowResult(window, segments, outcome, **extra)
