"""Exports without a product: rendered by the product's own code, like everything stand-alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from app.errors import Problem
from app.transcriptions.exports.choosing import choose, cleaned
from app.transcriptions.exports.registry import joined
from app.transcriptions.exports.report import report
from app.transcriptions.exports.routes import list_formats
from app.transcriptions.schemas import TranscriptionOut
from ui import wire_exports as wire
from ui.cli.notes import kept_note
from ui.cli.outcome import Chosen


def formats() -> wire.Formats:
    return wire.Formats.model_validate(list_formats().model_dump())


def rendered(job: TranscriptionOut, asked: Chosen) -> tuple[bytes, list[str]]:
    """The file, and what to know about it.

    The language is known only now. Where it has no list of fillers or number words, the words are
    kept, and that is said: nobody wants to transcribe again for that.
    """
    notes: list[str] = []
    chosen = choose(asked.name, asked.params.get("preset"), _options(asked.params))
    for option in ("fillers", "numbers"):
        others = {each: "keep" for each in ("fillers", "numbers") if each != option}
        try:
            cleaned(job.segments, chosen.options.with_values(others), job.language)
        except Problem as problem:
            notes.append(f"The {option} were kept as they are. {problem.detail}")
            chosen = replace(chosen, options=chosen.options.with_values({option: "keep"}))
    segments = list(cleaned(job.segments, chosen.options, job.language))
    if asked.report:
        found = report(job, segments, chosen).model_dump()
        notes += kept_note(wire.Report.model_validate(found))
    return bytes(joined(chosen.format.pieces(job, segments, chosen.options))), notes


def _options(params: Mapping[str, str]) -> dict[str, str | None]:
    return {name: value for name, value in params.items() if name not in ("format", "preset")}
