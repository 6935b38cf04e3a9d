"""The text as it comes: server-sent events as openai-python's `TranscriptionStreamEvent`."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select
from sse_starlette import ServerSentEvent
from starlette.concurrency import run_in_threadpool

from app.compatible import rendering
from app.compatible.answering import Mark, must_have_succeeded, read_job
from app.context import Context
from app.database import DatabaseError
from app.errors import NotFound, Problem, compatible_body, database_problem
from app.transcriptions.schemas import WordOut
from app.transcriptions.tables import SegmentRow, Transcription, WindowRow, WindowState
from app.transcriptions.wait import events

logger = logging.getLogger("lectern.api")
HEARTBEAT_S = 15


@dataclass(slots=True)
class Stream:
    """One listener's way through a job; iterate `events` once."""

    context: Context
    job_id: str
    logprobs: bool
    mark: Mark
    told: bool = False
    """Whether the end was sent, be it good or bad."""
    _next: int = 0
    """Number of the window that is told next: windows end in any order, text is told in one."""
    _said: list[str] = field(default_factory=list)
    _words: list[WordOut] = field(default_factory=list)

    async def events(self) -> AsyncIterator[ServerSentEvent]:
        """Deltas, then the whole text; or deltas, then an error that clients raise."""
        try:
            async for _ in events(self.context, self.job_id):
                for delta in await run_in_threadpool(self._news):
                    yield _event(delta)
            job = await run_in_threadpool(read_job, self.context, self.job_id)
            must_have_succeeded(job)
            await self.mark()
        except NotFound:
            self.told = True
            yield _event(compatible_body(_deleted()))
        except Problem as problem:
            self.told = True
            yield _event(compatible_body(problem))
        except DatabaseError as error:
            logger.warning("a stream ends: the database is in the way: %s", error)
            self.told = True
            yield _event(compatible_body(database_problem(error)))
        else:
            self.told = True
            yield _event(self._done(job))

    def _news(self) -> list[dict[str, Any]]:
        """A delta for each window that has become ready and whose turn it is."""
        with self.context.database.read() as session:
            deltas = []
            for number, window_id in _ready(session, self.job_id, self._next):
                if number != self._next:
                    break
                self._next += 1
                deltas += self._deltas(session, window_id)
            return deltas

    def _deltas(self, session: Session, window_id: str) -> list[dict[str, Any]]:
        texts, words = [], []
        for text, timed in session.exec(
            select(SegmentRow.text, SegmentRow.words)
            .where(SegmentRow.window_id == window_id)
            .order_by(col(SegmentRow.start_s), col(SegmentRow.id))
        ):
            texts.append(text)
            words += [
                WordOut(word=word, start=start, end=end, probability=probability)
                for word, start, end, probability, *_ in timed
            ]
        if not texts:
            return []
        delta = (" " if self._said else "") + " ".join(texts)
        self._said.append(delta)
        if not self.logprobs:
            return [{"type": "transcript.text.delta", "delta": delta}]
        self._words += words
        said = rendering.logprobs(words)
        return [{"type": "transcript.text.delta", "delta": delta, "logprobs": said}]

    def _done(self, job: Transcription) -> dict[str, Any]:
        done = {
            "type": "transcript.text.done",
            "text": job.text or "",
            "usage": rendering.usage(job),
            "languages": rendering.languages(job),
        }
        if self.logprobs:
            done["logprobs"] = rendering.logprobs(self._words)
        return done


def _ready(session: Session, job_id: str, first: int) -> list[tuple[int, str]]:
    """(Number, id) of windows that are over, from `first` on."""
    query = select(WindowRow.number, WindowRow.id).where(
        WindowRow.transcription_id == job_id,
        WindowRow.number >= first,
        col(WindowRow.state).in_([WindowState.DONE, WindowState.FAILED]),
    )
    return [
        (number, window_id)
        for number, window_id in session.exec(query.order_by(col(WindowRow.number)))
    ]


def _event(data: dict[str, Any]) -> ServerSentEvent:
    # Without a name: clients of version 1 pass over events whose name they do not know
    return ServerSentEvent(json.dumps(data, ensure_ascii=False))


def _deleted() -> NotFound:
    return NotFound(
        code="transcription_not_found",
        detail="This transcription was deleted while you listened to it.",
    )
