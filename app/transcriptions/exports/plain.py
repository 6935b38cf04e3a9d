"""Text to read and JSON to compute with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.transcriptions.schemas import SegmentOut, TranscriptionOut

PARAGRAPH_PAUSE_S = 2.0


def machine_made(job: TranscriptionOut) -> str:
    """The sentence that text, WebVTT and JSON carry; SubRip has no place for one."""
    # Ch 29 · Transparency and Accountability: exports that can hold a note say that a machine wrote them, and which
    made = f"Transcribed by machine ({job.model.name})"
    if job.corrected:
        made += f", corrected by a person in {_places(job.corrected)}"
    if job.final_at:
        return f"{made} and declared final{'' if job.corrected else ' by a person'}."
    return f"{made}; it may contain errors."


def _places(corrected: int) -> str:
    return "1 place" if corrected == 1 else f"{corrected} places"


def to_text(job: TranscriptionOut, segments: Iterable[SegmentOut]) -> Iterator[str]:
    """Paragraphs broken at long pauses and changes of speaker, then how the text was made."""
    end = speaker = None
    for segment in (each for each in segments if each.text):
        if end is None or segment.start - end > PARAGRAPH_PAUSE_S or segment.speaker != speaker:
            yield "" if end is None else "\n\n"
            yield f"{segment.speaker}: " if segment.speaker else ""
        else:
            yield " "
        yield segment.text
        end, speaker = segment.end, segment.speaker
    if end is None:
        yield "(no speech)"
    yield f"\n\n-- \n{machine_made(job)}\n"


def to_json(job: TranscriptionOut, segments: Iterable[SegmentOut]) -> Iterator[str]:
    """Everything the API says about the transcript, and the label."""
    labelled = job.model_copy(update={"warnings": [*job.warnings, machine_made(job)]})
    return as_json(labelled, segments)


def as_json(job: TranscriptionOut, segments: Iterable[SegmentOut]) -> Iterator[str]:
    """A `TranscriptionOut` with these segments, each on a line of its own."""
    yield job.model_dump_json(exclude={"segments"})[:-1] + ',"segments":['
    between = "\n"
    for segment in segments:
        yield between + segment.model_dump_json()
        between = ",\n"
    yield "]}\n"
