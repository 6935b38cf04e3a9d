"""Verdicts as the summary of a job in GitHub-flavoured Markdown."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from evaluation.gates.judging import Status, Verdict, exit_code

_SAID = {
    0: "The gate is open: every threshold is met.",
    1: "The gate is closed: some thresholds are not met.",
    2: "The gate is closed: something required is missing.",
}


def markdown(verdicts: Sequence[Verdict]) -> str:
    """A heading, a table, and the reasons behind what stopped."""
    lines = [
        "## Quality gate",
        "",
        _SAID[exit_code(verdicts)],
        "",
        "| | threshold | run | measured | limit | note |",
        "|---|---|---|---|---|---|",
    ]
    for each in verdicts:
        status = (
            f"**{each.status}**" if each.status in (Status.BROKEN, Status.MISSING) else each.status
        )
        cells = (
            each.threshold.name,
            each.run or each.threshold.about(),
            each.measured,
            each.limit,
            each.note,
        )
        lines.append("| " + " | ".join([status, *map(escaped, cells)]) + " |")
    stopped = [each for each in verdicts if each.status in (Status.BROKEN, Status.MISSING)]
    if stopped:
        lines += ["", "Why these thresholds stand:", ""]
    for name in dict.fromkeys(each.threshold.name for each in stopped):
        asked = next(each.threshold for each in stopped if each.threshold.name == name)
        lines.append(
            f"- {escaped(name)} ({escaped(asked.owner)}, {asked.date}): {escaped(asked.reason)}"
        )
    return "\n".join(lines) + "\n\n"


def escaped(text: str) -> str:
    """Text of others as a cell: no HTML, no Markdown, no new line, no new column."""
    flat = html.escape(" ".join(text.split()), quote=False)
    return re.sub(r"([\\`*_\[\]|#~!@])", r"\\\1", flat)
