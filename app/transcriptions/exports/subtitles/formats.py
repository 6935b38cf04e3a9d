"""SubRip and WebVTT, written a cue at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from app.transcriptions.exports.doubts import explained
from app.transcriptions.exports.made import note
from app.transcriptions.exports.options import Options
from app.transcriptions.exports.subtitles.cues import Cue, Violation, cues
from app.transcriptions.exports.subtitles.rules import Rules
from app.transcriptions.exports.times import stamp
from app.transcriptions.schemas import SegmentOut, TranscriptionOut


def rules_of(options: Options) -> Rules:
    return Rules(speed=float(options.speed))


def to_srt(
    job: TranscriptionOut, segments: Iterable[SegmentOut], options: Options
) -> Iterator[str]:
    """SubRip has no place for notes: who made it, and the doubts, are in the report."""
    names = options.speakers == "on"
    for cue in cues(segments, rules_of(options), job.language, names=names):
        yield f"{cue.number}\n{_span(cue, ',')}\n{cue.text}\n\n"


def to_vtt(
    job: TranscriptionOut, segments: Iterable[SegmentOut], options: Options
) -> Iterator[str]:
    """All notes stand before the first cue: how it was made, doubts, rules that were not kept.

    The standard would have a note in front of the cue it is about, but programs that read WebVTT
    as if it were SubRip (pysubs2 1.8 is one) show such a note on the screen.
    https://www.w3.org/TR/webvtt1/
    """
    yield f"WEBVTT\n\nNOTE\n{_comment(note(job, options))}\n\n"
    remarks: list[str] = []
    written: list[str] = []  # text, not objects: two megabytes for ten hours
    for cue in cues(segments, rules_of(options), job.language):
        remarks += (f"{stamp(cue.start_ms, '.')} {each}" for each in _remarks(cue))
        voice = ""
        if options.speakers == "on" and cue.speaker:
            voice = f"<v {escape(' '.join(cue.speaker.split()), quote=False)}>"
        # https://www.w3.org/TR/webvtt1/#webvtt-cue-text-span
        text = escape(cue.text, quote=False)
        written.append(f"{cue.number}\n{_span(cue, '.')}\n{voice}{text}\n\n")
    if remarks:
        yield f"NOTE To check\n{_comment(remarks)}\n\n"
    yield from written


def _span(cue: Cue, mark: str) -> str:
    return f"{stamp(cue.start_ms, mark)} --> {stamp(cue.end_ms, mark)}"


def _comment(lines: Iterable[str]) -> str:
    """Lines of a comment block: it ends at an empty line and may not hold an arrow."""
    return "\n".join(" ".join(line.split()).replace("-->", "→") for line in lines)


def _remarks(cue: Cue) -> Iterator[str]:
    flags = dict.fromkeys(flag for token in cue.tokens for flag in token.flags)
    yield from map(explained, flags)
    unsure = [token.text for token in cue.tokens if token.unsure]
    if unsure:
        yield "unsure of " + ", ".join(f"“{text}”" for text in unsure)
    yield from map(_broken, cue.violations)


_UNITS = {
    "reading_speed": "characters a second",
    "too_short": "s on the screen",
    "line_too_long": "characters in a line",
    "late": "s after its first word",
}


def _broken(violation: Violation) -> str:
    unit = _UNITS[violation.rule]
    return f"{violation.value:g} {unit}, the limit is {violation.limit:g}"
