"""A transcript in the formats people's other programs read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.transcriptions.exports.plain import to_json, to_text
from app.transcriptions.exports.subtitles import to_srt, to_vtt
from app.transcriptions.schemas import TranscriptionOut


@dataclass(frozen=True, slots=True)
class Format:
    suffix: str
    media_type: str
    render: Callable[[TranscriptionOut], str]


FORMATS = {
    "txt": Format("txt", "text/plain; charset=utf-8", to_text),
    "srt": Format("srt", "application/x-subrip; charset=utf-8", to_srt),
    "vtt": Format("vtt", "text/vtt; charset=utf-8", to_vtt),
    "json": Format("json", "application/json", to_json),
}
