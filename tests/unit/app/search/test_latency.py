"""What a search takes over a thousand transcripts of five hundred segments; prints it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from itertools import accumulate
from statistics import median
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlmodel import Session, select

from app.context import Context
from app.recordings.tables import Recording
from app.search import service
from app.search.query import Query, parse
from app.transcriptions import service as transcriptions
from app.transcriptions.tables import SegmentRow, Transcription, WindowRow
from tests.support.rows import Rows

TRANSCRIPTS, SEGMENTS, WORDS = 1000, 500, 12
LONGEST_S = 3.0


def vocabulary() -> tuple[list[str], list[float]]:
    """Words that are used as seldom as their place in the list says (Zipf)."""
    dice = random.Random(3)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(dice.choices(letters, k=dice.randint(2, 9))) for _ in range(30_000)]
    return words, list(accumulate(1 / (place + 1) for place in range(len(words))))


def fill(context: Context, transcripts: int, words: list[str], weights: list[float]) -> None:
    dice = random.Random(4)
    rows = Rows(context)
    job_id = rows.prepared(1)
    rows.complete(rows.leased(1), "")
    with context.database.read() as session:
        job = session.get_one(Transcription, job_id).model_dump()
        window = session.exec(_of(WindowRow, job_id)).one().model_dump()
        recording = session.get_one(Recording, job["recording_id"])
    for number in range(transcripts):
        jobs = job | {"id": f"tr_{number:06}", "recording_id": recording.id}
        windows = window | {"id": f"win_{number:06}", "transcription_id": jobs["id"]}
        segments = [
            {
                "id": f"seg_{number:06}_{i:04}",
                "transcription_id": jobs["id"],
                "window_id": windows["id"],
                "start_s": 4.0 * i,
                "end_s": 4.0 * i + 4,
                "text": " ".join(some),
                "machine_text": " ".join(some),
                "words": [
                    [f" {w}", 4 * i + j / 3, 4 * i + j / 3 + 0.3, 0.97] for j, w in enumerate(some)
                ],
                "flags": [],
            }
            for i, some in (
                (i, dice.choices(words, cum_weights=weights, k=WORDS)) for i in range(SEGMENTS)
            )
        ]
        with context.database.write() as session:
            for table, some in (
                (Transcription, jobs),
                (WindowRow, windows),
                (SegmentRow, segments),
            ):
                session.connection().execute(insert(table.__table__), some)


@pytest.mark.slow
def test_half_a_million_segments(context: Context) -> None:
    words, weights = vocabulary()
    started = time.monotonic()
    fill(context, TRANSCRIPTS, words, weights)
    with context.database.write() as session:
        if context.database.is_postgresql:
            session.execute(text("ANALYZE"))
    kind = context.database.engine.dialect.name
    print(f"\n{kind}: filled in {time.monotonic() - started:.0f} s")
    queries = {
        "in two of three segments": words[0],
        "in one of a hundred": words[100],
        "in some twenty": words[20_000],
        "nowhere": "qqqqqqqqqq",
        "two common words": f"{words[0]} {words[1]}",
        "a phrase of common words": f'"{words[0]} {words[1]}"',
        "a phrase that is nowhere": f'"{words[0]} {words[20_000]} {words[1]}"',
        "the beginning of many words": f"{words[0][0]}*",
    }
    slowest = {}
    for what, typed in queries.items():
        for how, ask in (("hits", _hits), ("list", _list)):
            taken = [_timed(context, ask, typed) for _ in range(5)]
            slowest[what, how] = max(taken)
            told = f"median {1000 * median(taken):.0f} ms, slowest {1000 * max(taken):.0f} ms"
            print(f"{kind}: {what}, {how}: {told}")
    started = time.monotonic()
    Rows(context).remove("tr_000500")
    print(f"{kind}: one of them deleted in {time.monotonic() - started:.2f} s")
    assert max(slowest.values()) < LONGEST_S, slowest


def _of(table: Any, job_id: str) -> Any:
    return select(table).where(table.transcription_id == job_id)


def _timed(context: Context, ask: Callable[[Session, Query], object], typed: str) -> float:
    started = time.monotonic()
    with context.database.read() as session:
        ask(session, parse(typed))
    return time.monotonic() - started


def _hits(session: Session, query: Query) -> object:
    return service.find(session, query, limit=20)


def _list(session: Session, query: Query) -> object:
    return transcriptions.page(session, limit=20, cursor=None, status=[], said=query)
