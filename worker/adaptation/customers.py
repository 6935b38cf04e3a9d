"""A customer's terms and page of text, as the folder of a domain that `make` can be called with."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.adaptations.order import Order
from app.settings import Settings
from data.acquisition.manifest import sha256_of
from data.acquisition.places import Places
from data.domains.folder import DESCRIPTION, GLOSSARY, SPLITS, Term
from data.domains.own import cost
from data.domains.own import page as pages
from data.domains.own.plan import Plan, plan
from worker.adaptation import pipeline

REAL: Final = ("librispeech-test-other", "longform-lj003")
"""Recordings of people that tighten the gate, where they are."""
STRONGEST: Final = 0.4
"""Of an adapter that learned from text alone. Stronger ones look harmless on synthetic speech, and
that is all most computers have to choose by, but readers of LibriSpeech lose by them: 2.4 points
with glaciology's at 0.85 (docs/decisions/0019)."""


@dataclass(frozen=True, slots=True)
class Written:
    folder: Path
    plan: Plan
    expected: dict[str, float]
    """Seconds of each stage on idle cores, in order."""


def write(order: Order, settings: Settings) -> Written:
    """The folder below `$LECTERN_HOME/adaptation/domains`, written anew where it differs.

    Raises `data.domains.own.page.BadText` for text that is not enough, and OSError.
    """
    page = pages.read(order.text)
    pages.enough(len(page.sentences), page.words)
    planned = plan([Term(term, said) for term, said in order.terms], page)
    folder = settings.home / "adaptation" / "domains" / order.name
    (folder / "sentences").mkdir(parents=True, exist_ok=True)
    _write(folder / DESCRIPTION, _description(order))
    _write(folder / GLOSSARY, _glossary(planned))
    for split in SPLITS:
        lines = "".join(f"{sentence}\n" for sentence in planned.sentences[split])
        _write(folder / "sentences" / f"{split}.txt", lines)
    taught = planned.sentences["train"]
    taught_s = cost.speech_s(len(taught), sum(len(text.split()) for text in taught))
    return Written(folder, planned, cost.seconds(order.parent, taught_s))


def command(folder: Path, settings: Settings) -> list[str]:
    """What makes the adapter. Real recordings make the gate stricter, and take longer."""
    places = Places(named=settings.corpora, fetched=settings.home / "corpora")
    real = any(places.find(name) for name in REAL)
    guard = ["--guard", "both"] if real else ["--guard", "synthetic", "--quick"]
    start = [sys.executable, "-m", "worker.adaptation", "make", str(folder.absolute())]
    return [*start, *guard, "--tidy", "--json"]


def forget(name: str, settings: Settings) -> int:
    """Remove a domain's folder and every stage that was made of its text; gives their number."""
    # Ch 28 · Security and Privacy: a removed domain leaves neither text nor speech where it was trained
    home = settings.home / "adaptation"
    folder = home / "domains" / name
    texts = [path for path in folder.rglob("*") if path.suffix in {".txt", ".csv"}]
    removed = sum(pipeline.forget(home, sha256_of(path)) for path in texts)
    shutil.rmtree(home / "made" / name, ignore_errors=True)
    shutil.rmtree(folder)
    return removed


def known(settings: Settings) -> list[str]:
    """Names of the domains that have a folder here."""
    folder = settings.home / "adaptation" / "domains"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def _description(order: Order) -> str:
    told = {
        "title": _printable(order.title) or order.name,
        "about": _printable(order.about),
        "language": "en",
        "parent": order.parent,
        "licence": "its owner's",
    }
    # A basic string of TOML is one of JSON
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in told.items()]
    speech = ["[speech]", 'source = "synthesis"']
    training = ["[training]", f"strongest = {STRONGEST}"]
    return "\n".join([*lines, "", *speech, "", *training, ""])


def _printable(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _glossary(planned: Plan) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("term", "sounds_like", "split"))
    for terms, split in ((planned.trained, "train"), (planned.held_out, "held-out")):
        writer.writerows(_row(terms, split))
    return text.getvalue()


def _row(terms: Sequence[Term], split: str) -> list[tuple[str, str, str]]:
    return [(term.term, term.sounds_like, split) for term in terms]


def _write(path: Path, text: str) -> None:
    """In one step; a file that says the same already is left alone."""
    content = text.encode()
    if path.is_file() and path.read_bytes() == content:
        return
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
