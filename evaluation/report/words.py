"""Figures in words, the same in the terminal and on the page; no number without its unit."""

from __future__ import annotations

from typing import Any

from evaluation.comparison import Comparison


def share(value: float | None) -> str:
    """A fraction as `12.3 %`."""
    return "–" if value is None else f"{100 * value:.1f} %"


def chance(value: float) -> str:
    """A probability of ten thousand draws, which cannot show that anything is certain."""
    return "> 0.999" if value > 0.999 else "< 0.001" if value < 0.001 else f"{value:.3f}"


def points(value: float) -> str:
    """A difference of rates as `-1.2 points`."""
    return f"{100 * value:+.1f} points"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`1 speaker`, `2 speakers`; `plural` where it is not made with an s."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def blocks_noun(summary: dict[str, Any]) -> str:
    return str(summary.get("blocks_are") or "utterances").removesuffix("s")


def headline(summary: dict[str, Any]) -> str:
    """How many words of a hundred are wrong and how sure that is, as a sentence."""
    found = (summary.get("wer") or {}).get("english")
    if found is None or found.get("value") is None:
        return _invented(summary.get("nonspeech"))
    text = f"Of 100 words, about {100 * found['value']:.1f} are wrong."
    text += _spelling(found["value"], summary.get("letters"))
    if found.get("low") is None or found.get("high") is None:
        few = count(found.get("blocks", 0), blocks_noun(summary))
        return f"{text} With {few} nothing can be said about how far that may be off."
    return (
        f"{text} With other {blocks_noun(summary)}s of the same kind they would be between"
        f" {100 * found['low']:.1f} and {100 * found['high']:.1f}, 95 times of 100"
        f" ({count(found['blocks'], blocks_noun(summary))})."
    )


def _spelling(wrong: float, letters: dict[str, Any] | None) -> str:
    """Where words are mostly written otherwise and not heard otherwise, say so."""
    if not letters or letters.get("value") is None or 3 * letters["value"] > wrong:
        return ""
    return (
        f" Most of it is a matter of spacing and spelling out: of 100 letters and digits,"
        f" {100 * letters['value']:.1f} are wrong."
    )


def _invented(nonspeech: dict[str, Any] | None) -> str:
    """What was written where nobody speaks."""
    if not nonspeech:
        return "There is nothing in it that could be scored."
    rate = nonspeech["words_a_minute"]
    return (
        f"Nobody speaks in its {nonspeech['minutes']:.0f} minutes, and"
        f" {count(nonspeech['words'], 'word')} were written: {rate['value']:.1f} a minute, and"
        f" hardly more than {rate['high']:.1f} elsewhere."
    )


def difference_in_words(found: Comparison) -> str:
    """Which of the two is better, said as strongly as the data allow."""
    difference = found.difference
    if difference.value == 0 and not found.utterances_changed:
        return "Both runs make the same number of errors in every utterance."
    better, worse = (found.a, found.b) if difference.value < 0 else (found.b, found.a)
    size = f"{abs(100 * difference.value):.1f} words of 100"
    if difference.low is None or difference.high is None:
        return f"{better} has {size} fewer wrong here; too few to draw from to say more."
    if difference.low > 0 or difference.high < 0:
        return f"{better} is better than {worse}: {size} fewer are wrong."
    return f"{better} has {size} fewer wrong here, which may well be chance."
