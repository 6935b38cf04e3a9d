"""Minimum functionality: short sentences in several voices whose point must be understood."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.settings import REPOSITORY
from data.audio.decode import decode
from evaluation.behaviour.types import BehaviourError, Case, Check, Engine, Observed, Speech
from evaluation.conditions.media import write
from evaluation.metrics.texts import FORMS

FOLDER: Final = REPOSITORY / "data" / "material" / "functionality"
TITLES: Final = {
    "numbers": "Numbers",
    "negation": "Whether it is said or denied",
    "homophones": "Words that sound alike",
    "letters": "Spelled letters and codes",
    "names": "Names of people and places",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A clip and how one tells whether it was understood."""

    speech: Speech
    kind: str
    must_contain: tuple[str, ...]
    """Phrases, each with its alternatives between bars; all of them must be heard."""
    must_not_contain: tuple[str, ...]

    def missed(self, text: str) -> list[str]:
        """What is wrong with `text`, nothing if it was understood."""
        form = "letters" if self.kind == "letters" else "english"
        return [
            f"without {phrase!r}"
            for phrase in self.must_contain
            if not any(_within(part, text, form) for part in phrase.split("|"))
        ] + [f"with {phrase!r}" for phrase in self.must_not_contain if _within(phrase, text, form)]


def _within(phrase: str, text: str, form: str) -> bool:
    """Whether the phrase is in the text, as whole words unless spelled."""
    wanted, heard = FORMS[form].apply(phrase), FORMS[form].apply(text)
    return wanted in heard if form == "letters" else f" {wanted} " in f" {heard} "


def sentences(folder: Path = FOLDER) -> list[Sentence]:
    """All sentences of the committed corpus. Raises `BehaviourError` when it is not there."""
    try:
        lines = (folder / "manifest.jsonl").read_text().splitlines()
        rows = [json.loads(line) for line in lines]
    except (OSError, ValueError) as error:
        raise BehaviourError(f"The sentences in {folder} cannot be read: {error}") from error
    return [
        Sentence(
            Speech(row["id"], decode(folder / row["audio"]), row["text"], row["speaker"]),
            row["kind"],
            tuple(row["must_contain"]),
            tuple(row["must_not_contain"]),
        )
        for row in rows
    ]


def functionality(folder: Path = FOLDER) -> list[Check]:
    """A check for each kind of sentence; the clips they are given are not used."""
    return [
        Check(f"functionality/{kind}", title, _understood(kind, folder))
        for kind, title in TITLES.items()
    ]


def _understood(kind: str, folder: Path) -> Callable[[Engine, Sequence[Speech]], Observed]:
    def observe(engine: Engine, clips: Sequence[Speech]) -> Observed:
        wanted = [each for each in sentences(folder) if each.kind == kind]
        heard = engine([write(each.speech.samples) for each in wanted])
        both = [(each, h) for each, h in zip(wanted, heard, strict=True) if h.error is None]
        cases = [
            Case(each.speech.id, each.speech.text, h.text, ", ".join(missed))
            for each, h in both
            if (missed := each.missed(h.text))
        ]
        share = len(cases) / len(both) if both else None
        return Observed(len(both), len(wanted) - len(both), {"misunderstood": share}, cases)

    return observe
