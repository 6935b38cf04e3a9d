"""Reads and checks a script, so that a mistake in it is reported before any speech is made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from data.synthesis.errors import SynthesisError

DEFAULT_PAUSE_S = 0.5
DEFAULT_EDGE_S = 0.4
DEFAULT_NOISE_DBFS = -42.0


@dataclass(frozen=True)
class Turn:
    """What one speaker says without being interrupted."""

    speaker: str
    voice: str
    text: str
    said: str
    """``text`` with the script's ``pronounce`` respellings: what the synthesiser reads."""
    pause_s: float
    """Silence before this turn when another turn comes right before it."""
    speed: float
    overlap_s: float = 0.0
    """How long before the end of all that was said so far this turn begins."""
    level_db: float = 0.0
    """Louder or softer than the other turns by this much."""
    units: tuple[tuple[str, str], ...] = ()
    """What gets a time of its own, in order: (as written, as read); mostly single words."""
    language: str = ""
    """By whose sounds the text is read, as eSpeak NG calls it (`es`); empty: by the voice's own."""


@dataclass(frozen=True)
class Gap:
    """A stretch without speech: digital silence, or noise when it has a level."""

    duration_s: float
    noise_dbfs: float | None


@dataclass(frozen=True)
class Script:
    title: str
    items: tuple[Turn | Gap, ...]
    lead_in_s: float
    lead_out_s: float
    seed: int
    fields: dict[str, str] = field(default_factory=dict)
    """What a corpus says of the recording: domain, setting …"""

    @property
    def voices(self) -> tuple[str, ...]:
        return tuple(sorted({item.voice for item in self.items if isinstance(item, Turn)}))


def load_script(path: Path) -> Script:
    """Read a script in YAML (JSON is YAML too); README.md describes its fields.

    Raises:
        SynthesisError: the file is not a script; says which item and what is wrong with it.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as unreadable:
        raise SynthesisError(f"{path.name} cannot be read: {unreadable}") from unreadable
    return parse_script(document, name=path.stem)


def parse_script(document: object, name: str) -> Script:
    """Turn the parsed YAML into a `Script`; a bare list is a script of turns alone."""
    fields = _Fields({"turns": document} if isinstance(document, list) else document, name)
    pause_s = fields.number("pause_s", DEFAULT_PAUSE_S, low=0, high=60)
    respell = _Respeller(fields.mapping("pronounce"))
    entries = fields.take("turns", None)
    if not isinstance(entries, list) or not entries:
        raise SynthesisError(f"{name}: 'turns' must be a list with at least one turn")
    script = Script(
        title=fields.text("title", name),
        items=tuple(
            _item(_Fields(entry, f"{name}, turn {number}"), pause_s, respell)
            for number, entry in enumerate(entries, start=1)
        ),
        lead_in_s=fields.number("lead_in_s", DEFAULT_EDGE_S, low=0, high=60),
        lead_out_s=fields.number("lead_out_s", DEFAULT_EDGE_S, low=0, high=60),
        seed=int(fields.number("seed", 0, low=0, high=2**31)),
        fields=fields.mapping("fields"),
    )
    fields.finish()
    _check_overlaps(script)
    return script


def _check_overlaps(script: Script) -> None:
    """An overlap needs somebody else to be speaking; how long they do is known later."""
    for number, (before, item) in enumerate(pairwise((None, *script.items)), start=1):
        if not isinstance(item, Turn) or not item.overlap_s:
            continue
        if not isinstance(before, Turn):
            raise SynthesisError(
                f"{script.title}, turn {number}: 'overlap_s' needs a turn right before it"
            )
        if before.speaker == item.speaker:
            raise SynthesisError(
                f"{script.title}, turn {number}: {item.speaker} cannot overlap with themselves"
            )


def _item(fields: _Fields, pause_s: float, respell: _Respeller) -> Turn | Gap:
    item: Turn | Gap
    if "silence_s" in fields:
        item = Gap(fields.number("silence_s", 0, low=0.01, high=3600), noise_dbfs=None)
    elif "noise_s" in fields:
        item = Gap(
            fields.number("noise_s", 0, low=0.01, high=3600),
            fields.number("level_dbfs", DEFAULT_NOISE_DBFS, low=-90, high=-6),
        )
    else:
        text = fields.text("text", None)
        if "overlap_s" in fields and "pause_s" in fields:
            raise SynthesisError(f"{fields.where}: either 'pause_s' or 'overlap_s', not both")
        item = Turn(
            speaker=fields.text("speaker", None),
            voice=fields.text("voice", None),
            text=text,
            said=respell(text),
            pause_s=fields.number("pause_s", pause_s, low=0, high=60),
            speed=fields.number("speed", 1.0, low=0.5, high=2.0),
            overlap_s=fields.number("overlap_s", 0.0, low=0, high=60),
            level_db=fields.number("level_db", 0.0, low=-30, high=6),
            units=tuple(respell.units(text)),
            language=fields.text("language", None) if "language" in fields else "",
        )
    fields.finish()
    return item


class _Respeller:
    """Replaces whole terms, the longest first, so that "RSpec" does not spoil "RSpec Rails"."""

    def __init__(self, respellings: Mapping[str, str]) -> None:
        self._respellings = respellings
        terms = "|".join(re.escape(term) for term in sorted(respellings, key=len, reverse=True))
        self._pattern = re.compile(rf"(?<!\w)(?:{terms})(?!\w)") if terms else None

    def __call__(self, text: str) -> str:
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda match: self._respellings[match.group()], text)

    def units(self, text: str) -> Iterator[tuple[str, str]]:
        """Words as written and as read; a respelled term of several words stays together."""
        written: list[str] = []
        for word in text.split():
            written.append(word)
            if not self._inside_a_term(text, len(" ".join(written))):
                yield " ".join(written), self(" ".join(written))
                text = text[len(" ".join(written)) + 1 :]
                written = []

    def _inside_a_term(self, text: str, end: int) -> bool:
        if self._pattern is None:
            return False
        return any(match.start() < end < match.end() for match in self._pattern.finditer(text))


class _Fields:
    """One mapping of the script: takes known fields out, complains about what is left."""

    def __init__(self, raw: object, where: str) -> None:
        if not isinstance(raw, dict):
            raise SynthesisError(f"{where}: expected fields with values, found {raw!r}")
        self._raw: dict[Any, Any] = dict(raw)
        self.where = where

    def __contains__(self, key: str) -> bool:
        return key in self._raw

    def take(self, key: str, default: object) -> object:
        return self._raw.pop(key, default)

    def text(self, key: str, default: str | None) -> str:
        value = self.take(key, default)
        if not isinstance(value, str) or not value.strip():
            raise SynthesisError(f"{self.where}: '{key}' must be a text that is not empty")
        return " ".join(value.split())

    def number(self, key: str, default: float, *, low: float, high: float) -> float:
        value = self.take(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise SynthesisError(f"{self.where}: '{key}' must be a number, found {value!r}")
        if not low <= value <= high:
            raise SynthesisError(f"{self.where}: '{key}' must be in {low}..{high}, found {value}")
        return float(value)

    def mapping(self, key: str) -> dict[str, str]:
        value = self.take(key, {})
        if not isinstance(value, dict) or not all(
            isinstance(part, str) for pair in value.items() for part in pair
        ):
            raise SynthesisError(f"{self.where}: '{key}' must map texts to texts")
        return value

    def finish(self) -> None:
        if self._raw:
            raise SynthesisError(f"{self.where}: unknown fields {sorted(map(str, self._raw))}")
