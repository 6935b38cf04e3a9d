"""The text of speech: its letters, its numbers, its length for the time it takes."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from data.checks.corpus import Clip
from data.checks.rules import Evidence, Hit, Severity, rule

MARKUP = re.compile(
    r"<[^<>]{1,40}>"  # <unk>, <b>
    r"|\[[^\[\]]{1,40}\]"  # [noise]
    r"|\{[^{}]{1,40}\}"
    r"|&(?:[a-z]{2,8}|#\d{2,6});"  # &amp;
    r"|\\[ntr\"u]|%[0-9A-F]{2}"
    r"|https?://\S+"
    r"|\*{1,2}|_{2,}|~|\|"
)
_FEW_CLIPS = 20
"""From so many on, what one clip alone has is odd."""
_EVERYWHERE = set(" '’-.,?!:;")
_NUMBER_WORDS = frozenset(
    re.findall(
        r"\w+",
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
        " sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety"
        " hundred thousand million",
    )
)
"""Without one, which is a pronoun as well."""
_DIGITS = re.compile(r"\d")
_FEW_DIGITS = 0.25
"""Above, digits are how this corpus writes larger numbers; small ones are spelled everywhere."""
_FASTEST_CHARACTERS = 25.0
_FASTEST_WORDS = 7.0
_SLOWEST_WORDS = 0.25
_FEWEST_WORDS = 3


@rule(
    "empty-text",
    Severity.ERROR,
    finds="clips of a speaker without a word of text",
    why="Word error rates have no meaning without words; every word heard is an insertion.",
)
def empty_text(evidence: Evidence) -> Iterator[Hit]:
    for clip in evidence.corpus.speech:
        if isinstance(clip.fields.get("text"), str) and not any(map(str.isalnum, clip.text)):
            yield (clip.name,), f"text {clip.text[:40]!r}"


@rule(
    "white-space",
    Severity.WARNING,
    finds="text with spaces at its ends, double spaces, tabs, line breaks",
    why="Left over from another form; some scorers count an empty word.",
)
def white_space(evidence: Evidence) -> Iterator[Hit]:
    for clip in evidence.corpus.speech:
        if clip.text.strip() and clip.text != " ".join(clip.text.split()):
            yield (clip.name,), f"text {clip.text[:60]!r}"


@rule(
    "markup",
    Severity.WARNING,
    finds="tags, entities, escapes and addresses in the text",
    why="Nobody said them: each is a word the recogniser can only get wrong.",
)
def markup(evidence: Evidence) -> Iterator[Hit]:
    for clip in evidence.corpus.speech:
        if found := MARKUP.findall(clip.text):
            yield (clip.name,), f"{', '.join(map(repr, found[:3]))} in the text"


@rule(
    "alphabet",
    Severity.WARNING,
    finds="characters that hardly any other clip has, or letters of another script",
    why="Text from elsewhere, broken encoding, letters that only look right and match nothing.",
)
def alphabet(evidence: Evidence) -> Iterator[Hit]:
    clips = [clip for clip in evidence.corpus.speech if clip.text.strip()]
    kinds = {clip.line: {_kind(c): c for c in MARKUP.sub("", clip.text)} for clip in clips}
    having = Counter(kind for each in kinds.values() for kind in each)
    few = max(1, len(clips) // 100) if len(clips) >= _FEW_CLIPS else 0
    scripts = Counter(_script(c) for clip in clips for c in clip.text if c.isalpha())
    usual = scripts.most_common(1)[0][0] if scripts else ""
    for clip in clips:
        odd = {
            c
            for kind, c in kinds[clip.line].items()
            if kind and (having[kind] <= few or kind == "broken")
        }
        odd |= {c for c in clip.text if c.isalpha() and _script(c) != usual}
        if odd:
            shown = ", ".join(f"{c!r} ({unicodedata.name(c, 'no character')})" for c in sorted(odd))
            yield (clip.name,), shown


def _kind(character: str) -> str:
    """What is compared between clips: small letters as one, each unusual sign by itself."""
    if character in _EVERYWHERE or character.isspace() or character.isdigit():
        return ""
    if character == "�" or unicodedata.category(character) in ("Cc", "Cf", "Co", "Cn", "Cs"):
        return "broken"
    if character.isascii() and character.isalpha():
        return "small letters" if character.islower() else "capital letters"
    return character


def _script(character: str) -> str:
    return unicodedata.name(character, "UNKNOWN").split()[0]


@rule(
    "digits",
    Severity.WARNING,
    finds="the few clips with digits where numbers are spelled",
    why="The same number is right in one clip and wrong in the next.",
)
def digits(evidence: Evidence) -> Iterator[Hit]:
    clips = evidence.corpus.speech
    written = [clip for clip in clips if _DIGITS.search(clip.text)]
    spelled = {clip.line for clip in clips if _NUMBER_WORDS & set(clip.text.lower().split())}
    if len(written) <= _FEW_DIGITS * len(spelled):
        for clip in written:
            yield (clip.name,), f"digits in {clip.text[:60]!r}; {len(spelled)} clips spell numbers"


@rule(
    "speaking-rate",
    Severity.WARNING,
    finds="text nobody can say in that time, or that hardly fills it",
    why="A text of another clip, a part of the text, or a part of the sound.",
    hears=True,
)
def speaking_rate(evidence: Evidence) -> Iterator[Hit]:
    for clip in evidence.corpus.speech:
        seconds = _seconds(evidence, clip)
        words = len(clip.text.split())
        if not seconds or not words:
            continue
        characters = sum(map(str.isalnum, clip.text))
        if characters / seconds > _FASTEST_CHARACTERS or words / seconds > _FASTEST_WORDS:
            yield (clip.name,), f"{words} words ({characters} letters) in {seconds:.1f} s"
        elif words >= _FEWEST_WORDS and words / seconds < _SLOWEST_WORDS:
            yield (clip.name,), f"only {words} words in {seconds:.1f} s"


def _seconds(evidence: Evidence, clip: Clip) -> float | None:
    """As decoded, if the file is the one that is meant; then `duration` and others are quiet."""
    sounding, stated_s = evidence.sounds.get(clip.line), clip.number("duration_s")
    if sounding is None or sounding.problem is not None:
        return None
    if stated_s is not None and abs(sounding.duration_s - stated_s) > 0.05 * stated_s:
        return None
    return sounding.duration_s
