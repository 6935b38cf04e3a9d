"""A finished transcript in OpenAI's formats, from rows. Times are seconds of the recording.

Field by field as openai-python's `Transcription`, `TranscriptionVerbose` and `TranslationVerbose`.
A number that was not recorded is null or absent, never made up.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlmodel import Session, col, select

from app.compatible.form import Asked, Format
from app.compatible.languages import name_of
from app.transcriptions import read
from app.transcriptions.exports import FORMATS
from app.transcriptions.schemas import SegmentOut, WordOut
from app.transcriptions.tables import SegmentRow, Transcription, WindowRow

FRAMES_PER_S = 100
"""Mel frames, in which Whisper's `seek` counts."""
_SCORES = ("avg_logprob", "compression_ratio", "no_speech_prob")


def rendered(session: Session, job: Transcription, asked: Asked) -> tuple[bytes, str]:
    """(Body, media type)."""
    pieces, media_type = _RENDERED[asked.format](session, job, asked)
    body = bytearray()
    for piece in pieces:
        body += piece if isinstance(piece, bytes) else piece.encode()
    return bytes(body), media_type


def usage(job: Transcription) -> dict[str, Any]:
    """Of what is counted, the length of the recording."""
    return {"type": "duration", "seconds": round(job.duration_s or 0.0, 3)}


def languages(job: Transcription) -> list[dict[str, str]]:
    """As `gpt-transcribe` tells them; empty: none was heard for sure."""
    code = job.language or job.options.get("language")
    return [{"code": code}] if code else []


def logprobs(words: Iterable[WordOut]) -> list[dict[str, Any]]:
    """Natural logarithms of the words' probabilities: a word stands where OpenAI has a token."""
    return [
        {
            "token": word.word,
            "bytes": list(word.word.encode()),
            "logprob": round(math.log(word.probability), 4) if word.probability else None,
        }
        for word in words
    ]


def words_of(session: Session, transcription_id: str) -> Iterator[WordOut]:
    for segment in read.segments(session, transcription_id):
        yield from segment.words


Pieces = tuple[Iterable[str] | Iterable[bytes], str]


def _json(session: Session, job: Transcription, asked: Asked) -> Pieces:
    body: dict[str, Any] = {"text": job.text or "", "usage": usage(job)}
    if job.options.get("task") != "translate":
        body["languages"] = languages(job)
    if asked.logprobs:
        body["logprobs"] = logprobs(words_of(session, job.id))
    return [json.dumps(body, ensure_ascii=False)], "application/json"


def _text(session: Session, job: Transcription, asked: Asked) -> Pieces:
    return [(job.text or "") + "\n"], "text/plain; charset=utf-8"


def _subtitles(session: Session, job: Transcription, asked: Asked) -> Pieces:
    chosen = FORMATS[asked.format.value]
    whole = read.without_segments(session, job)
    return chosen.pieces(whole, read.segments(session, job.id)), chosen.media_type


def _verbose(session: Session, job: Transcription, asked: Asked) -> Pieces:
    return _verbose_pieces(session, job, asked), "application/json"


def _verbose_pieces(session: Session, job: Transcription, asked: Asked) -> Iterator[str]:
    translated = job.options.get("task") == "translate"
    spoken = job.language or job.options.get("language")
    head = {
        "task": job.options.get("task", "transcribe"),
        "language": name_of("en" if translated else spoken),
        "duration": round(job.duration_s or 0.0, 3),
        "text": job.text or "",
        "usage": usage(job),
    }
    yield json.dumps(head, ensure_ascii=False)[:-1]
    if asked.segments:
        yield ', "segments": ['
        yield from _listed(_segments(session, job.id))
        yield "]"
    if asked.words:
        yield ', "words": ['
        yield from _listed(map(_word, words_of(session, job.id)))
        yield "]"
    yield "}"


def _listed(each: Iterable[dict[str, Any]]) -> Iterator[str]:
    between = ""
    for one in each:
        yield between + json.dumps(one, ensure_ascii=False)
        between = ", "


def _segments(session: Session, transcription_id: str) -> Iterator[dict[str, Any]]:
    windows = _windows(session, transcription_id)
    of_segment = dict(
        session.exec(
            select(SegmentRow.id, SegmentRow.window_id).where(
                SegmentRow.transcription_id == transcription_id
            )
        ).all()
    )
    for number, segment in enumerate(read.segments(session, transcription_id)):
        yield _segment(number, segment, windows[of_segment[segment.id]])


def _windows(session: Session, transcription_id: str) -> dict[str, dict[str, Any]]:
    """By id: what all segments of a window share, in Whisper as here."""
    query = select(WindowRow.id, WindowRow.start_s, WindowRow.result).where(
        WindowRow.transcription_id == transcription_id
    )
    return {
        window_id: {
            "seek": int(start_s * FRAMES_PER_S),
            **{score: (result or {}).get(score) for score in _SCORES},
        }
        for window_id, start_s, result in session.exec(query.order_by(col(WindowRow.number)))
    }


def _segment(number: int, segment: SegmentOut, window: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": number,
        "start": segment.start,
        "end": segment.end,
        "text": segment.text,
        "tokens": [],  # not recorded
        "temperature": 0.0,  # a search without chance
        **window,
        "flags": segment.flags,
    }


def _word(word: WordOut) -> dict[str, Any]:
    return {
        "word": word.word.strip(),
        "start": word.start,
        "end": word.end,
        "probability": word.probability,
    }


_RENDERED: dict[Format, Callable[[Session, Transcription, Asked], Pieces]] = {
    Format.JSON: _json,
    Format.TEXT: _text,
    Format.SRT: _subtitles,
    Format.VTT: _subtitles,
    Format.VERBOSE_JSON: _verbose,
}
