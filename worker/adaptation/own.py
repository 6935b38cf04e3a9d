"""What a domain of a customer's own needs beside its text: speech to be judged by, and silence.

Shipped domains have both in the checkout or fetch them; here the test sentences are read by the
voices that training never hears and by the second synthesiser, as theirs were.
"""

# Ch 15 · Model Quality: a customer's adapter is judged like ours, on voices it never heard

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import Final

from app.settings import REPOSITORY
from data.acquisition.places import MANIFEST, Places
from data.domains.folder import SHIPPED, DomainFolder
from data.nonspeech import collection
from worker.adaptation import speech
from worker.adaptation.pipeline import STAGE, Stage, StageFailed, Work
from worker.adaptation.speech import Speaking

HERE: Final = Path(__file__).parent
TEST: Final = "test"
SILENT: Final = ("noise", "nonspeech")
"""Corpora in which nobody speaks; one of them is enough."""
SILENCE_S: Final = 12 * 60.0
_SYNTHESIS: Final = REPOSITORY / "data" / "synthesis"


def is_own(domain: DomainFolder) -> bool:
    """Whether it is nobody's but the customer's, and has text to be read aloud."""
    return domain.source == "synthesis" and SHIPPED not in domain.path.resolve().parents


def stage(domain: DomainFolder, seed: int) -> Stage:
    """The test sentences, spoken. Kept like every stage; `install` puts them into the folder."""
    return Stage(
        TEST,
        lambda work: _speak(domain, seed, work),
        files={
            "sentences/test.txt": domain.sentences_file(TEST),
            "glossary.csv": domain.glossary,
            "synthesis/requirements.txt": _SYNTHESIS / "requirements.txt",
        },
        parameters={"seed": seed},
        code=(HERE / "own.py", HERE / "speech.py", _SYNTHESIS),
    )


def _speak(domain: DomainFolder, seed: int, work: Work) -> None:
    if not domain.sentences.get(TEST):
        raise StageFailed(
            "There are no sentences/test.txt to judge by: nobody would know what was learned."
        )
    listed = work.scratch / "test.txt"
    lines = "".join(f"{sentence.text}\n" for sentence in domain.sentences[TEST])
    listed.write_text(lines, encoding="utf-8")
    spoken = work.scratch / TEST
    command = speech._command(listed, spoken, TEST, domain.glossary, Speaking(seed=seed))
    speech._speak(command, work.progress)
    _silence(work)
    for path in sorted(spoken.iterdir()):
        path.rename(work.out / path.name)


def install(made: Path, domain: DomainFolder) -> None:
    """Make a stage's corpus the domain's `test/`: all of it or none."""
    there = domain.path / TEST
    known, new = there / MANIFEST, made / MANIFEST
    if known.is_file() and known.read_bytes() == new.read_bytes():
        return
    part = domain.path / f".{TEST}-{uuid.uuid4().hex}"
    try:
        shutil.copytree(made, part, ignore=shutil.ignore_patterns(STAGE))
        shutil.rmtree(there, ignore_errors=True)
        part.rename(there)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _silence(work: Work) -> None:
    """Sounds without speech, where there are none: without them no gate can be passed."""
    places = Places.from_environment()
    if any(places.find(name) for name in SILENT):
        return
    folder = places.fetched / "nonspeech"
    collection.write(
        folder,
        SILENCE_S,
        0,
        lambda made_s: work.progress(1.0, f"{made_s / 60:.0f} minutes without speech"),
    )
