"""What a person should know of subtitles that were written."""

from __future__ import annotations

from collections.abc import Iterator

from ui import wire_exports as wire

_MEANINGS = {
    "reading_speed": "spoken faster than it can be read",
    "too_short": "too short to be seen",
    "line_too_long": "a word longer than a line",
    "late": "begin late",
}


def kept_note(report: wire.Report | None) -> Iterator[str]:
    """One sentence about the cues that cannot keep a rule; none where all do."""
    if report is None or report.kept == report.cues:
        return
    reasons = ", ".join(f"{count} {_MEANINGS.get(r, r)}" for r, count in report.counts.items())
    broken = report.cues - report.kept
    yield f"{broken} of {report.cues} subtitles cannot keep every rule ({reasons}); none was cut."
