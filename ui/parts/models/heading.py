"""A version's name and state, the way to the others, and its figure in one sentence."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from ui import wire, wire_models
from ui.parts import words
from ui.parts.html import html, joined, show
from ui.parts.models import phrases
from ui.parts.models.overview import address
from ui.words import many, say


def chosen(found: wire_models.Versions, asked: str) -> int | None:
    """The version of the address, else what serves, what could, the newest; None: there is none."""
    numbers = [each.number for each in found.items]
    if asked.isdecimal() and int(asked[:9]) in numbers:
        return int(asked[:9])
    return found.champion or found.challenger or (numbers[0] if numbers else None)


def none_yet(serving: wire_models.Serving) -> None:
    """A domain without any version."""
    show('<p><a href="/models" target="_self">All domains</a></p>')
    show(
        '<h1 class="l-title">{title}</h1><div class="l-empty"><p>This domain has no model of its'
        " own yet; {parent} serves it, with its glossary. Here will be its versions: what they were"
        ' made from, how good they are and for whom.</p><p class="l-quiet">In the folder of the'
        " product, <code>make setup-training</code> and <code>python -m worker.adaptation make"
        " {domain}</code> make one.</p></div>",
        title=serving.title,
        parent=serving.parent,
        domain=serving.domain,
    )


def section(title: str, found: wire_models.Versions, version: wire_models.Version) -> None:
    show(
        '<p class="m-way"><a href="/models" target="_self">All domains</a>{others}</p>'
        '<h1 class="l-title">{title}, version {number}</h1><p class="l-quiet">{facts}</p>',
        others=joined(_other(version, each) for each in found.items if len(found.items) > 1),
        title=title,
        number=version.number,
        facts=" · ".join(_facts(found, version)),
    )
    if version.deleted_data:
        show(
            '<div class="l-fault" role="note"><p>A recording it was trained on has been deleted'
            " since. What it learned from it is still in its weights: roll it back, or train a new"
            " version without that recording.</p></div>"
        )
    if version.serves and not version.gate_passed:
        show(
            '<div class="l-fault" role="note"><p>It serves, but it was judged again since and did'
            " not pass the gate.</p></div>"
        )


def _other(here: wire_models.Version, each: wire_models.VersionLine) -> Markup:
    current = Markup(' aria-current="true"') if each.number == here.number else ""
    return html(
        '<a href="{address}" target="_self"{current}>version {number}</a>',
        address=address(each.domain, each.number),
        current=current,
        number=each.number,
    )


def _facts(found: wire_models.Versions, version: wire_models.Version) -> list[str]:
    facts = [phrases.state(version)]
    if version.serves and found.since is not None:
        facts = [say("serves since {moment}", moment=words.moment(found.since))]
    facts.append(say("made {moment}", moment=words.moment(version.record.made_at)))
    facts.append(
        say(
            "adapter of {number} MB for {parent}",
            number=words.decimal(version.record.adapter.bytes / 1e6, 1),
            parent=version.parent,
        )
    )
    facts.append(many(version.transcripts, "{count} transcript", "{count} transcripts"))
    return facts


def figure(head: wire_models.Headline | None) -> None:
    """The one figure, before and after."""
    if head is None or head.adapter is None or head.adapter.value is None:
        show('<p class="q-figure" role="status">It was never judged.</p>')
        return
    after, metric = head.adapter, head.metric
    show(
        '<p class="q-figure" role="status">{after} {unit}</p><p>{said}</p>'
        '<p>{cost}</p><p class="l-quiet">Heard on {corpus}, with the weights that serve.</p>',
        after=phrases.number(metric, after.value or 0.0),
        unit=phrases.unit(metric),
        said=" ".join(_around(head, after)),
        cost=phrases.cost(head),
        corpus=head.corpus,
    )


def _around(head: wire_models.Headline, after: wire.Interval) -> Iterable[str]:
    """What the figure was before, how sure it is, and what it is with everything together."""
    if head.parent.value is not None:
        before = phrases.number(head.metric, head.parent.value)
        yield say("Without the adapter: {number}.", number=before)
    sure = phrases.chance(head.metric, after)
    if sure:
        yield say("By chance of who was recorded it is {range}.", range=sure)
    else:
        yield say("How sure that is cannot be said: too few people or sentences.")
    together = phrases.together(head)
    if together:
        yield say("With the field's terms as well, as it serves: {number}.", number=together)


def versus(found: wire_models.Versions) -> None:
    """What serves beside what could, where there are both."""
    sides = {each.number: each for each in found.items}
    champion, challenger = (sides.get(n or 0) for n in (found.champion, found.challenger))
    if champion is None or challenger is None:
        return
    show('<h2 class="l-section">What serves, and what could</h2>')
    show(
        '<div class="l-pair">{champion}{challenger}</div>',
        champion=_side(say("Serves"), champion),
        challenger=_side(say("Waits"), challenger),
    )


def _side(role: str, version: wire_models.VersionLine) -> Markup:
    head = version.headline
    return html(
        '<div><h3>{role}: <a href="{address}" target="_self">version {number}</a></h3>'
        "<p>{before_after}</p><p>{cost}</p></div>",
        role=role,
        address=address(version.domain, version.number),
        number=version.number,
        before_after=phrases.before_after(head) if head else say("never judged"),
        cost=phrases.cost(head) if head else "",
    )
