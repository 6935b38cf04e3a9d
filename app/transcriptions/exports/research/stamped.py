"""Transcripts with time stamps in the text, as MAXQDA and ATLAS.ti import them.

Both read what f4transkript writes: Rich Text with stamps `#00:01:23-4#` (hours, minutes, seconds,
tenths) at paragraphs. The stamp stands where its paragraph begins, so that a click plays it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.transcriptions.exports.doubts import Doubt, doubt_about
from app.transcriptions.exports.made import note
from app.transcriptions.exports.options import Options
from app.transcriptions.exports.paragraphs import divided, text_of
from app.transcriptions.exports.research.rtf import document, escaped
from app.transcriptions.exports.times import tenths
from app.transcriptions.schemas import SegmentOut, TranscriptionOut


def to_stamped(
    job: TranscriptionOut, segments: Iterable[SegmentOut], options: Options
) -> Iterator[str]:
    """The note first, without stamps; then the turns; then what to check, with theirs."""
    told = " ".join(note(job, options))
    return document(job.name, told, _paragraphs(told, segments, options))


def _paragraphs(told: str, segments: Iterable[SegmentOut], options: Options) -> Iterator[str]:
    yield f"{{\\i {escaped(told)}}}"
    found: list[Doubt] = []
    for group in divided(segments, options.layout):
        found += [doubt for each in group if (doubt := doubt_about(each)) is not None]
        speaker = group[0].speaker if options.speakers == "on" else None
        name = f"{{\\b {escaped(speaker)}:}} " if speaker else ""
        yield f"{_stamp(group[0].start)} {name}{escaped(text_of(group))}"
    if found:
        yield "{\\b To check}"
        for doubt in found:
            yield f"{_stamp(doubt.start_s)} {{\\i {escaped(doubt.sentence())}}}"


def _stamp(seconds: float) -> str:
    return f"#{tenths(seconds, '-')}#"
