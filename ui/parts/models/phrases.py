"""Figures, limits and events of model versions as people say them."""

# Ch 29 · Transparency and Accountability: what a gate asked and what was measured, in words with units

from __future__ import annotations

import re
from typing import Final

from ui import wire, wire_models
from ui.parts import words
from ui.parts.quality.phrases import of_hundred
from ui.words import later, say

SYSTEMS: Final = {
    "parent": later("model without adapter"),
    "glossary": later("with the glossary"),
    "repair": later("with repair by sound"),
    "adapter": later("with the adapter"),
    "all": later("with all together"),
}
METRICS: Final = {
    "letters": later("of 100 letters and digits wrong"),
    "inexact": later("of 100 recordings not exact"),
    "wer": later("errors in 100 words"),
    "terms_missed": later("of 100 of the field's terms missed"),
    "unseen_terms_missed": later("of 100 terms missed that training never saw"),
    "terms_invented": later("terms written that nobody said, in 100 words"),
    "words_a_minute": later("words a minute where nobody speaks"),
    "word_times_s": later("seconds that words begin off"),
    "ece": later("points between stated and true certainty, of 100"),
}
NO_RATES: Final = frozenset({"words_a_minute", "word_times_s"})
"""Those that are no fractions."""
LIMITS: Final = {
    "target_better": later("Better in its field than the model without it"),
    "unseen_terms": later("Terms that training never saw: as good as the glossary alone"),
    "guard_wer": later("Errors in ordinary speech"),
    "guard_wer_bound": later(
        "Errors in ordinary speech, as far as the recordings can exclude more"
    ),
    "nonspeech": later("Words written where nobody speaks"),
    "word_times": later("When words begin"),
    "gender_worse": later("Neither women nor men heard worse"),
    "invented_terms": later("Terms written that nobody said"),
    "flips_guard": later("Right before and wrong now, in ordinary speech"),
    "flips_target": later("Right before and wrong now, in the field"),
    "calibration": later("Doubt where there is reason for it"),
    "speed": later("As fast as the model without it"),
}
_OF_HUNDRED: Final = frozenset(LIMITS) - {"nonspeech", "word_times", "speed"}
_SAID: Final = {
    "target_better": later("must be fewer, proven"),
    "unseen_terms": later("must not be proven worse"),
    "gender_worse": later("neither may be worse"),
    "nonspeech": "",
}
"""Limits that say more in words than in numbers; with an empty one, what was measured says all."""
_STATES: Final = {
    "candidate": later("passed its gate and waits"),
    "refused": later("did not pass its gate"),
    "champion": later("serves"),
    "retired": later("served until a newer one came"),
    "withdrawn": later("was rolled back"),
}
_EVENTS: Final = {
    "registered": later("was entered"),
    "judged again": later("was judged again"),
    "promoted": later("began to serve"),
    "rolled back": later("was rolled back"),
    "serves again": later("serves again"),
    "transcribed again": later("what it had made was queued once more"),
    "data deleted": later("a recording it was trained on was deleted"),
}
_COMPARED: Final = {"at most": later("at most {number}"), "at least": later("at least {number}")}
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")


def system(name: str) -> str:
    return say(SYSTEMS.get(name, name))


def unit(metric: str) -> str:
    return say(METRICS.get(metric, metric.replace("_", " ")))


def number(metric: str, value: float) -> str:
    """A figure in the unit of `unit`."""
    return words.two_digits(value) if metric in NO_RATES else of_hundred(value)


def scaled(metric: str, value: float) -> float:
    """The same for a chart."""
    return value if metric in NO_RATES else 100 * value


def chance(metric: str, rate: wire.Interval | wire_models.Metric | None) -> str:
    """`10 to 15`; empty without an interval."""
    if rate is None or rate.low is None or rate.high is None:
        return ""
    return say("{low} to {high}", low=number(metric, rate.low), high=number(metric, rate.high))


def before_after(head: wire_models.Headline) -> str:
    """`31 → 12 of 100 of the field's terms missed (by chance 10 to 15); with its terms 4`."""
    after = head.adapter
    if after is None or after.value is None or head.parent.value is None:
        return say("too little was heard for a figure")
    said = f"{number(head.metric, head.parent.value)} → {number(head.metric, after.value)}"
    said = f"{said} {unit(head.metric)}"
    sure = chance(head.metric, after)
    if sure:
        said = say("{figure} (by chance {range})", figure=said, range=sure)
    served = together(head)
    return (
        said
        if served is None
        else "; ".join((said, say("with its terms, as it serves, {number}", number=served)))
    )


def together(head: wire_models.Headline) -> str | None:
    """The figure of all that serves: adapter, glossary and repair; None: not measured."""
    if head.all is None or head.all.value is None:
        return None
    return number(head.metric, head.all.value)


def cost(head: wire_models.Headline) -> str:
    """What ordinary speech pays, with the limit."""
    general = head.general
    if general is None or general.status == "missing":
        return say("What ordinary speech pays was not measured.")
    return say(
        "Ordinary speech: {measured}, {limit} allowed.",
        measured=measured(general),
        limit=limit(general),
    )


def state(version: wire_models.VersionLine) -> str:
    return say(_STATES.get(version.state, version.state))


def limit_name(name: str) -> str:
    return say(LIMITS.get(name, name.replace("_", " ")))


def limit(verdict: wire_models.Verdict) -> str:
    """`at most 0.5 in 100` from `at most 0.005`."""
    if verdict.name in _SAID:
        return say(_SAID[verdict.name])
    text = "" if verdict.limit is None else str(verdict.limit)
    found = _NUMBER.search(text)
    if found is None:
        return say(text)
    value = float(found.group())
    if verdict.name in _OF_HUNDRED:
        shown = say("{number} in 100", number=words.decimal(100 * value))
    elif verdict.name == "word_times":
        shown = say("{number} s more", number=words.decimal(value))
    elif verdict.name == "speed":
        shown = say("{number} of its speed", number=words.decimal(value))
    else:
        shown = words.decimal(value)
    for compared, sentence in _COMPARED.items():
        if text == f"{compared} {found.group()}":
            return say(sentence, number=shown)
    return text.replace(found.group(), shown)


def measured(verdict: wire_models.Verdict) -> str:
    return "–" if verdict.measured is None else str(verdict.measured)


def verdict(status: str) -> str:
    told = {
        "met": later("met"),
        "not met": later("not met"),
        "missing": later("could not be measured"),
    }
    return say(told.get(status, status))


def happened(kind: str) -> str:
    return say(_EVENTS.get(kind, kind))


def who(by: str) -> str:
    """Who decided: names of accounts that are nobody's name are said otherwise."""
    names = {
        "lectern": later("by Lectern itself"),
        "acc_local": later("by the owner of this computer"),
    }
    return say(names[by]) if by in names else say("by {name}", name=by)
