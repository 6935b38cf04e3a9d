"""Figures, limits and events of model versions as people say them."""

# Ch 29 · Transparency and Accountability: what a gate asked and what was measured, in words with units

from __future__ import annotations

import re
from typing import Final

from ui import wire, wire_models
from ui.parts.quality.phrases import of_hundred

SYSTEMS: Final = {
    "parent": "model without adapter",
    "glossary": "with the glossary",
    "repair": "with repair by sound",
    "adapter": "with the adapter",
    "all": "with all together",
}
METRICS: Final = {
    "letters": "of 100 letters and digits wrong",
    "inexact": "of 100 recordings not exact",
    "wer": "errors in 100 words",
    "terms_missed": "of 100 of the field's terms missed",
    "unseen_terms_missed": "of 100 terms missed that training never saw",
    "terms_invented": "terms written that nobody said, in 100 words",
    "words_a_minute": "words a minute where nobody speaks",
    "word_times_s": "seconds that words begin off",
    "ece": "points between stated and true certainty, of 100",
}
NO_RATES: Final = frozenset({"words_a_minute", "word_times_s"})
"""Those that are no fractions."""
LIMITS: Final = {
    "target_better": "Better in its field than the model without it",
    "unseen_terms": "Terms that training never saw: as good as the glossary alone",
    "guard_wer": "Errors in ordinary speech",
    "guard_wer_bound": "Errors in ordinary speech, as far as the recordings can exclude more",
    "nonspeech": "Words written where nobody speaks",
    "word_times": "When words begin",
    "gender_worse": "Neither women nor men heard worse",
    "invented_terms": "Terms written that nobody said",
    "flips_guard": "Right before and wrong now, in ordinary speech",
    "flips_target": "Right before and wrong now, in the field",
    "calibration": "Doubt where there is reason for it",
    "speed": "As fast as the model without it",
}
_OF_HUNDRED: Final = frozenset(LIMITS) - {"nonspeech", "word_times", "speed"}
_SAID: Final = {
    "target_better": "must be fewer, proven",
    "unseen_terms": "must not be proven worse",
    "gender_worse": "neither may be worse",
    "nonspeech": "",
}
"""Limits that say more in words than in numbers; with an empty one, what was measured says all."""
_STATES: Final = {
    "candidate": "passed its gate and waits",
    "refused": "did not pass its gate",
    "champion": "serves",
    "retired": "served until a newer one came",
    "withdrawn": "was rolled back",
}
_EVENTS: Final = {
    "registered": "was entered",
    "judged again": "was judged again",
    "promoted": "began to serve",
    "rolled back": "was rolled back",
    "serves again": "serves again",
    "transcribed again": "what it had made was queued once more",
    "data deleted": "a recording it was trained on was deleted",
}
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")


def system(name: str) -> str:
    return SYSTEMS.get(name, name)


def unit(metric: str) -> str:
    return METRICS.get(metric, metric.replace("_", " "))


def number(metric: str, value: float) -> str:
    """A figure in the unit of `unit`."""
    return f"{value:.2g}" if metric in NO_RATES else of_hundred(value)


def scaled(metric: str, value: float) -> float:
    """The same for a chart."""
    return value if metric in NO_RATES else 100 * value


def chance(metric: str, rate: wire.Interval | wire_models.Metric | None) -> str:
    """`10 to 15`; empty without an interval."""
    if rate is None or rate.low is None or rate.high is None:
        return ""
    return f"{number(metric, rate.low)} to {number(metric, rate.high)}"


def before_after(head: wire_models.Headline) -> str:
    """`31 → 12 of 100 of the field's terms missed (by chance 10 to 15); with its terms 4`."""
    after = head.adapter
    if after is None or after.value is None or head.parent.value is None:
        return "too little was heard for a figure"
    said = f"{number(head.metric, head.parent.value)} → {number(head.metric, after.value)}"
    sure = chance(head.metric, after)
    said = f"{said} {unit(head.metric)}" + (f" (by chance {sure})" if sure else "")
    served = together(head)
    return said if served is None else f"{said}; with its terms, as it serves, {served}"


def together(head: wire_models.Headline) -> str | None:
    """The figure of all that serves: adapter, glossary and repair; None: not measured."""
    if head.all is None or head.all.value is None:
        return None
    return number(head.metric, head.all.value)


def cost(head: wire_models.Headline) -> str:
    """What ordinary speech pays, with the limit."""
    general = head.general
    if general is None or general.status == "missing":
        return "What ordinary speech pays was not measured."
    return f"Ordinary speech: {measured(general)}, {limit(general)} allowed."


def state(version: wire_models.VersionLine) -> str:
    return _STATES.get(version.state, version.state)


def limit_name(name: str) -> str:
    return LIMITS.get(name, name.replace("_", " "))


def limit(verdict: wire_models.Verdict) -> str:
    """`at most 0.5 in 100` from `at most 0.005`."""
    if verdict.name in _SAID:
        return _SAID[verdict.name]
    text = "" if verdict.limit is None else str(verdict.limit)
    found = _NUMBER.search(text)
    if found is None:
        return text
    value = float(found.group())
    if verdict.name in _OF_HUNDRED:
        shown = f"{100 * value:g} in 100"
    elif verdict.name == "word_times":
        shown = f"{value:g} s more"
    elif verdict.name == "speed":
        shown = f"{value:g} of its speed"
    else:
        shown = f"{value:g}"
    return text.replace(found.group(), shown)


def measured(verdict: wire_models.Verdict) -> str:
    return "–" if verdict.measured is None else str(verdict.measured)


def verdict(status: str) -> str:
    return {"met": "met", "not met": "not met", "missing": "could not be measured"}.get(
        status, status
    )


def happened(kind: str) -> str:
    return _EVENTS.get(kind, kind)


def who(by: str) -> str:
    """Who decided: names of accounts that are nobody's name are said otherwise."""
    names = {"lectern": "Lectern itself", "acc_local": "the owner of this computer"}
    return f"by {names.get(by, by)}"
