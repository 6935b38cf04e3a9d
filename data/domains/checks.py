"""Whether a domain's text can be trained on and judged by: every finding with its file and line.

Errors stop the pipeline before anything is spoken or trained; warnings are shown and kept.
"""

# Ch 16 · Data Quality: what would spoil a model is found in seconds, before hours are spent on it

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Final, Literal

import py3langid

from data.domains.folder import GLOSSARY, DomainFolder, Sentence

MOST_TERMS: Final = 2_000
LONGEST_TERM: Final = 80
LONGEST_SENTENCE: Final = 500
"""Characters; about half a minute of speech, which is what the recogniser hears at once."""
FEWEST_SENTENCES: Final = 12
FEW_SENTENCES: Final = 100
FEWEST_WORDS: Final = 60
MOST_SENTENCES: Final = 20_000
_SHOWN: Final = 5
_SURE_LETTERS: Final = 60
"""Of a sentence whose language is asked: names and jargon in a shorter one decide too much."""
_FOREIGN_SHARE: Final = 0.25
_RUN: Final = 8
"""Words in a row that two splits may not share without a warning."""
_CONTROL_TOKEN: Final = re.compile(r"<\|[^|>]*\|>")
_HARMLESS: Final = {"\t"}

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    level: Level
    code: str
    message: str
    where: str
    """File, with the line where there is one."""

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


def check(folder: DomainFolder, *, trained: bool = True) -> list[Finding]:
    """All that is wrong with a domain's text, errors first.

    Args:
        trained: whether an adapter is to be trained; a glossary alone needs no sentences.
    """
    found = [*check_terms(folder)]
    if folder.language != "en":
        found.append(
            _error(
                "language",
                f"language is {folder.language!r}; the models here are adapted for English (en).",
                "domain.toml",
            )
        )
    if folder.source == "synthesis":
        if trained:
            found += _enough(folder)
        for split, sentences in folder.sentences.items():
            found += check_sentences(sentences, f"sentences/{split}.txt")
        found += _shared_sentences(folder.sentences)
        found += _held_out(folder)
    found += _test_voices(folder)
    return sorted(found, key=lambda each: each.level)


def check_terms(folder: DomainFolder) -> Iterator[Finding]:
    """The glossary."""
    if len(folder.terms) > MOST_TERMS:
        yield _error(
            "too-many-terms",
            f"{len(folder.terms)} terms, at most {MOST_TERMS}. A recogniser can be pointed to the "
            "words of a field, not of a language: keep those that are got wrong.",
            GLOSSARY,
        )
        return
    lines: dict[str, tuple[int, str]] = {}
    for term in folder.terms:
        where = f"{GLOSSARY}, line {term.line}"
        for what, text in (("term", term.term), ("sounds_like", term.sounds_like)):
            if len(text) > LONGEST_TERM:
                yield _error(
                    "long-term",
                    f"the {what} has {len(text)} characters, at most {LONGEST_TERM}: "
                    f"{_short(text)}. A sentence belongs into sentences/train.txt.",
                    where,
                )
            elif wrong := forbidden(text):
                yield _error("forbidden", f"the {what} has {wrong}.", where)
        if not any(letter.isalnum() for letter in term.term):
            yield _error("no-word", f"{_short(term.term)} has no letter and no digit.", where)
        known = lines.setdefault(_plain(term.term), (term.line, term.split))
        if known[0] != term.line:
            same = known[1] == term.split
            message = f"{_short(term.term)} is in line {known[0]} already"
            yield Finding(
                "warning" if same else "error",
                "duplicate-term" if same else "term-in-two-splits",
                message + ("." if same else f", as {known[1]}; here it is {term.split}."),
                where,
            )


def check_sentences(sentences: Sequence[Sentence], name: str) -> Iterator[Finding]:
    """One file of sentences, for itself."""
    if len(sentences) > MOST_SENTENCES:
        yield _error(
            "too-many-sentences", f"{len(sentences)} sentences, at most {MOST_SENTENCES}.", name
        )
        return
    lines: dict[str, int] = {}
    for sentence in sentences:
        where = f"{name}, line {sentence.line}"
        if len(sentence.text) > LONGEST_SENTENCE:
            yield _error(
                "long-sentence",
                f"{len(sentence.text)} characters, at most {LONGEST_SENTENCE}.",
                where,
            )
        if wrong := forbidden(sentence.text):
            yield _error("forbidden", f"the sentence has {wrong}.", where)
        first = lines.setdefault(_plain(sentence.text), sentence.line)
        if first != sentence.line:
            yield _warning("duplicate-sentence", f"the same sentence as in line {first}.", where)
    yield from _language(sentences, name)


def forbidden(text: str) -> str:
    """What must not be in a text, in words; empty if there is nothing.

    Control characters and marks that cannot be seen would be learned, or change what is read;
    `<|...|>` is how the recogniser's own commands are written.
    """
    if _CONTROL_TOKEN.search(text):
        return "one of the recogniser's own marks (<|...|>)"
    for letter in text:
        kind = unicodedata.category(letter)
        if kind in {"Cc", "Cf", "Co", "Cs", "Cn"} and letter not in _HARMLESS:
            name = unicodedata.name(letter, "a control character").lower()
            return f"a character that cannot be seen: {name} (U+{ord(letter):04X})"
    return ""


def errors(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level == "error"]


def _enough(folder: DomainFolder) -> Iterator[Finding]:
    train = folder.sentences.get("train", ())
    words = sum(len(sentence.text.split()) for sentence in train)
    name = "sentences/train.txt"
    if len(train) < FEWEST_SENTENCES or words < FEWEST_WORDS:
        yield _error(
            "too-little-text",
            f"{len(train)} sentences with {words} words; training needs at least "
            f"{FEWEST_SENTENCES} with {FEWEST_WORDS}. The glossary works without.",
            name,
        )
    elif len(train) < FEW_SENTENCES:
        yield _warning(
            "little-text", f"{len(train)} sentences; from {FEW_SENTENCES} on it gets good.", name
        )
    if not folder.sentences.get("dev"):
        yield _error(
            "no-dev",
            "no sentences to choose by: without them nobody sees when training goes too far.",
            "sentences/dev.txt",
        )
    spoken = _plain(" ".join(sentence.text for sentence in train))
    absent = [term for term in folder.terms_of("train") if _plain(term) not in spoken]
    if absent:
        yield _warning(
            "term-not-in-text",
            f"{len(absent)} terms are in no sentence and cannot be learned: {_some(absent)}.",
            name,
        )


def _language(sentences: Sequence[Sentence], name: str) -> Iterator[Finding]:
    asked = [each for each in sentences if len(each.text) >= _SURE_LETTERS]
    other = {
        each.line: code for each in asked if (code := str(py3langid.classify(each.text)[0])) != "en"
    }
    if other and len(other) >= _FOREIGN_SHARE * len(asked):
        codes = sorted(set(other.values()))
        yield _error(
            "other-language",
            f"{len(other)} of {len(asked)} sentences are not English but {', '.join(codes)}: "
            f"lines {_some(list(map(str, other)))}.",
            name,
        )
    else:
        for line, code in list(other.items())[:_SHOWN]:
            yield _warning(
                "language", f"this looks like {code}, not English.", f"{name}, line {line}"
            )


def _shared_sentences(sentences: Mapping[str, Sequence[Sentence]]) -> Iterator[Finding]:
    """What is in two splits: a model would be chosen, or praised, for what it was shown."""
    for one, other in combinations([s for s in ("train", "dev", "test") if s in sentences], 2):
        known = {_plain(each.text): each.line for each in sentences[one]}
        runs = {run: each.line for each in sentences[one] for run in _runs(each.text)}
        for each in sentences[other]:
            where = f"sentences/{other}.txt, line {each.line}"
            if (line := known.get(_plain(each.text))) is not None:
                yield _error(
                    "leaked-sentence", f"the sentence is also in {one}.txt, line {line}.", where
                )
            elif lines := [runs[run] for run in _runs(each.text) if run in runs]:
                yield _warning(
                    "near-leak",
                    f"{_RUN} words in a row are also in {one}.txt, line {lines[0]}.",
                    where,
                )


def _held_out(folder: DomainFolder) -> Iterator[Finding]:
    """Terms that are to be unseen must be so."""
    held = {term: _words(term) for term in folder.terms_of("held-out")}
    for split in ("train", "dev"):
        for sentence in folder.sentences.get(split, ()):
            text = f" {' '.join(_words(sentence.text))} "
            for term, words in held.items():
                if words and f" {' '.join(words)} " in text:
                    yield _error(
                        "leaked-term",
                        f"{_short(term)} is held out, but here it is trained on or chosen by.",
                        f"sentences/{split}.txt, line {sentence.line}",
                    )


def _test_voices(folder: DomainFolder) -> Iterator[Finding]:
    """Who reads the test must not have read for training."""
    manifest = folder.path / "test" / "manifest.jsonl"
    if folder.source != "synthesis" or not manifest.is_file():
        return
    rows = [json.loads(line) for line in manifest.read_text(encoding="utf-8").splitlines() if line]
    shared = {str(row.get("voice", "")) for row in rows} & training_voices()
    if shared:
        yield _error(
            "shared-voice",
            f"{', '.join(sorted(shared))} also read for training: nobody can say then whether "
            "the words were learned or the voices.",
            "test/manifest.jsonl",
        )


def training_voices() -> frozenset[str]:
    """Voices that training and choosing hear, by the table synthesis goes by."""
    table = Path(__file__).parents[1] / "synthesis" / "voices.toml"
    casts = tomllib.loads(table.read_text(encoding="utf-8"))
    return frozenset(
        voice
        for split in ("train", "dev", "replay")
        for voices in casts[split]["read_by"]
        for voice in voices
    )


def check_speech(rows: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """Clips with `split`, `speaker` and `sha256`: nobody and nothing in two of train, dev, test."""
    for field, what in (("speaker", "speaks"), ("sha256", "is")):
        splits: dict[str, set[str]] = {}
        for row in rows:
            if row.get(field):
                splits.setdefault(str(row[field]), set()).add(str(row.get("split")))
        shared = sorted(name for name, its in splits.items() if len(its) > 1)
        if shared:
            where = ", ".join(sorted(splits[shared[0]]))
            yield _error(
                f"leaked-{field}",
                f"{_some([name[:20] for name in shared])} {what} in more than one of {where}.",
                "speech",
            )


def _runs(text: str) -> Iterator[str]:
    words = _words(text)
    for start in range(len(words) - _RUN + 1):
        yield " ".join(words[start : start + _RUN])


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _error(code: str, message: str, where: str) -> Finding:
    return Finding("error", code, message, where)


def _warning(code: str, message: str, where: str) -> Finding:
    return Finding("warning", code, message, where)
