"""What serves each domain, in one line each, with the figure that decided."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from markupsafe import Markup

from ui import wire_models
from ui.parts import words
from ui.parts.html import html, joined, show
from ui.parts.models import phrases
from ui.words import many, say


def section(found: Sequence[wire_models.Serving]) -> None:
    """All domains; where none has a version yet, what will be here."""
    if not any(each.versions for each in found):
        _empty(found)
        return
    show(
        '<p class="l-lead">A domain can have a model of its own: the general one and a small'
        " adapter. It serves only after it has passed a gate, and one step takes it back.</p>"
        '<ul class="q-corpora">{lines}</ul>',
        lines=joined(map(_line, found)),
    )


def _empty(found: Sequence[wire_models.Serving]) -> None:
    names = joined(html("<code>{name}</code> ", name=each.domain) for each in found)
    show(
        '<div class="l-empty"><p>No domain has a model of its own yet. Here will be which one'
        " serves, how much better it hears the field's words, what ordinary speech pays for that,"
        ' and how to take it back.</p><p class="l-quiet">Until then the general model serves, with'
        " its glossary. In the folder of the product,"
        " <code>make setup-training</code> and <code>python -m worker.adaptation make DOMAIN</code>"
        " make one. Domains: {names}</p></div>",
        names=names,
    )


def address(domain: str, number: int | None = None) -> str:
    """Of a domain's page, or of one version."""
    version = f"&version={number}" if number is not None else ""
    return f"/models?domain={quote(domain, safe='')}{version}"


def _line(each: wire_models.Serving) -> Markup:
    return html(
        '<li><a href="{address}" target="_self">{title}</a>'
        '<span class="q-says">{serves}</span>{figures}'
        '<span class="l-quiet">{others}</span></li>',
        address=address(each.domain),
        title=each.title,
        serves=_serves(each),
        figures=_figures(each.champion),
        others=_others(each),
    )


def _serves(each: wire_models.Serving) -> str:
    since = words.moment(each.since) if each.since else ""
    if each.champion is None:
        if since:
            return say(
                "{parent} serves since {since}, without an adapter",
                parent=each.parent,
                since=since,
            )
        return say("{parent} serves, without an adapter", parent=each.parent)
    number = each.champion.number
    if since:
        return say("Version {number} serves since {since}", number=number, since=since)
    return say("Version {number} serves", number=number)


def _figures(version: wire_models.VersionLine | None) -> Markup:
    if version is None or version.headline is None:
        return Markup("")
    return html(
        "<span>{before_after}</span><span>{cost}</span>",
        before_after=phrases.before_after(version.headline),
        cost=phrases.cost(version.headline),
    )


def _others(each: wire_models.Serving) -> str:
    if each.versions == 0:
        return say("No version yet: the glossary alone makes the difference.")
    told = [many(each.versions, "{count} version", "{count} versions")]
    if each.challenger is not None:
        told.append(
            say("version {number} passed its gate and waits", number=each.challenger.number)
        )
    newest = each.newest
    if newest is not None and newest.state == "refused":
        told.append(say("version {number} did not pass", number=newest.number))
    if each.champion is not None and each.champion.deleted_data:
        told.append(say("a recording it was trained on was deleted"))
    return " · ".join(told)
