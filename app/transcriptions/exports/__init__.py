"""A transcript in the formats people's other programs read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from app.transcriptions.exports.plain import to_json, to_text
from app.transcriptions.exports.subtitles import to_srt, to_vtt
from app.transcriptions.schemas import SegmentOut, TranscriptionOut


@dataclass(frozen=True, slots=True)
class Format:
    suffix: str
    media_type: str
    pieces: Callable[[TranscriptionOut, Iterable[SegmentOut]], Iterator[str]]
    """The file, a little at a time; the segments of the job itself are not looked at."""

    def render(self, job: TranscriptionOut) -> str:
        """The file of a transcript that is in memory anyway."""
        return "".join(self.pieces(job, job.segments))


FORMATS = {
    "txt": Format("txt", "text/plain; charset=utf-8", to_text),
    "srt": Format("srt", "application/x-subrip; charset=utf-8", to_srt),
    "vtt": Format("vtt", "text/vtt; charset=utf-8", to_vtt),
    "json": Format("json", "application/json", to_json),
}
