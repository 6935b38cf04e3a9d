"""`python -m evaluation.bench.repair`: what repair by sound gains, spoils and costs.

Clips of the text domains are heard by the parent, and with the glossary as a prompt; the rule is
then applied to the words of both, as the pipeline does it. Its numbers were chosen on the clips of
sentences with odd numbers; only the others are reported. False repairs are counted in the committed
runs over general speech, where no term of these fields is meant. Writes `results/repair.json`.
"""

# Ch 15 · Model Quality: a rule is judged like a model, on what it was not chosen by, and on its damage

from __future__ import annotations

import argparse
import json
import random
import re
import shlex
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from app.settings import REPOSITORY, Settings, get_settings
from app.telemetry.service import machine_class
from data.domains.folder import DomainFolder, find
from evaluation import corpora
from evaluation.adapters.systems import GLOSSARY, PARENT, Listener, System, Tell, systems
from evaluation.bench.versions import versions
from evaluation.corpora import Corpus
from evaluation.files import write_whole
from evaluation.metrics.glossary import TermHits, terms
from evaluation.runs.format import HeardWord, Run, load
from worker.pipeline.loading import load_recogniser
from worker.pipeline.recognise import Recogniser
from worker.pipeline.repair import repair
from worker.pipeline.sounds import lexicon, phones_of
from worker.pipeline.types import Recognition, Word

RESULT: Final = REPOSITORY / "evaluation" / "results" / "repair.json"
RUNS: Final = REPOSITORY / "evaluation" / "results" / "runs"
DOMAINS: Final = ("medicine", "poverty-research", "ruby")
GENERAL: Final = (
    "librispeech-test-other", "longform-lj003", "dialogues", "speechocean", "functionality"
)  # fmt: skip
MODEL: Final = "whisper-base"
MOST: Final = 2000
"""Terms of the largest glossary there can be."""
WORDS_AN_HOUR: Final = 9000
_NUMBER: Final = re.compile(r"-test-(\d+)-")

Terms = tuple[tuple[str, str], ...]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m evaluation.bench.repair")
    parser.add_argument("--domains", nargs="*", default=DOMAINS, help="to be heard; none: no field")
    parser.add_argument(
        "--systems", nargs="+", default=(PARENT, GLOSSARY), choices=(PARENT, GLOSSARY)
    )
    parser.add_argument("--output", type=Path, default=RESULT)
    arguments = parser.parse_args()
    settings = get_settings()
    recogniser, _ = load_recogniser(MODEL, settings)
    texts = list(_general())
    glossaries = {name: _terms(find(name)) for name in DOMAINS}
    result = {
        "command": shlex.join(["python", "-m", "evaluation.bench.repair", *sys.argv[1:]]),
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine_class(),
        "model": MODEL,
        "versions": versions(),
        "chosen_on": "clips of ruby's odd sentences, and the general speech of `false_repairs`",
        "reported": "clips of even sentences; repairs of another field's terms in them",
        "false_repairs": {
            name: _false_repairs(texts, each, recogniser) for name, each in glossaries.items()
        },
        "speed": _speed(texts, glossaries, recogniser),
        "fields": list(_fields(arguments.domains, arguments.systems, settings, recogniser)),
    }
    write_whole(arguments.output, json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    print(f"written to {arguments.output}")


def _terms(domain: DomainFolder) -> Terms:
    return tuple((term.term, term.sounds_like) for term in domain.terms)


def _fields(
    domains: Sequence[str], wanted: Sequence[str], settings: Settings, recogniser: Recogniser
) -> Iterator[dict[str, Any]]:
    listener = Listener(settings, Tell())
    known = {name: find(name) for name in domains}
    heard: dict[tuple[str, str], Run] = {}
    for system in wanted:  # all parents first: they are the more important half
        for name, domain in known.items():
            heard[system, name] = listener.hear(_system(system, domain), _reported(domain))
    for name, domain in known.items():
        row: dict[str, Any] = {"domain": name, "clips": len(_reported(domain).clips)}
        for system in wanted:
            run = heard[system, name]
            with_rule = "repair" if system == PARENT else f"{system} and repair"
            row[system] = _counted(run, domain, None)
            row[with_rule] = _counted(run, domain, recogniser)
        if PARENT in wanted:
            texts = [u.words for u in heard[PARENT, name].utterances]
            row["false_repairs"] = {
                other: _false_repairs(texts, _terms(find(other)), recogniser)
                for other in DOMAINS
                if other != name
            }
        print(json.dumps(row), flush=True)
        yield row


def _system(name: str, domain: DomainFolder) -> System:
    rungs = systems(MODEL, domain.adapter, _terms(domain))
    return next(system for system in rungs if system.name == name)


def _reported(domain: DomainFolder) -> Corpus:
    """The clips by which no threshold was chosen."""
    whole = corpora.corpus(domain.test_corpus)
    kept = tuple(clip for clip in whole.clips if not _number(clip.id) % 2)
    return replace(whole, name=f"{whole.name}-even", clips=kept)


def _number(clip: str) -> int:
    found = _NUMBER.search(clip)
    assert found is not None, clip
    return int(found.group(1))


def _counted(run: Run, domain: DomainFolder, rule: Recogniser | None) -> dict[str, int]:
    """Terms said, missed, and heard where nobody said them."""
    said = [u for u in run.utterances if u.reference.strip()]
    hypotheses = [
        u.hypothesis if rule is None else _mended(u.words, _terms(domain), rule).text for u in said
    ]
    names = [term.term for term in domain.terms]
    total: TermHits = terms([u.reference for u in said], hypotheses, names).total
    return {"said": total.said, "missed": total.missed, "invented": total.false_insertions}


def _mended(words: Sequence[HeardWord], glossary: Terms, rule: Recogniser) -> Recognition:
    return repair(_recognition(words), glossary, rule.ordinary)


def _recognition(words: Sequence[HeardWord]) -> Recognition:
    """As a recogniser gives it; committed runs have words without the space before them."""
    spaced = tuple(
        Word(w.word if w.word[:1] in " -'" else f" {w.word}", w.start_s, w.end_s, w.probability)
        for w in words
    )
    return Recognition("".join(w.word for w in spaced).strip(), spaced, "en", 1, 0, 0, 1, MODEL)


def _general() -> Iterator[tuple[HeardWord, ...]]:
    """What the parent heard in general speech, as recorded and under every hard condition."""
    for corpus in GENERAL:
        for path in sorted(RUNS.glob(f"{corpus}--{MODEL}--sequential*.json")):
            yield from (u.words for u in load(path).utterances if u.words)


def _false_repairs(
    texts: Sequence[Sequence[HeardWord]], glossary: Terms, rule: Recogniser
) -> dict[str, Any]:
    """Changes by the glossary of a field that nobody was speaking of."""
    words, found = 0, []
    for text in texts:
        words += len(text)
        mended = _mended(text, glossary, rule).words
        found += [[w.heard.strip(), w.word.strip()] for w in mended if w.heard is not None]
    return {
        "words": words,
        "repairs": len(found),
        "per_10000_words": round(1e4 * len(found) / words, 2),
        "which": sorted(map(list, {tuple(pair) for pair in found})),
    }


def _speed(
    texts: Sequence[Sequence[HeardWord]], glossaries: dict[str, Terms], rule: Recogniser
) -> dict[str, Any]:
    """Processor seconds for an hour of text and as many terms as a glossary may hold."""
    words = [word for text in texts for word in text][:WORDS_AN_HOUR]
    windows = [words[i : i + 50] for i in range(0, len(words), 50)]
    known = [term for glossary in glossaries.values() for term, _ in glossary]
    draw = random.Random(0)
    made = {f"{draw.choice(known)[:6]}{draw.choice(known)[-6:]}".strip() for _ in range(4 * MOST)}
    glossary = tuple((term, "") for term in sorted(made)[:MOST])
    lexicon.cache_clear()
    phones_of.cache_clear()
    began = time.process_time()
    for window in windows:
        _mended(window, glossary, rule)
    used = time.process_time() - began
    return {"terms": len(glossary), "words": len(words), "cpu_s": round(used, 2)}


if __name__ == "__main__":
    main()
