"""Text to read and JSON to compute with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.transcriptions.exports.doubts import Doubt, doubt_about
from app.transcriptions.exports.made import machine_made, note
from app.transcriptions.exports.options import Options
from app.transcriptions.exports.paragraphs import divided, text_of
from app.transcriptions.exports.times import clock
from app.transcriptions.schemas import SegmentOut, TranscriptionOut


def to_text(
    job: TranscriptionOut, segments: Iterable[SegmentOut], options: Options
) -> Iterator[str]:
    """Paragraphs or a line a segment; then, behind `-- `, how it was made and what to check."""
    found: list[Doubt] = []  # small beside the text, and wanted only at its end
    between, speaker = "", None
    for group in divided(_noted(segments, found), options.layout):
        yield between
        if options.times == "on":
            yield f"[{clock(group[0].start)}] "
        named = group[0].speaker
        if options.speakers == "on" and named and (named != speaker or options.times == "on"):
            yield f"{named}: "
        speaker = named
        yield text_of(group)
        between = "\n\n" if options.layout == "paragraphs" else "\n"
    if not between:
        yield "(no speech)"
    yield "\n\n-- \n" + "\n".join(note(job, options)) + "\n"
    if found:
        yield "\nTo check:\n"
        yield from (f"[{clock(doubt.start_s)}] {doubt.sentence()}\n" for doubt in found)


def _noted(segments: Iterable[SegmentOut], found: list[Doubt]) -> Iterator[SegmentOut]:
    for segment in segments:
        doubt = doubt_about(segment)
        if doubt is not None:
            found.append(doubt)
        yield segment


def to_json(
    job: TranscriptionOut, segments: Iterable[SegmentOut], options: Options
) -> Iterator[str]:
    """Everything the API says about the transcript, and the label."""
    labelled = job.model_copy(update={"warnings": [*job.warnings, machine_made(job)]})
    if options.layout != "words":
        segments = (segment.model_copy(update={"words": []}) for segment in segments)
    return as_json(labelled, segments)


def as_json(job: TranscriptionOut, segments: Iterable[SegmentOut]) -> Iterator[str]:
    """A `TranscriptionOut` with these segments, each on a line of its own."""
    yield job.model_dump_json(exclude={"segments"})[:-1] + ',"segments":['
    between = "\n"
    for segment in segments:
        yield between + segment.model_dump_json()
        between = ",\n"
    yield "]}\n"
