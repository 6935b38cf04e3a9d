"""Figures as sentences. Rates come as fractions; people read words of a hundred."""

# Ch 29 · Transparency and Accountability: a figure is said with its chance and its unit, or not at all

from __future__ import annotations

from ui import wire
from ui.parts import words
from ui.words import later, say, say_as

BY_CHANCE = {
    "speakers": later("between {low} and {high} by chance of who was recorded"),
    "recordings": later("between {low} and {high} by chance of what was recorded"),
    "utterances": later("between {low} and {high} by chance of which sentences were said"),
}
MODES = {
    "served": later("through this product"),
    "sequential": later("one file after the other"),
}
SPELLED_OUT = 5
"""Characters are wrong half to a third as often as words; a fifth means another way to write."""
FIELDS = {
    "snr_db": later("distance of the voice from the noise"),
    "duration_s": later("length of what was said"),
    "overlap": later("several speaking at once"),
    "gender": later("gender"),
    "age_group": later("age group"),
    "age": later("age"),
    "accent": later("accent"),
    "kind": later("kind"),
    "split": later("split"),
    "speaker": later("speaker"),
    "country": later("country"),
    "native_language": later("native language"),
    "clips": later("recordings"),
    "words": later("words"),
}
_ONE_DECIMAL_BELOW = 0.0995
_VERDICTS = {
    True: (
        later("On speech like this it is almost certainly better ({percent})."),
        later("On speech like this it is probably better ({percent}), but not surely."),
        later("That is too little to tell which is better ({percent} speak for this one)."),
    ),
    False: (
        later("On speech like this it is almost certainly worse ({percent})."),
        later("On speech like this it is probably worse ({percent}), but not surely."),
        later("That is too little to tell which is better ({percent} speak for the other)."),
    ),
}
"""Whether the chosen run is better, and how sure that is: from sure to open."""


def of_hundred(rate: float) -> str:
    """`10`, `4.3`: of a hundred, without decimals that nobody can rely on."""
    number = 100 * rate
    small = abs(rate) < _ONE_DECIMAL_BELOW
    return words.decimal(round(number, 1)) if small else words.decimal(number, 0)


def words_wrong(rate: wire.Interval | None) -> str:
    """`10 of 100 words wrong`."""
    if rate is None or rate.value is None:
        return say("not enough words for a figure")
    number = of_hundred(rate.value)
    if rate.value > 1:
        return say("more wrong than was said: {number} errors for 100 words", number=number)
    if rate.value == 0:
        return say("no word wrong")
    return say("{number} of 100 words wrong", number=number)


def spelled(run: wire.RunLine) -> str:
    """Where little is left of the errors when letters and digits are compared; else empty."""
    wer, letters = run.wer, run.letters
    if wer is None or letters is None or wer.value is None or letters.value is None:
        return ""
    if letters.value * SPELLED_OUT > wer.value:
        return ""
    return say(
        "Most of that is spelling: compared as letters and digits without blanks, {number} of 100"
        " are wrong",
        number=of_hundred(letters.value),
    )


def between(rate: wire.Interval | None, blocks_are: str | None) -> str:
    """`between 8 and 12 by chance of who was recorded`; empty without an interval."""
    if rate is None or rate.low is None or rate.high is None:
        return ""
    sentence = BY_CHANCE.get(blocks_are or "", later("between {low} and {high} by chance"))
    return say(sentence, low=of_hundred(rate.low), high=of_hundred(rate.high))


def headline(run: wire.RunLine) -> str:
    """What a run says, in one sentence without a full stop."""
    if not run.scored:
        return say("not scored yet")
    if run.wer is not None and run.wer.value is not None:
        chance = between(run.wer, run.blocks_are)
        return "; ".join((words_wrong(run.wer), chance or say("how sure, cannot be said")))
    without = run.words_without_speech
    if without is not None and without.value is not None:
        few = _few(without.value)
        if without.high is None:
            return say("{few} words a minute written where nobody speaks", few=few)
        return say(
            "{few} words a minute written where nobody speaks, at most {most}",
            few=few,
            most=_few(without.high),
        )
    return say("too few words for a figure")


def words_a_minute(rate: wire.Interval) -> str:
    """`0.3 words a minute, at most 0.6`."""
    if rate.value is None:
        return ""
    few = _few(rate.value)
    if rate.high is None:
        return say("{few} words a minute", few=few)
    return say("{few} words a minute, at most {most}", few=few, most=_few(rate.high))


def _few(number: float) -> str:
    return say_as("words", "no") if number == 0 else words.two_digits(number)


def subject(run: wire.RunLine) -> str:
    """The corpus, with its title where there is one."""
    return f"{run.title} ({run.corpus})" if run.title else run.corpus


def mode(name: str) -> str:
    return say(MODES.get(name, name))


def condition(name: str) -> str:
    """`noise-10` is `noise 10`; nothing done to the audio is said so."""
    if name == "clean":
        return say("as recorded")
    return name.replace("-", " ").replace("_", " ")


def field(name: str) -> str:
    """A field of a corpus as people say it."""
    return say(FIELDS.get(name, name.replace("_", " ")))


def fewer(difference: wire.Interval, other: str) -> str:
    """The difference between the chosen run and another, seen from the chosen one."""
    value, low, high = difference.value, difference.low, difference.high
    if value is None:
        return say("There is not enough data to compare them.")
    number = of_hundred(abs(value))
    if value == 0:
        said = say("It makes as many errors as {other}.", other=other)
    elif value < 0:
        said = say(
            "It makes {number} fewer errors in 100 words than {other}.", number=number, other=other
        )
    else:
        said = say(
            "It makes {number} more errors in 100 words than {other}.", number=number, other=other
        )
    if low is None or high is None:
        return said
    chance = say(
        "By chance it could be anything from {low} to {high}.", low=_side(low), high=_side(high)
    )
    return f"{said} {chance}"


def _side(value: float) -> str:
    if value == 0:
        return say("no difference")
    number = of_hundred(abs(value))
    return (
        say("{number} fewer", number=number) if value < 0 else say("{number} more", number=number)
    )


def verdict(better: float | None) -> str:
    """What the probability that the chosen run is better means."""
    if better is None:
        return ""
    share = max(better, 1 - better)
    step = 0 if share >= 0.975 else 1 if share >= 0.9 else 2
    return say(_VERDICTS[better >= 0.5][step], percent=_percent(share))


def _percent(share: float) -> str:
    if share > 0.999:
        return say("over {percent}", percent=words.percent(0.999, 1))
    return say("{number} %", number=words.decimal(round(100 * share, 1)))


def times(ratio: float) -> str:
    return words.decimal(round(ratio, 2))
