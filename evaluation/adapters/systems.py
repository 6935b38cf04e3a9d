"""What is compared: the rungs from a plain model to everything a domain brings, one at a time."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.settings import Settings
from evaluation import corpora
from evaluation.corpora import Corpus
from evaluation.runs.cache import Cache
from evaluation.runs.format import Run
from evaluation.runs.make import Order, Step, make
from worker.pipeline.recognise import DecodingOptions

PARENT: Final = "parent"
GLOSSARY: Final = "glossary"
REPAIR: Final = "repair"
ADAPTER: Final = "adapter"
ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class System:
    """A way to hear the field."""

    name: str
    model: str
    """A model's name, or the file of an adapter."""
    keywords: tuple[str, ...] = ()
    repair: tuple[tuple[str, str], ...] = ()
    """Terms, each with how it is said."""


def systems(parent: str, adapter: Path, terms: Sequence[tuple[str, str]]) -> tuple[System, ...]:
    """The parent, with the glossary as a prompt, with repair by sound, with the adapter, with all.

    `terms` are pairs of a term and how it is said. The last system is what serves a domain.
    The terms are shuffled: a prompt holds only so many, and which ones must not depend on the
    order in which trained and held-out terms stand in the file.
    """
    shown = list(terms)
    random.Random(0).shuffle(shown)
    keywords, repair = tuple(term for term, _ in shown), tuple(shown)
    return (
        System(PARENT, parent),
        System(GLOSSARY, parent, keywords),
        System(REPAIR, parent, repair=repair),
        System(ADAPTER, str(adapter)),
        System(ALL, str(adapter), keywords, repair),
    )


class Listener:
    """Hears a corpus with a system, once; the suite's cache keeps every transcript."""

    def __init__(self, settings: Settings, tell: Tell) -> None:
        self._settings, self._tell = settings, tell
        self._cache = Cache(settings.home / "evaluation" / "cache")
        self._runs: dict[tuple[str, str], Run] = {}

    def hear(self, system: System, corpus: Corpus) -> Run:
        """Raises what `evaluation.runs.make.make` raises."""
        key = (system.name, corpus.name)
        if key not in self._runs:
            options = DecodingOptions(language="en", keywords=system.keywords, repair=system.repair)
            order = Order(system.model, "remembering", options=options)
            said = self._tell
            self._runs[key] = make(
                order,
                corpus,
                self._settings,
                self._cache,
                lambda step: said(f"{corpus.name}, {system.name}", step),
            )
        return self._runs[key]


class Tell:
    """Says on the terminal how far it is."""

    def __call__(self, what: str, step: Step) -> None:
        """One line for each corpus and system; nothing for each clip."""
        if step.done == step.of:
            print(f"{what}: {step.of} recordings, {step.cached} known", flush=True)


def found(names: Sequence[str]) -> list[Corpus]:
    """Those of the corpora that are on this machine."""
    known = []
    for name in names:
        try:
            known.append(corpora.corpus(name))
        except corpora.CorpusMissing:
            continue
    return known
