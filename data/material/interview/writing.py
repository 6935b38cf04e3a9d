"""Writes the script of a long interview: two people, questions, answers, and how people talk.

Backchannels fall into the other's turn, sentences are begun and begun again, somebody thinks for
some seconds. The text is new all the way: what is repeated in a transcript was not repeated here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

import yaml

TOPICS: Final = Path(__file__).with_name("topics.yaml")
INTERVIEWER: Final = ("Interviewer", "af_heart")
GUEST: Final = ("Guest", "bm_george")
_WORDS_A_MINUTE: Final = 152
"""Of these two voices with the pauses below, as measured on a three-minute interview."""
_CHOICE: Final = re.compile(r"\(([^()]*)\)")
_SLOT: Final = re.compile(r"\{([^{}]+)\}")
_RANGE: Final = re.compile(r"(\d+)\.\.(\d+)")
_TRIES: Final = 60
_YEAR: Final = re.compile(r"\b(?:19|20)\d\d\b")
_CENTURIES: Final = {19: "nineteen", 20: "twenty"}


class Exhausted(Exception):
    """There is no new sentence left; the topics are too few for so long an interview."""


@dataclass
class _Writer:
    random: Random
    lists: dict[str, list[str]]
    small_words: frozenset[str]
    said: set[str] = field(default_factory=set)
    used: Counter[str] = field(default_factory=Counter)

    def fill(self, template: str) -> str:
        """One variant of a template: choices made, slots filled."""
        while _CHOICE.search(template):
            template = _CHOICE.sub(self._choice, template)
        text = _SLOT.sub(self._slot, template)
        text = " ".join(text.split())
        return text[0].upper() + text[1:]

    def new(self, templates: list[str]) -> str:
        """A sentence that has not been said, of a template little used. Raises `Exhausted`."""
        for _ in range(_TRIES):
            template = min(templates, key=lambda each: (self.used[each], self.random.random()))
            self.used[template] += 1
            text = self.fill(template)
            if text not in self.said:
                self.said.add(text)
                return text
        raise Exhausted("the interview has said all it can say; add topics or make it shorter")

    def after(self, opener: str, sentence: str) -> str:
        """A sentence goes on after a comma, and begins after a full stop."""
        return f"{opener} {sentence if opener.endswith('.') else self.small(sentence)}"

    def small(self, sentence: str) -> str:
        """With a small first letter, unless it begins with a name or "I"."""
        first = sentence.split()[0].lower()
        return sentence[0].lower() + sentence[1:] if first in self.small_words else sentence

    def _choice(self, match: re.Match[str]) -> str:
        return str(self.random.choice(match[1].split("|")))

    def _slot(self, match: re.Match[str]) -> str:
        numbers = _RANGE.fullmatch(match[1])
        if numbers:
            return str(self.random.randint(int(numbers[1]), int(numbers[2])))
        if match[1].isdigit():
            return match[1]
        return str(self.random.choice(self.lists[match[1]]))


def write(path: Path, minutes: float, seed: int = 0) -> int:
    """Write the script of about so many minutes; gives the number of turns."""
    turns = list(script(minutes, seed))
    document = {
        "title": f"Interview of {minutes:g} minutes",
        "fields": {"setting": "interview", "domain": "life stories"},
        "pause_s": 0.5,
        "pronounce": years(" ".join(turn.get("text", "") for turn in turns)),
        "turns": turns,
    }
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=96)
    path.write_text(f"# Written by data/material/interview, seed {seed}.\n{text}")
    return sum("text" in turn for turn in turns)


def years(text: str) -> dict[str, str]:
    """How the years in a text are read: the synthesiser would say "nineteen hundred and ten"."""
    read = {}
    for number in sorted(set(_YEAR.findall(text))):
        century, year = int(number[:2]), int(number[2:])
        if year >= 10:
            read[number] = f"{_CENTURIES[century]} {year}"
        elif year and century == 19:
            read[number] = f"nineteen oh {year}"
    return read


def script(minutes: float, seed: int = 0) -> Iterator[dict[str, Any]]:
    """The turns and silences. A shorter interview is the beginning of a longer one."""
    texts = yaml.safe_load(TOPICS.read_text())
    random = Random(seed)
    writer = _Writer(random, texts["lists"], frozenset(texts["small_words"]))
    words = 0
    while True:
        topics = random.sample(texts["topics"], len(texts["topics"]))
        for topic in topics:
            for turn in _on(topic, texts, writer):
                if words >= minutes * _WORDS_A_MINUTE:
                    return
                words += len(turn.get("text", "").split())
                yield turn


def _on(topic: dict[str, Any], texts: dict[str, Any], writer: _Writer) -> Iterator[dict[str, Any]]:
    """A bridge, some questions with their answers, and a pause in which somebody thinks."""
    random = writer.random
    writer.lists["subject"] = [writer.small(writer.fill(topic["subject"]))]
    bridge = writer.new(texts["bridges"])
    yield _turn(INTERVIEWER, bridge, pause_s=1.4)
    for number in range(random.randint(2, 3)):
        try:
            question = writer.new(topic["questions"] if number == 0 else texts["follow_ups"])
        except Exhausted:  # a topic has few questions, and comes up several times in an hour
            question = writer.new(texts["follow_ups"])
        yield _turn(INTERVIEWER, question, pause_s=round(random.uniform(0.3, 1.2), 2))
        yield from _answer(topic, texts, writer)
    if random.random() < 0.4:
        yield {"silence_s": round(random.uniform(3.0, 8.0), 1)}


def _answer(
    topic: dict[str, Any], texts: dict[str, Any], writer: _Writer
) -> Iterator[dict[str, Any]]:
    random = writer.random
    for part in range(random.randint(2, 5)):
        sentences = [writer.new(topic["answers"]) for _ in range(random.randint(1, 2))]
        if random.random() < 0.3:
            sentences[0] = writer.after(random.choice(texts["openers"]), sentences[0])
        if random.random() < 0.2:
            sentences[0] = writer.after(random.choice(texts["false_starts"]), sentences[0])
        yield _turn(
            GUEST,
            " ".join(sentences),
            pause_s=round(random.uniform(0.3, 2.5 if part == 0 else 1.0), 2),
            speed=round(random.uniform(0.9, 1.08), 2),
        )
        if random.random() < 0.35:
            murmured = random.choice(texts["backchannels"])
            overlap_s = round(random.uniform(0.3, 1.2), 2)
            yield _turn(INTERVIEWER, murmured, overlap_s=overlap_s, level_db=-6)


def _turn(who: tuple[str, str], text: str, **fields: float) -> dict[str, Any]:
    return {"speaker": who[0], "voice": who[1], "text": text, **fields}
