"""Text to read and JSON to compute with."""

from __future__ import annotations

from app.transcriptions.schemas import TranscriptionOut

PARAGRAPH_PAUSE_S = 2.0


def machine_made(job: TranscriptionOut) -> str:
    """The sentence that text, WebVTT and JSON carry; SubRip has no place for one."""
    # Ch 29 · Transparency and Accountability: exports that can hold a note say that a machine wrote them, and which
    return f"Transcribed by machine ({job.model.name}); it may contain errors."


def to_text(job: TranscriptionOut) -> str:
    """Paragraphs broken at long pauses and changes of speaker, then how the text was made."""
    paragraphs: list[str] = []
    end = speaker = None
    for segment in job.segments:
        new = end is None or segment.start - end > PARAGRAPH_PAUSE_S or segment.speaker != speaker
        if new:
            name = f"{segment.speaker}: " if segment.speaker else ""
            paragraphs.append(name + segment.text)
        else:
            paragraphs[-1] += " " + segment.text
        end, speaker = segment.end, segment.speaker
    body = "\n\n".join(paragraphs) or "(no speech)"
    return f"{body}\n\n-- \n{machine_made(job)}\n"


def to_json(job: TranscriptionOut) -> str:
    """Everything the API says about the transcript, and the label."""
    return job.model_copy(update={"warnings": [*job.warnings, machine_made(job)]}).model_dump_json(
        indent=2
    )
