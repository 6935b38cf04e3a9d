"""A domain folder, read: what it is called, its words, its sentences, its speech.

    domain.toml          title, about, language, parent, licence, [speech], [training]
    glossary.csv         term,sounds_like,split (train or held-out)
    sentences/*.txt      train, dev, test: one sentence a line; none where speech is recorded
    test/                a corpus to be judged on
    adapter.safetensors, version.json   what came of it

Only what makes a folder unreadable is an error here; `data.domains.checks` judges the contents.
"""

# Ch 16 · Data Quality: a domain is files with one form, read in one place, refused with the line

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from data.acquisition.places import REPOSITORY

SHIPPED: Final = REPOSITORY / "data" / "domains"
DESCRIPTION: Final = "domain.toml"
GLOSSARY: Final = "glossary.csv"
ADAPTER: Final = "adapter.safetensors"
RECORD: Final = "version.json"
SPLITS: Final = ("train", "dev", "test")
SOURCES: Final = ("an4", "synthesis", "corrections")
TERM_SPLITS: Final = ("train", "held-out")

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_LARGEST_BYTES: Final = 20_000_000
"""Of any of its text files: larger is something else, and is not read into memory."""


class DomainError(Exception):
    """A domain cannot be read; the message says which file, which line and what to do."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase of the field."""

    term: str
    sounds_like: str = ""
    """A respelling to be read aloud, and to recognise it by; empty: as it is written."""
    split: str = "train"
    """`train`: in the sentences trained on; `held-out`: never, to see what carries over."""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class DomainFolder:
    path: Path
    name: str
    title: str
    about: str = ""
    language: str = "en"
    parent: str = "whisper-base"
    licence: str = ""
    source: str = "synthesis"
    """Where its speech comes from: `an4`, recorded; `synthesis`, made from the sentences;
    `corrections`, customers' recordings alone."""
    speech: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    training: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    terms: tuple[Term, ...] = ()
    sentences: Mapping[str, tuple[Sentence, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )

    @property
    def adapter(self) -> Path:
        return self.path / ADAPTER

    @property
    def record(self) -> Path:
        return self.path / RECORD

    @property
    def glossary(self) -> Path:
        return self.path / GLOSSARY

    @property
    def test_corpus(self) -> str:
        """Name of the corpus in `test/`."""
        return f"{self.name}-test"

    def sentences_file(self, split: str) -> Path:
        return self.path / "sentences" / f"{split}.txt"

    def terms_of(self, split: str) -> tuple[str, ...]:
        return tuple(term.term for term in self.terms if term.split == split)


def shipped() -> dict[str, Path]:
    """Folders of the domains in the checkout, by name."""
    return {path.parent.name: path.parent for path in sorted(SHIPPED.glob(f"*/{DESCRIPTION}"))}


def find(domain: str) -> DomainFolder:
    """A shipped domain by name, any other by the path of its folder. Raises `DomainError`."""
    known = shipped()
    if domain in known:
        return read(known[domain])
    path = Path(domain)
    if not (path / DESCRIPTION).is_file():
        names = ", ".join(known) or "none yet"
        raise DomainError(
            f"There is no domain {domain!r}, and no {DESCRIPTION} in a folder of that path. "
            f"Domains: {names}."
        )
    return read(path)


def read(path: Path) -> DomainFolder:
    """Read a domain's folder. Raises `DomainError`."""
    described = _description(path / DESCRIPTION)
    name = str(described.pop("name", path.resolve().name))
    if not NAME.fullmatch(name):
        raise DomainError(
            f"{name!r} is no name for a domain: lower-case letters, digits and hyphens, at most 63."
        )
    speech = dict(described.pop("speech", {}))
    source = speech.pop("source", "synthesis")
    if source not in SOURCES:
        raise DomainError(
            f"{DESCRIPTION}: speech.source is {source!r}; there are {', '.join(SOURCES)}."
        )
    training = dict(described.pop("training", {}))
    wrong = sorted(key for key, value in described.items() if not isinstance(value, str))
    unknown = sorted(described.keys() - {"title", "about", "language", "parent", "licence"})
    if wrong or unknown:
        raise DomainError(f"{DESCRIPTION}: {', '.join(unknown or wrong)}: unknown, or no text.")
    if not described.get("title", "").strip():
        raise DomainError(f"{DESCRIPTION} has no title.")
    return DomainFolder(
        path=path,
        name=name,
        source=source,
        speech=MappingProxyType(speech),
        training=MappingProxyType(training),
        terms=read_glossary(path / GLOSSARY) if (path / GLOSSARY).exists() else (),
        sentences=MappingProxyType(_sentences(path / "sentences")),
        **described,
    )


def read_glossary(path: Path) -> tuple[Term, ...]:
    """Terms of a CSV file with the columns term, sounds_like, split; the last two may be absent.

    Raises:
        DomainError: it is no UTF-8 text or has no column `term`, or a split is unknown.
    """
    rows = csv.DictReader(_text(path).splitlines())
    if "term" not in (rows.fieldnames or ()):
        raise DomainError(
            f"{path.name} has no column 'term'; its first line is 'term,sounds_like,split'."
        )
    found = []
    try:
        for row in rows:
            term, sounds_like, split = (
                " ".join((row.get(column) or "").split())
                for column in ("term", "sounds_like", "split")
            )
            if not term:
                continue
            if (split := split or "train") not in TERM_SPLITS:
                raise DomainError(
                    f"{path.name}, line {rows.line_num}: split is {split!r}; "
                    f"there are {' and '.join(TERM_SPLITS)}."
                )
            found.append(Term(term, sounds_like, split, rows.line_num))
    except csv.Error as broken:
        raise DomainError(f"{path.name}, line {rows.line_num}: {broken}.") from broken
    return tuple(found)


def read_sentences(path: Path) -> tuple[Sentence, ...]:
    """One a line; empty lines and those that begin with # are not sentences."""
    found = []
    for number, line in enumerate(_text(path).splitlines(), start=1):
        sentence = " ".join(line.split())
        if sentence and not sentence.startswith("#"):
            found.append(Sentence(sentence, number))
    return tuple(found)


def _sentences(folder: Path) -> dict[str, tuple[Sentence, ...]]:
    return {
        split: read_sentences(path)
        for split in SPLITS
        if (path := folder / f"{split}.txt").is_file()
    }


def _description(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as broken:
        raise DomainError(f"{path.name} is not TOML: {broken}.") from broken


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise DomainError(
                f"{path.name} has {path.stat().st_size / 1e6:.0f} MB; "
                f"at most {_LARGEST_BYTES / 1e6:.0f} MB are read."
            )
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as missing:
        raise DomainError(f"There is no {path.name} in {path.parent.name}.") from missing
    except UnicodeDecodeError as binary:
        raise DomainError(f"{path.name} is not UTF-8 text (byte {binary.start}).") from binary
    except OSError as unreadable:
        raise DomainError(f"{path.name} cannot be read: {unreadable.strerror}.") from unreadable
