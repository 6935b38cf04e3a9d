"""Figures as sentences. Rates come as fractions; people read words of a hundred."""

# Ch 29 · Transparency and Accountability: a figure is said with its chance and its unit, or not at all

from __future__ import annotations

from ui import wire

BY_CHANCE = {
    "speakers": "by chance of who was recorded",
    "recordings": "by chance of what was recorded",
    "utterances": "by chance of which sentences were said",
}
MODES = {
    "served": "through this product",
    "sequential": "one file after the other",
}
SPELLED_OUT = 5
"""Characters are wrong half to a third as often as words; a fifth means another way to write."""
FIELDS = {
    "snr_db": "distance of the voice from the noise",
    "duration_s": "length of what was said",
    "overlap": "several speaking at once",
}
_ONE_DECIMAL_BELOW = 0.0995


def of_hundred(rate: float) -> str:
    """`10`, `4.3`: of a hundred, without decimals that nobody can rely on."""
    number = 100 * rate
    return f"{number:.1f}".removesuffix(".0") if abs(rate) < _ONE_DECIMAL_BELOW else f"{number:.0f}"


def words_wrong(rate: wire.Interval | None) -> str:
    """`10 of 100 words wrong`."""
    if rate is None or rate.value is None:
        return "not enough words for a figure"
    if rate.value > 1:
        return f"more wrong than was said: {of_hundred(rate.value)} errors for 100 words"
    if rate.value == 0:
        return "no word wrong"
    return f"{of_hundred(rate.value)} of 100 words wrong"


def spelled(run: wire.RunLine) -> str:
    """Where little is left of the errors when letters and digits are compared; else empty."""
    words, letters = run.wer, run.letters
    if words is None or letters is None or words.value is None or letters.value is None:
        return ""
    if letters.value * SPELLED_OUT > words.value:
        return ""
    return (
        f"Most of that is spelling: compared as letters and digits without blanks,"
        f" {of_hundred(letters.value)} of 100 are wrong"
    )


def between(rate: wire.Interval | None, blocks_are: str | None) -> str:
    """`between 8 and 12 by chance of who was recorded`; empty without an interval."""
    if rate is None or rate.low is None or rate.high is None:
        return ""
    why = BY_CHANCE.get(blocks_are or "", "by chance")
    return f"between {of_hundred(rate.low)} and {of_hundred(rate.high)} {why}"


def headline(run: wire.RunLine) -> str:
    """What a run says, in one sentence without a full stop."""
    if not run.scored:
        return "not scored yet"
    if run.wer is not None and run.wer.value is not None:
        chance = between(run.wer, run.blocks_are)
        return words_wrong(run.wer) + (f"; {chance}" if chance else "; how sure, cannot be said")
    without = run.words_without_speech
    if without is not None and without.value is not None:
        most = f", at most {_few(without.high)}" if without.high is not None else ""
        return f"{_few(without.value)} words a minute written where nobody speaks{most}"
    return "too few words for a figure"


def words_a_minute(rate: wire.Interval) -> str:
    """`0.3 words a minute, at most 0.6`."""
    if rate.value is None:
        return ""
    most = f", at most {_few(rate.high)}" if rate.high is not None else ""
    return f"{_few(rate.value)} words a minute{most}"


def _few(number: float) -> str:
    return "no" if number == 0 else f"{number:.2g}"


def subject(run: wire.RunLine) -> str:
    """The corpus, with its title where there is one."""
    return f"{run.title} ({run.corpus})" if run.title else run.corpus


def mode(name: str) -> str:
    return MODES.get(name, name)


def condition(name: str) -> str:
    """`noise-10` is `noise 10`; nothing done to the audio is said so."""
    return "as recorded" if name == "clean" else name.replace("-", " ").replace("_", " ")


def field(name: str) -> str:
    """A field of a corpus as people say it."""
    return FIELDS.get(name, name.replace("_", " "))


def fewer(difference: wire.Interval, other: str) -> str:
    """The difference between the chosen run and another, seen from the chosen one."""
    value, low, high = difference.value, difference.low, difference.high
    if value is None:
        return "There is not enough data to compare them."
    if value == 0:
        said = f"It makes as many errors as {other}"
    else:
        kind = "fewer" if value < 0 else "more"
        said = f"It makes {of_hundred(abs(value))} {kind} errors in 100 words than {other}"
    if low is None or high is None:
        return f"{said}."
    return f"{said}; by chance it could be anything from {_side(low)} to {_side(high)}."


def _side(value: float) -> str:
    kind = "fewer" if value < 0 else "more"
    return "no difference" if value == 0 else f"{of_hundred(abs(value))} {kind}"


def verdict(better: float | None) -> str:
    """What the probability that the chosen run is better means."""
    if better is None:
        return ""
    percent = _percent(max(better, 1 - better))
    which = "better" if better >= 0.5 else "worse"
    if max(better, 1 - better) >= 0.975:
        return f"On speech like this it is almost certainly {which} ({percent})."
    if max(better, 1 - better) >= 0.9:
        return f"On speech like this it is probably {which} ({percent}), but not surely."
    return f"That is too little to tell which is better ({percent} speak for {which})."


def _percent(share: float) -> str:
    return "over 99.9 %" if share > 0.999 else f"{100 * share:.1f} %".replace(".0 %", " %")


def times(ratio: float) -> str:
    return f"{ratio:.2f}".rstrip("0").rstrip(".")
