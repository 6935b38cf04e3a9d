"""How a transcript was made: the note that every file with room for one carries."""

from __future__ import annotations

from app.transcriptions.exports.options import Options
from app.transcriptions.exports.times import clock, spoken_length
from app.transcriptions.schemas import FallbackOut, TranscriptionOut


def machine_made(job: TranscriptionOut) -> str:
    """The sentence that may not be missing."""
    # Ch 29 · Transparency and Accountability: exports that can hold a note say that a machine wrote them, and which
    made = f"Transcribed by machine ({job.model.name})"
    if job.corrected:
        made += f", corrected by a person in {_places(job.corrected)}"
    if job.final_at:
        return f"{made} and declared final{'' if job.corrected else ' by a person'}."
    return f"{made}; it may contain errors."


def _places(corrected: int) -> str:
    return "1 place" if corrected == 1 else f"{corrected} places"


def version(job: TranscriptionOut) -> str:
    """`model tiny.en, weights 1a5afae0, domain ruby, glossary version 1, adapter version 2`."""
    parts = [f"model {job.model.name}"]
    if job.model.version:
        parts.append(f"weights {job.model.version[:8]}")
    if job.domain is not None:
        parts.append(f"domain {job.domain.name}")
        if job.domain.glossary_version is not None:
            parts.append(f"glossary version {job.domain.glossary_version}")
        if job.domain.model_version is not None:
            parts.append(f"adapter version {job.domain.model_version}")
    return ", ".join(parts)


def facts(job: TranscriptionOut) -> list[tuple[str, str]]:
    """What is known of the recording, each with its name."""
    when = job.finished_at or job.created_at
    found = [("Recording", job.name)]
    if job.duration is not None:
        found.append(("Length", spoken_length(job.duration)))
    if job.language:
        found.append(("Language", job.language))
    found.append(("Transcribed", f"{when:%Y-%m-%d}"))
    return [*found, ("By", version(job))]


def note(job: TranscriptionOut, options: Options) -> list[str]:
    """Sentences, the most important first."""
    told = "; ".join(f"{name.lower()}: {value}" for name, value in facts(job))
    sentences = [machine_made(job), f"{told[:1].upper()}{told[1:]}."]
    if job.final_at is not None:
        sentences.append(f"A person declared it final on {job.final_at:%Y-%m-%d}.")
    sentences += job.warnings
    sentences += [_fallback(each) for each in job.fallbacks]
    if options.fillers == "remove":
        sentences.append("Sounds of hesitation (such as um and uh) were left out.")
    if options.numbers == "digits":
        sentences.append("Numbers heard as words are written as digits.")
    return sentences


def _fallback(each: FallbackOut) -> str:
    span = f"From {clock(each.start)} to {clock(each.end)}"
    if each.model is None:
        return f"{span} no model could recognise anything."
    return f"{span} the smaller model {each.model} was used, because the one asked for failed."
