"""A list of sentences and a glossary, as turns to be spoken: checked before any speech is made."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from data.synthesis.casting import Cast
from data.synthesis.errors import SynthesisError
from data.synthesis.phonetics import joined
from data.synthesis.script import Turn, parse_script

LONGEST = 500
"""Characters; about half a minute, which is what a recogniser hears at once."""


@dataclass(frozen=True)
class Reading:
    """One clip to be made."""

    id: str
    line: int
    turn: Turn


def sentences(path: Path) -> list[tuple[int, str]]:
    """One a line, with the number of the line; empty lines and those that begin with # are not.

    Raises:
        SynthesisError: there are none, or one is too long or there twice; names the line.
    """
    found: dict[str, int] = {}
    for number, line in enumerate(_text(path).splitlines(), start=1):
        sentence = " ".join(line.split())
        if not sentence or sentence.startswith("#"):
            continue
        where = f"{path.name}, line {number}"
        if len(sentence) > LONGEST:
            raise SynthesisError(f"{where}: {len(sentence)} characters, at most {LONGEST}")
        if sentence in found:
            raise SynthesisError(f"{where}: the same sentence as in line {found[sentence]}")
        found[sentence] = number
    if not found:
        raise SynthesisError(f"there is no sentence in {path.name}")
    return [(number, sentence) for sentence, number in found.items()]


def respellings(glossary: Path) -> dict[str, str]:
    """Term -> how it is read, of a CSV file with the columns term and sounds_like.

    A term may begin a sentence or be one of several: "Gemfiles" is read like "Gemfile" with an s.
    The syllables of a single word are joined (`phonetics`).
    """
    rows = csv.DictReader(_text(glossary).splitlines())
    if not {"term", "sounds_like"} <= set(rows.fieldnames or ()):
        raise SynthesisError(f"{glossary.name} has no columns 'term' and 'sounds_like'")
    given: dict[str, str] = {}
    for row in rows:
        term, said = (" ".join((row[name] or "").split()) for name in ("term", "sounds_like"))
        if term and said:
            given.setdefault(term, joined(term, said))
    forms: dict[str, str] = {}
    for term, said in given.items():
        for form, read in ((term, said), (f"{term}s", f"{said}s")):
            forms.setdefault(form, read)
            forms.setdefault(form[0].upper() + form[1:], read)
    return forms | given


def readings(
    listed: list[tuple[int, str]],
    respelled: Mapping[str, str],
    cast: Cast,
    name: str,
    seed: int,
    times: int,
) -> list[Reading]:
    """A clip for every sentence and voice that reads it."""
    made = []
    for line, sentence in listed:
        for voice, speed in cast.readings(sentence, seed, times):
            turn = {"speaker": voice, "voice": voice, "text": sentence, "speed": speed}
            script = {"turns": [turn], "pronounce": dict(respelled)}
            (item,) = parse_script(script, f"line {line}").items
            assert isinstance(item, Turn)
            made.append(Reading(f"{name}-{line:04}-{voice}", line, item))
    return made


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as unreadable:
        raise SynthesisError(f"{path.name} cannot be read: {unreadable}") from unreadable
