"""Which rules the words of a transcript leave no way to keep, cue by cue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from app.errors import Unprocessable
from app.transcriptions.exports.choosing import Chosen
from app.transcriptions.exports.doubts import doubt_about
from app.transcriptions.exports.made import note
from app.transcriptions.exports.schemas import DoubtOut, ReportOut, RulesOut, ViolationOut
from app.transcriptions.exports.subtitles.cues import Cue, cues
from app.transcriptions.exports.subtitles.formats import rules_of
from app.transcriptions.exports.subtitles.rules import Rules
from app.transcriptions.schemas import SegmentOut, TranscriptionOut

WITH_RULES = ("srt", "vtt")


def report(job: TranscriptionOut, segments: Iterable[SegmentOut], chosen: Chosen) -> ReportOut:
    """Of exactly the cues that the file has.

    Raises `Unprocessable` for a format without rules.
    """
    # Ch 7 · Planning for Mistakes: what cannot be kept is reported, never cut away in silence
    format = chosen.format.name
    if format not in WITH_RULES:
        raise Unprocessable(
            code="no_rules",
            detail=f"The format {format} has no rules that words could break; reports are made for"
            f" {' and '.join(WITH_RULES)}.",
        )
    rules = rules_of(chosen.options)
    doubts: list[DoubtOut] = []
    names = format == "srt" and chosen.options.speakers == "on"
    found = cues(_noted(segments, doubts), rules, job.language, names=names)
    violations, count, broken = [], 0, 0
    for cue in found:
        count += 1
        broken += bool(cue.violations)
        violations += list(_violations(cue))
    return ReportOut(
        format=format,
        preset=chosen.preset.name,
        made_by=note(job, chosen.options),
        model=job.model,
        rules=_rules(rules),
        cues=count,
        kept=count - broken,
        counts=dict(Counter(each.rule for each in violations)),
        violations=violations,
        doubts=doubts,
    )


def _noted(segments: Iterable[SegmentOut], doubts: list[DoubtOut]) -> Iterator[SegmentOut]:
    for segment in segments:
        doubt = doubt_about(segment)
        if doubt is not None:
            doubts.append(
                DoubtOut(
                    start=doubt.start_s,
                    end=doubt.end_s,
                    flags=list(doubt.flags),
                    words=list(doubt.words),
                )
            )
        yield segment


def _violations(cue: Cue) -> Iterator[ViolationOut]:
    for each in cue.violations:
        yield ViolationOut(
            cue=cue.number,
            start=cue.start_ms / 1000,
            end=cue.end_ms / 1000,
            rule=each.rule,
            value=each.value,
            limit=each.limit,
            text=" ".join(cue.lines),
        )


def _rules(rules: Rules) -> RulesOut:
    return RulesOut(
        line=rules.line,
        lines=rules.lines,
        speed=rules.speed,
        shortest_s=rules.shortest_ms / 1000,
        longest_s=rules.longest_ms / 1000,
        gap_s=rules.gap_ms / 1000,
    )
