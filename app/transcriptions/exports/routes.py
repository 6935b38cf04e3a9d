"""Files to take away: which there are, one of them, and what it could not do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Response
from sqlmodel import Session

from app.context import ContextDep
from app.described import bodies
from app.errors import Conflict
from app.transcriptions import read, service
from app.transcriptions.exports.choosing import Chosen, choose, cleaned
from app.transcriptions.exports.fillers import lists
from app.transcriptions.exports.numbers import LANGUAGES
from app.transcriptions.exports.options import CHOICES, Options
from app.transcriptions.exports.registry import FORMATS, Format, Preset, joined
from app.transcriptions.exports.report import WITH_RULES, report
from app.transcriptions.exports.schemas import (
    FormatOut,
    FormatsOut,
    OptionOut,
    PresetOut,
    ReportOut,
    ValueOut,
)
from app.transcriptions.schemas import SegmentOut, TranscriptionOut
from app.transcriptions.tables import Status

router = APIRouter(prefix="/v1", tags=["transcriptions"])

JobId = Annotated[str, Path(max_length=64, examples=["tr_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f"])]


_FILE: bodies.Answers = {
    200: {
        "description": "The file; `Content-Disposition` has its name.",
        "content": {
            kind: {"schema": bodies.BINARY, "example": "(the file)"}
            for kind in dict.fromkeys(each.media_type.split(";")[0] for each in FORMATS.values())
        },
    }
}


def _about(option: str) -> str:
    choice = CHOICES[option]
    values = "; ".join(f"`{value}`: {label}" for value, label in choice.values.items())
    return f"{choice.label}. {values}. Left out: as the preset has it."


@dataclass(frozen=True, slots=True)
class Asked:
    """The query of an export."""

    format: Annotated[
        str,
        Query(description="See `GET /v1/exports`.", json_schema_extra={"enum": list(FORMATS)}),
    ] = "txt"
    preset: Annotated[
        str | None, Query(description="A ready choice of this format; left out: its first.")
    ] = None
    layout: Annotated[str | None, Query(description=_about("layout"))] = None
    times: Annotated[str | None, Query(description=_about("times"))] = None
    speakers: Annotated[str | None, Query(description=_about("speakers"))] = None
    fillers: Annotated[str | None, Query(description=_about("fillers"))] = None
    numbers: Annotated[str | None, Query(description=_about("numbers"))] = None
    speed: Annotated[str | None, Query(description=_about("speed"))] = None

    def chosen(self) -> Chosen:
        return choose(
            self.format, self.preset, {name: getattr(self, name, None) for name in CHOICES}
        )


AskedDep = Annotated[Asked, Depends()]


@router.get("/exports", tags=["exports"], summary="List the formats of exports")
def list_formats() -> FormatsOut:
    """All formats with their presets and options; the first of each is the default."""
    return FormatsOut(
        items=[_format(each) for each in FORMATS.values()],
        filler_languages=sorted(lists()),
        number_languages=sorted(LANGUAGES),
    )


@router.get(
    "/transcriptions/{transcription_id}/export",
    response_class=Response,
    responses=_FILE,
    summary="Export a transcript",
)
def export(transcription_id: JobId, context: ContextDep, asked: AskedDep) -> Response:
    """The finished transcript as a file."""
    chosen = asked.chosen()
    with context.database.read() as session:
        job, segments = _said(session, transcription_id, chosen)
        body = joined(chosen.format.pieces(job, segments, chosen.options))
    name = job.name.rsplit(".", 1)[0] or "transcript"
    headers = {"Content-Disposition": attachment(f"{name}.{chosen.format.suffix}")}
    return Response(body, media_type=chosen.format.media_type, headers=headers)


@router.get(
    "/transcriptions/{transcription_id}/export/report", summary="Check the subtitles of an export"
)
def read_report(transcription_id: JobId, context: ContextDep, asked: AskedDep) -> ReportOut:
    """Which rules of subtitles this transcript cannot keep, cue by cue, and what to check in it."""
    chosen = asked.chosen()
    with context.database.read() as session:
        job, segments = _said(session, transcription_id, chosen)
        return report(job, segments, chosen)


def _said(
    session: Session, transcription_id: str, chosen: Chosen
) -> tuple[TranscriptionOut, Iterable[SegmentOut]]:
    """The job without its segments, and its segments as they come from the database.

    Raises `Conflict` for a job that has not succeeded.
    """
    found = service.get(session, transcription_id)
    if found.status is not Status.SUCCEEDED:
        raise Conflict(
            code="not_ready",
            detail=f"The transcription is {found.status}; there is nothing to export yet.",
        )
    job = read.without_segments(session, found)
    return job, cleaned(read.said(session, job.id), chosen.options, job.language)


def attachment(name: str) -> str:
    """RFC 6266: a plain name for old programs, the real one for the others."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\' else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _format(each: Format) -> FormatOut:
    return FormatOut(
        name=each.name,
        label=each.label,
        kind=each.kind,
        about=each.about,
        suffix=each.suffix,
        media_type=each.media_type,
        binary=each.binary,
        report=each.name in WITH_RULES,
        presets=[_preset(each, preset) for preset in each.presets],
        options=[_option(each, name) for name in each.choices],
    )


def _preset(format: Format, preset: Preset) -> PresetOut:
    said = {field.name: getattr(preset.options, field.name) for field in fields(Options)}
    options = {name: said[name] for name in format.choices}
    return PresetOut(name=preset.name, label=preset.label, options=options)


def _option(format: Format, name: str) -> OptionOut:
    labels = CHOICES[name].values
    values = [ValueOut(value=value, label=labels[value]) for value in format.choices[name]]
    return OptionOut(name=name, label=CHOICES[name].label, values=values)
