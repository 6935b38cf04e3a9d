"""Where a version comes from, link by link, and what it cost to make."""

# Ch 24 · Versioning, Provenance, and Reproducibility: from parent and data to transcripts, by sums

from __future__ import annotations

from typing import Any

import streamlit as st
from markupsafe import Markup

from ui import wire_models
from ui.parts import words
from ui.parts.html import html, joined, show
from ui.parts.models import charts
from ui.parts.models.overview import address
from ui.words import many, say

STAGES = "stage "
"""Begins the name of what a step of the pipeline gave out, among the data's sums."""


def section(found: wire_models.Versions, version: wire_models.Version) -> None:
    record = version.record
    show('<h2 class="l-section">Where it comes from</h2>')
    links = [
        _link(say("Parent"), version.parent, [version.parent_sha256]),
        _data(record),
        _link(
            say("Code"),
            record.code.commit or say("no git"),
            [f"Lectern {record.code.version}"],
        ),
        _link(say("Seed"), str(record.seed), [record.machine] if record.machine else []),
        _link(
            say("Adapter"),
            say(
                "{number} MB, rank {rank}, strength {strength}",
                number=words.decimal(record.adapter.bytes / 1e6, 1),
                rank=record.adapter.rank,
                strength=words.decimal(record.adapter.strength),
            ),
            [version.adapter_sha256],
        ),
        _link(say("Name"), version.name, []),
        _link(
            say("Made"), many(version.transcripts, "{count} transcript", "{count} transcripts"), []
        ),
    ]
    show('<ol class="m-chain">{links}</ol>', links=joined(links))
    before = [each for each in found.items if each.number < version.number]
    if before:
        show(
            '<p class="l-quiet">Before it: {links}</p>',
            links=joined(
                html(
                    '<a href="{a}" target="_self">version {n}</a> ',
                    a=address(each.domain, each.number),
                    n=each.number,
                )
                for each in before
            ),
        )


def _link(name: str, says: str, small: list[str]) -> Markup:
    return html(
        "<li><b>{name}</b><span>{says}</span>{small}</li>",
        name=name,
        says=says,
        small=joined(html("<code>{text}</code>", text=text) for text in small),
    )


def _data(record: wire_models.Record) -> Markup:
    given = {k: v for k, v in sorted(record.data.items()) if not k.startswith(STAGES)}
    learned = len(record.trained_on)
    says = many(len(given), "{count} file", "{count} files")
    if learned:
        says = say(
            "{files} and {recordings} of yours",
            files=says,
            recordings=many(learned, "{count} recording", "{count} recordings"),
        )
    rows = joined(
        html("<li>{name} <code>{sha}</code></li>", name=name, sha=sha256[:12])
        for name, sha256 in given.items()
    )
    return html(
        "<li><b>Data</b><span>{says}</span><details><summary>their sums</summary>"
        '<ul class="l-facts">{rows}</ul></details></li>',
        says=says,
        rows=rows,
    )


def training(record: wire_models.Record, metric: str) -> None:
    """Strengths, losses, seconds, settings: for who wants to know."""
    if record.pareto:
        show('<h2 class="l-section">How much of it is used</h2>')
        show("<p>{says}</p>", says=_choice(record.pareto))
        st.altair_chart(
            charts.strengths(
                record.pareto, say("letters and digits") if metric == "letters" else say("words")
            ),
            key="models-strengths",
            alt=say(
                "Errors in the field over errors in ordinary speech, by strength of the adapter."
            ),
        )
    with st.expander(say("How it was trained")):
        if record.curves:
            show(
                '<p class="l-quiet">Grey: on the sentences it learns from. In colour: on sentences'
                " kept back, after each pass.</p>"
            )
            st.altair_chart(
                charts.losses(record.curves), key="models-losses", alt=say("Loss by step.")
            )
        show('<ul class="l-facts">{items}</ul>', items=joined(_facts(record)))


def _choice(tried: list[wire_models.Strength]) -> str:
    used = next((each for each in tried if each.chosen), None)
    if used is None:
        return say("Several strengths were tried.")
    return many(
        sum(each.strength > 0 for each in tried),
        "Of {count} strength tried, {strength} is used: nearly all of the gain, and the fewest new"
        " errors in ordinary speech. Errors: lower and further left is better.",
        "Of {count} strengths tried, {strength} is used: nearly all of the gain, and the fewest new"
        " errors in ordinary speech. Errors: lower and further left is better.",
        strength=words.decimal(used.strength),
    )


def _setting(value: Any) -> str:
    """`share 0.5, snr db 5.0 to 20.0` of what may be nested."""
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')} {_setting(v)}" for key, v in value.items())
    if isinstance(value, list):
        return " to ".join(map(str, value)) if len(value) == 2 else ", ".join(map(str, value))
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    return str(value)


def _facts(record: wire_models.Record) -> list[Markup]:
    facts = [html("<li>Licence: {text}</li>", text=record.licence or say("not said"))]
    if record.seconds:
        steps = ", ".join(
            f"{name} {words.length(seconds)}" for name, seconds in record.seconds.items()
        )
        whole = words.length(sum(record.seconds.values()))
        facts.append(html("<li>Took {whole}: {steps}</li>", whole=whole, steps=steps))
    for name, value in record.recipe.items():
        said = _setting(value)
        facts.append(html("<li>{name}: {said}</li>", name=name.replace("_", " "), said=said))
    packages = ", ".join(f"{name} {number}" for name, number in record.packages.items() if number)
    if packages:
        facts.append(html("<li>With {packages}</li>", packages=packages))
    return facts
