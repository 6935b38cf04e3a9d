"""What the gate asked of a version, and what was measured."""

# Ch 17 · Pipeline Quality: each limit with its verdict in words; what is missing is not passed

from __future__ import annotations

from markupsafe import Markup

from ui import wire_models
from ui.parts.html import html, joined, show
from ui.parts.models import phrases
from ui.words import many, say


def section(gate: wire_models.Gate | None) -> None:
    show('<h2 class="l-section">The gate</h2>')
    if gate is None:
        show("<p>It was never judged, and what was not judged does not serve.</p>")
        return
    show("<p>{summary}</p>", summary=summary(gate))
    show('<ul class="l-facts m-gate">{items}</ul>', items=joined(map(_line, gate.verdicts)))
    for name, why in gate.not_asked.items():
        show(
            '<p class="l-quiet">Not asked: {name}, because {why}.</p>',
            name=phrases.limit_name(name),
            why=why,
        )


def summary(gate: wire_models.Gate) -> str:
    """One sentence."""
    of = len(gate.verdicts)
    broken = sum(each.status == "not met" for each in gate.verdicts)
    missing = sum(each.status not in ("met", "not met") for each in gate.verdicts)
    if gate.passed:
        return many(of, "Passed: {count} limit, met.", "Passed: {count} limits, all met.")
    told = [many(broken, "{count} was not met", "{count} were not met")] if broken else []
    if missing:
        told.append(many(missing, "{count} was not measured", "{count} were not measured"))
    return say(
        "Not passed. Limits: {limits}; {what}.",
        limits=of,
        what="; ".join(told) or say("none was asked"),
    )


def _line(each: wire_models.Verdict) -> Markup:
    return html(
        '<li data-status="{status}"><span class="{look}">{name}: {verdict}</span>'
        '<span class="l-quiet"> {said}</span></li>',
        status=each.status,
        look="" if each.status == "met" else "l-harmed",
        name=phrases.limit_name(each.name),
        verdict=phrases.verdict(each.status),
        said="; ".join(
            part for part in (phrases.measured(each), phrases.limit(each), each.note) if part
        ),
    )
