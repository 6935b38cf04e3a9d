"""What the figures cannot tell, who is not in them, and how to make them again."""

# Ch 24 · Versioning, Provenance, and Reproducibility: each figure names the command that makes it

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui import wire
from ui.parts.html import html, joined, show
from ui.parts.quality import phrases
from ui.words import later, say

_BLOCKS = {
    "speakers": later("speakers"),
    "recordings": later("recordings"),
    "utterances": later("utterances"),
}


def section(run: wire.EvaluationRun) -> None:
    """Below the figures, as plain as they are."""
    show('<h2 class="l-section">What this cannot tell</h2>')
    about = run.about
    # Groups that are too small stand with their grouping, in words of people
    told = tuple(f"By {' × '.join(grouping.by)}:" for grouping in run.summary.groups)
    lines = [each for each in run.summary.too_small if not each.startswith(told)]
    lines += [say("Not in it: {each}", each=each) for each in about.not_in_it]
    if about.about:
        lines.insert(0, about.about)
    if not about.not_in_it:
        lines.append(
            say(
                "Nobody has written down who is missing from these recordings. Take the"
                " figures for people and rooms like these, and for no others."
            )
        )
    show(
        '<ul class="l-facts">{items}</ul>',
        items=joined(html("<li>{line}</li>", line=line) for line in lines),
    )


def how_made(run: wire.EvaluationRun) -> None:
    """The command and everything that went in."""
    with st.expander(say("How these figures are made")):
        show(
            "<p>Every error is a word that was replaced, left out or added, by all words that were"
            " said. The range holds 95 of 100 draws of as many {blocks} from these.</p>",
            blocks=say(_BLOCKS.get(run.blocks_are or "", run.blocks_are or "recordings")),
        )
        if run.command:
            st.code(run.command, language=None, wrap_lines=True)
        facts = [
            (say("Made"), run.made_at),
            (say("On"), run.machine),
            (say("Weights"), run.model_sha256[:12]),
            (
                say("Recordings"),
                say("{corpus}, list {sum}", corpus=run.corpus, sum=run.corpus_sha256[:12]),
            ),
            (say("Licence"), run.about.licence or ""),
            *(
                (phrases.field(name).capitalize(), str(value))
                for name, value in run.versions.items()
            ),
        ]
        items = joined(
            html("<li>{name}: {value}</li>", name=name, value=value)
            for name, value in facts
            if value
        )
        show('<ul class="l-facts">{items}</ul>', items=items)


def unreadable(files: Sequence[wire.Unreadable]) -> None:
    """Results that are there and cannot be shown."""
    if files:
        items = joined(
            html("<p><strong>{file}</strong>: {reason}</p>", file=f.file, reason=f.reason)
            for f in files
        )
        show(
            '<div class="l-harm" role="alert"><p>Some results files cannot be read. The others are'
            " not touched by it; make these again, or remove them.</p>{items}</div>",
            items=items,
        )
