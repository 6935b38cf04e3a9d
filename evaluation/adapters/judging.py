"""The judgement of an adapter: what is heard, what comes of it, what is held against limits."""

# Ch 15 · Model Quality: one rung at a time, the same words, intervals; and what must not get worse

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.settings import Settings
from data.acquisition.places import MANIFEST
from data.domains.folder import DomainFolder
from evaluation import corpora
from evaluation.adapters import gate, speed
from evaluation.adapters.figures import (
    Measure,
    Metric,
    by_form,
    calibration,
    change,
    flips,
    inexact,
    invented,
    metrics,
    missed,
    nonspeech,
    word_times,
)
from evaluation.adapters.gate import Figure
from evaluation.adapters.systems import ADAPTER, ALL, GLOSSARY, PARENT, Listener, found, systems
from evaluation.corpora import Corpus
from evaluation.runs.format import Run

REAL: Final = ("librispeech-test-other", "longform-lj003")
SYNTHETIC: Final = ("general-guard",)
SILENT: Final = ("noise", "nonspeech")
WITHIN: Final = 0.90
"""Level of the interval whose upper end the guard is held against."""

Runs = dict[str, Run]
"""By the system's name."""


class CannotJudge(Exception):
    """There is nothing to judge the adapter by; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Heard:
    """All runs of a judgement."""

    target: Runs
    guard: tuple[Runs, ...]
    silent: Runs | None
    recorded: bool
    """Dictation: letters and digits count, and there are no held-out terms."""
    trained: tuple[str, ...]
    unseen: tuple[str, ...]

    def pairs(self, runs: Sequence[Runs], first: str = ADAPTER) -> list[tuple[Run, Run]]:
        return [(each[first], each[PARENT]) for each in runs]


def judgement(
    adapter: Path,
    parent: str,
    domain: DomainFolder,
    settings: Settings,
    listener: Listener,
    *,
    guard: str = "both",
    quick: bool = False,
) -> dict[str, Any]:
    """What `judgement.json` holds.

    Raises `CannotJudge`, and what hearing raises.
    """
    heard = _hear(adapter, parent, domain, listener, guard, quick)
    compared = None
    if heard.guard:
        clips = corpora.load(heard.guard[0][PARENT].corpus)
        longest = sorted(clips, key=lambda clip: (abs(clip.duration_s - 10.0), clip.id))
        compared = speed.compare(parent, adapter, [clip.audio for clip in longest], settings)
    figures, not_asked = _figures(heard, compared)
    limits = gate.load()
    verdicts = gate.judge(limits, figures, not_asked)
    return {
        "adapter": heard.target[ADAPTER].model,
        "parent": parent,
        "guard": [runs[PARENT].corpus for runs in heard.guard],
        "metrics": [metric.told() for metric in _metrics(heard)],
        "speed": None if compared is None else {"parent": compared.parent, "ratio": compared.ratio},
        "gate": {
            "passed": gate.passed(verdicts),
            "verdicts": [verdict.told() for verdict in verdicts],
            "not_asked": not_asked,
        },
    }


def _hear(
    adapter: Path,
    parent: str,
    domain: DomainFolder,
    listener: Listener,
    guard: str,
    quick: bool,
) -> Heard:
    trained, unseen = domain.terms_of("train"), domain.terms_of("held-out")
    ordered = sorted(domain.terms, key=lambda term: term.split != "train")
    rungs = systems(parent, adapter, [(term.term, term.sounds_like) for term in ordered])
    both = [system for system in rungs if system.name in (PARENT, ADAPTER)]
    wanted = {"real": REAL, "synthetic": SYNTHETIC, "both": (*REAL, *SYNTHETIC)}[guard]
    guards = found(SYNTHETIC if quick else wanted)
    if not guards:
        raise CannotJudge(f"No guard corpus is here: {', '.join(wanted)}.")
    silent = found(SILENT)[:1]
    return Heard(
        target={s.name: listener.hear(s, target_of(domain)) for s in rungs},
        guard=tuple({s.name: listener.hear(s, each) for s in both} for each in guards),
        silent={s.name: listener.hear(s, silent[0]) for s in both} if silent else None,
        recorded=domain.source == "an4",
        trained=trained,
        unseen=unseen,
    )


def target_of(domain: DomainFolder) -> Corpus:
    """The recordings that training never heard. Raises `CannotJudge`."""
    name = f"{domain.source}-test" if domain.source != "synthesis" else domain.test_corpus
    own = domain.path / "test"
    try:
        if domain.source == "synthesis" and (own / MANIFEST).is_file():
            return corpora.at(own, name)
        return corpora.corpus(name)
    except corpora.CorpusMissing as error:
        raise CannotJudge(str(error)) from error


def _measures(heard: Heard) -> dict[str, Measure]:
    """What is measured in the field; the first decides."""
    if heard.recorded:
        return {"letters": by_form("letters"), "inexact": inexact, "wer": by_form("english")}
    found_: dict[str, Measure] = {
        "terms_missed": missed(heard.trained),
        "wer": by_form("english"),
        "terms_invented": invented([*heard.trained, *heard.unseen]),
    }
    if heard.unseen:
        found_["unseen_terms_missed"] = missed(heard.unseen)
    return found_


def _metrics(heard: Heard) -> Iterator[Metric]:
    for system, run in heard.target.items():
        for name, measure in _measures(heard).items():
            yield from metrics(system, run, name, measure)
    for runs in heard.guard:
        for system, run in runs.items():
            yield from metrics(system, run, "wer", by_form("english"))
            for name, value in (("word_times_s", word_times(run)), ("ece", calibration(run))):
                if value is not None:
                    yield Metric(system, run.corpus, name, None, value)
    for system, run in (heard.silent or {}).items():
        told = nonspeech(run)
        if told is not None:
            rate = told["words_a_minute"]
            yield Metric(
                system, run.corpus, "words_a_minute", None, rate["value"], None, rate["high"]
            )


def _figures(
    heard: Heard, compared: speed.Speed | None
) -> tuple[dict[str, Figure], Mapping[str, str]]:
    """What the limits ask for, and the limits that this domain has nothing for."""
    main = next(iter(_measures(heard).values()))
    target = heard.pairs([heard.target])
    guard = heard.pairs(heard.guard)
    pools = _pools(guard)
    figures = {
        "target_better": _high(change(target, main)),
        "guard_wer": _worst(
            {name: _value(change(each, by_form("english"))) for name, each in pools.items()}
        ),
        "guard_wer_bound": _worst(
            {name: _high(change(each, by_form("english"), WITHIN)) for name, each in pools.items()}
        ),
        "nonspeech": _silence(heard.silent),
        "word_times": _later(guard, word_times, " s"),
        "calibration": _later(guard, calibration, ""),
        "gender_worse": _by_gender(heard.target, main),
        "flips_guard": _flipped(guard, "english"),
        "flips_target": _flipped(target, "letters"),
        "invented_terms": _value(change([*target, *guard], invented(heard.trained))),
        "speed": _as_fast(compared),
    }
    not_asked = {}
    if heard.unseen:
        pair = [(heard.target[ALL], heard.target[GLOSSARY])]
        figures["unseen_terms"] = _low(change(pair, missed(heard.unseen)))
    else:
        not_asked["unseen_terms"] = "the domain holds no terms out"
    if figures["gender_worse"].value is None:
        not_asked["gender_worse"] = figures.pop("gender_worse").note
    return figures, not_asked


def _pools(guard: Sequence[tuple[Run, Run]]) -> dict[str, list[tuple[Run, Run]]]:
    """Real speech together, synthetic speech together: an easy corpus thins out no damage."""
    pools: dict[str, list[tuple[Run, Run]]] = {}
    for pair in guard:
        made = pair[0].corpus in SYNTHETIC
        pools.setdefault("synthetic speech" if made else "people", []).append(pair)
    return pools


def _worst(figures: Mapping[str, Figure]) -> Figure:
    """The one that costs most; one that could not be measured before all others."""
    if not figures:
        return Figure(None, "–")
    worst = max(figures.values(), key=lambda each: (each.value is None, each.value or 0.0))
    shown = "; ".join(f"{name} {each.shown}" for name, each in figures.items())
    return Figure(worst.value, shown, worst.note)


def _value(found_: Any) -> Figure:
    return Figure(None, "–") if found_ is None else Figure(found_.value, found_.shown())


def _high(found_: Any) -> Figure:
    if found_ is None or found_.high is None:
        return Figure(None, "–", "too few speakers or sentences for an interval")
    return Figure(found_.high, found_.shown())


def _low(found_: Any) -> Figure:
    if found_ is None or found_.low is None:
        return Figure(None, "–", "too few speakers or sentences for an interval")
    return Figure(found_.low, found_.shown())


def _silence(runs: Runs | None) -> Figure:
    if runs is None:
        return Figure(
            None, "–", "no corpus without speech is here; `python -m data make nonspeech`"
        )
    told, parent = nonspeech(runs[ADAPTER]), nonspeech(runs[PARENT])
    if told is None or parent is None:
        return Figure(None, "–", f"{runs[PARENT].corpus} has no recording without speech")
    mine, bound = told["words_a_minute"]["value"], parent["words_a_minute"]["high"]
    shown = f"{mine:.2f} words a minute, the parent {parent['words_a_minute']['value']:.2f}"
    return Figure(mine - bound, f"{shown} (at most {bound:.2f})")


def _later(pairs: Sequence[tuple[Run, Run]], measure: Any, unit: str) -> Figure:
    """The largest worsening over the corpora that know it."""
    known = [(measure(a), measure(b), a.corpus) for a, b in pairs]
    told = [(a - b, a, b, name) for a, b, name in known if a is not None and b is not None]
    if not told:
        return Figure(None, "–", "no guard corpus knows it")
    worst, a, b, name = max(told)
    return Figure(worst, f"{a:.3f}{unit}, the parent {b:.3f}{unit} ({name})")


def _by_gender(runs: Runs, measure: Measure) -> Figure:
    told: list[tuple[str, float, float]] = []
    mine = {
        tuple(m.group.items()): m for m in metrics(ADAPTER, runs[ADAPTER], "", measure) if m.group
    }
    for parent in metrics(PARENT, runs[PARENT], "", measure):
        if parent.group and "gender" in parent.group:
            adapted = mine.get(tuple(parent.group.items()))
            if adapted and adapted.value is not None and parent.value is not None:
                told.append((parent.group["gender"], adapted.value, parent.value))
    if len(told) < 2:
        return Figure(None, "–", "genders are not known")
    worst = max(a - b for _, a, b in told)
    shown = ", ".join(f"{who} {100 * a:.2f} % from {100 * b:.2f} %" for who, a, b in told)
    return Figure(worst, shown)


def _flipped(pairs: Sequence[tuple[Run, Run]], form: str) -> Figure:
    worse, better, of = flips(pairs, form)
    if not of:
        return Figure(None, "–")
    return Figure(worse / of, f"{worse} of {of} newly wrong, {better} newly right")


def _as_fast(compared: speed.Speed | None) -> Figure:
    if compared is None:
        return Figure(None, "–")
    return Figure(compared.ratio, f"{compared.ratio:.3f} of the parent's {compared.parent:.1f}")
