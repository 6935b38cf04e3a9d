"""Where a transcript comes from: sums, model, glossary, code, machine; and if it still holds."""

# Ch 24 · Versioning, Provenance, and Reproducibility: every text names what made it, and a withdrawal

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import streamlit as st
from markupsafe import Markup

from ui import wire, wire_models
from ui.client import ApiError
from ui.parts import problems, session, words
from ui.parts.html import html, joined, show
from ui.parts.models.overview import address
from ui.words import many, say

_SHORT = 12
"""Digits of a sum that are shown; the whole is in its title."""
_MOST_REPAIRS = 20
"""That are listed; the text marks all of them."""


def found(job: wire.Transcription) -> wire_models.Provenance | None:
    """None when the transcript went away meanwhile."""
    try:
        return session.client().provenance(job.id)
    except ApiError as error:
        if error.code == problems.UNREACHABLE:
            raise
        return None


def notice(job: wire.Transcription, origin: wire_models.Provenance) -> None:
    """Above the text: what has changed since it was made, and the way out."""
    if origin.instead_of:
        show(
            '<p class="l-quiet">Made again in the place of <a href="{old}" target="_self">an'
            " earlier transcript</a>, whose model was withdrawn.</p>",
            old=_transcript(origin.instead_of),
        )
    used = origin.adapter
    if used is None:
        return
    why = _doubt(used)
    if not why:
        return
    show(
        '<div class="l-fault" role="note"><p>{why} <a href="{model}" target="_self">See the model'
        "</a></p>{again}</div>",
        why=why,
        model=address(used.domain, used.version),
        again=_again(origin),
    )
    if not used.serves and not origin.replaced_by and job.status == "succeeded":
        st.button(
            say("Transcribe it again"),
            key="again",
            on_click=_once_more,
            args=(job.id, origin.adapter),
        )


def _doubt(used: wire_models.AdapterUsed) -> str:
    name = say("{domain} version {number}", domain=used.domain, number=used.version)
    said = []
    if used.state == "withdrawn":
        said.append(say("The model that wrote this, {name}, was rolled back since.", name=name))
    if used.trained_on_deleted_data:
        said.append(
            say("A recording it was trained on was deleted since.")
            if said
            else say(
                "A recording that the model of this text, {name}, was trained on was deleted"
                " since.",
                name=name,
            )
        )
    if said and used.serves:
        said.append(say("It still serves: roll it back first, then this can be transcribed again."))
    return " ".join(said)


def _again(origin: wire_models.Provenance) -> Markup:
    if not origin.replaced_by:
        return Markup("")
    return html(
        '<p>It was <a href="{new}" target="_self">transcribed again</a> with what serves now.</p>',
        new=_transcript(origin.replaced_by),
    )


def _once_more(transcription_id: str, used: wire_models.AdapterUsed) -> None:
    with problems.announced():
        session.client().transcribe_again(used.domain, used.version, [transcription_id])


def section(job: wire.Transcription, origin: wire_models.Provenance) -> None:
    """Folded, below everything else."""
    if job.status != "succeeded":
        return
    with st.expander(say("Where this text comes from")):
        show('<ul class="l-facts">{items}</ul>', items=joined(_facts(job, origin)))


def _facts(job: wire.Transcription, origin: wire_models.Provenance) -> Iterable[Markup]:
    if origin.audio is not None:
        yield html(
            "<li>Recording {upload}, decoded to samples {samples}</li>",
            upload=_sum(origin.audio.upload_sha256),
            samples=_sum(origin.audio.samples_sha256),
        )
    yield from _learned(job)
    yield html(
        "<li>Model {name}, weights {sum}</li>", name=origin.model, sum=_sum(origin.model_version)
    )
    yield from _adapted(origin)
    yield html("<li>Asked for: {options}</li>", options=_options(origin.options))
    yield html("<li>{rungs}</li>", rungs=_rungs(origin.rungs))
    yield from _repairs(origin.windows)
    yield from _conditions(origin.conditions)
    if origin.features is not None:
        yield html(
            "<li>{said}</li>",
            said=many(
                origin.features.reused,
                "This recording was heard shortly before: {count} window was not prepared for the"
                " model again, which saved {seconds} s of computing.",
                "This recording was heard shortly before: {count} windows were not prepared for the"
                " model again, which saved {seconds} s of computing.",
                seconds=words.decimal(origin.features.seconds_saved, 1),
            ),
        )
    yield html(
        "<li>To make it again and compare every bit: <code>lectern reproduce {id}</code></li>",
        id=job.id,
    )


def _adapted(origin: wire_models.Provenance) -> Iterable[Markup]:
    used, glossary = origin.adapter, origin.glossary
    if used is not None:
        yield html(
            '<li>With the adapter <a href="{address}" target="_self">{domain} version {number}</a>'
            " {sum} for {parent} {parent_sum}</li>",
            address=address(used.domain, used.version),
            domain=used.domain,
            number=used.version,
            sum=_sum(used.adapter_sha256),
            parent=used.parent,
            parent_sum=_sum(used.parent_sha256),
        )
    if glossary is not None:
        yield html(
            "<li>With the glossary of {domain}, version {number} {sum}</li>",
            domain=glossary.domain,
            number=glossary.version,
            sum=_sum(glossary.sha256),
        )


def _learned(job: wire.Transcription) -> Iterable[Markup]:
    """The models that this recording was used to train."""
    trained = session.client().trained_on(job.recording_id) if job.recording_id else None
    for each in trained.items if trained else []:
        yield html(
            '<li>The recording was used to train <a href="{address}" target="_self">{domain}'
            " version {number}</a></li>",
            address=address(each.domain, each.number),
            domain=each.domain,
            number=each.number,
        )


def _options(options: dict[str, Any]) -> str:
    language = options.get("language")
    told = [
        say("language {language}", language=language)
        if language
        else say("the language that is heard")
    ]
    keywords = options.get("keywords") or []
    told.append(
        many(len(keywords), "{count} term", "{count} terms") if keywords else say("no terms")
    )
    return ", ".join(told)


def _rungs(rungs: dict[str, int]) -> str:
    if not rungs:
        return say("No window of speech")
    told = [say("{count} by {model}", count=count, model=model) for model, count in rungs.items()]
    return many(
        sum(rungs.values()),
        "{count} window: {models}",
        "{count} windows: {models}",
        models=", ".join(told),
    )


def _repairs(windows: Iterable[wire_models.ProvenanceWindow]) -> Iterable[Markup]:
    """Terms that were written because what was heard sounds like them."""
    found = [each for window in windows for each in window.made_by.get("repairs", [])]
    if not found:
        return
    told = [
        say(
            "“{term}” for “{heard}” ({time})",
            term=each["term"],
            heard=each["heard"],
            time=words.clock(each["start_s"]),
        )
        for each in found[:_MOST_REPAIRS]
    ]
    rest = len(found) - len(told)
    if rest:
        told.append(many(rest, "and {count} more", "and {count} more"))
    yield html("<li>Written by their sound: {terms}</li>", terms=", ".join(told))


def _conditions(conditions: dict[str, list[Any]]) -> Iterable[Markup]:
    """Code, machine and arithmetic: what the bits depend on."""
    code, machines = conditions.get("code_version", []), conditions.get("machine", [])
    if code:
        yield html("<li>Code {code}</li>", code=", ".join(map(str, code)))
    if machines:
        yield html(
            "<li>Computed as {type} on {device}, {streams} streams, on {machine}</li>",
            type=_all(conditions, "compute_type"),
            device=_all(conditions, "device"),
            streams=_all(conditions, "streams"),
            machine="; ".join(map(str, machines)),
        )
    packages = conditions.get("packages", [])
    if packages and isinstance(packages[0], dict):
        named = ", ".join(f"{name} {number}" for name, number in packages[0].items())
        yield html("<li>With {packages}</li>", packages=named)


def _all(conditions: dict[str, list[Any]], name: str) -> str:
    return ", ".join(map(str, conditions.get(name, []))) or say("unknown")


def _sum(sha256: str | None) -> Markup:
    if not sha256:
        return html("(not recorded)")
    return html('<code title="{whole}">{short}</code>', whole=sha256, short=sha256[:_SHORT])


def _transcript(transcription_id: str) -> str:
    return f"/transcript?id={quote(transcription_id, safe='')}"
