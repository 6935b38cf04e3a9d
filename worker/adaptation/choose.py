"""How much of an adapter is used: the strength that gains nearly all and spoils the least.

Each strength is merged and served as it will be (int8), on clips of the field that training only
chose by (target) and on general speech it never heard (guard). The rule (`choice`):

1. of all strengths, those that make at most half a point of the guard's words more wrong than the
   parent does; where none is so harmless, the smallest;
2. of these, those whose target error is within 10 % of the gain of the best of them (of 300
   words, two or three);
3. of these, those with the fewest errors on the guard beyond the parent's;
4. of these the smallest.

When none of them is better than the parent on the target, there is no adapter.
"""

# Ch 15 · Model Quality: a trade between the field and everything else, measured, by a stated rule

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from data.domains.folder import ADAPTER
from worker.adaptation.clips import Clip, chosen, load
from worker.adaptation.errors import Counts, Unit, counted
from worker.adaptation.pipeline import StageFailed, Work
from worker.features.store import FeatureStore
from worker.models.adapter import dump, read
from worker.models.store import find_model
from worker.models.weights import find
from worker.pipeline.recognise import DecodingOptions, Recogniser
from worker.pipeline.transcribe import transcribe_many

STRENGTHS: Final = (0.25, 0.4, 0.55, 0.7, 0.85, 1.0)
NEARLY: Final = 0.1
HARMLESS: Final = 0.005
"""More errors than the parent's, as a share of the guard's words: what the gate allows."""
PARETO: Final = "pareto.json"
_FEATURES_BYTES: Final = 1_000_000_000
_FEATURES_H: Final = 24.0 * 30


class NothingGained(StageFailed):
    """The adapter is no better than its parent, whatever its strength."""


def strengths_up_to(strongest: Any) -> tuple[float, ...]:
    """Those that are tried. Raises `StageFailed` when none is left."""
    if not isinstance(strongest, int | float) or strongest < STRENGTHS[0]:
        raise StageFailed(
            f"domain.toml: strongest must be a number from {STRENGTHS[0]} to {STRENGTHS[-1]:g}, the"
            f" highest strength that is tried; it is {strongest!r}."
        )
    return tuple(strength for strength in STRENGTHS if strength <= strongest)


@dataclass(frozen=True, slots=True)
class Measured:
    """A strength, and its errors. Strength 0 is the parent."""

    strength: float
    target: Counts
    guard: Counts


def choice(parent: Measured, tried: Sequence[Measured]) -> Measured:
    """The strength to use, by the rule above. Raises `NothingGained`."""
    most = HARMLESS * parent.guard.of
    harmless = [each for each in tried if _harm(parent, each) <= most]
    harmless = harmless or [min(tried, key=lambda each: each.strength)]
    best = min(each.target.rate for each in harmless)
    gain = parent.target.rate - best
    if gain <= 0:
        raise NothingGained(
            "No strength of the adapter that leaves general speech alone is better than the parent "
            f"on the field: {best:.2%} of {tried[0].target.of} wrong, the parent "
            f"{parent.target.rate:.2%}. There is nothing to register; what is in use stays."
        )
    good = [each for each in harmless if each.target.rate <= best + NEARLY * gain]
    return min(good, key=lambda each: (_harm(parent, each), each.strength))


def _harm(parent: Measured, each: Measured) -> int:
    return max(0, each.guard.wrong - parent.guard.wrong)


def choose(unit: Unit, strengths: Sequence[float], cores: int, work: Work) -> None:
    """Write the adapter with its strength, and `pareto.json`."""
    clips = load(work.before["augment"])
    target, guard = chosen(clips, "dev"), chosen(clips, "guard")
    adapter = read(work.before["train"] / ADAPTER)
    models = work.scratch / "models"
    features = FeatureStore(
        work.scratch / "features", quota_bytes=_FEATURES_BYTES, hours=_FEATURES_H
    )
    measured: list[Measured] = []
    for number, strength in enumerate((0.0, *strengths)):
        work.progress(number / (len(strengths) + 1), f"strength {strength:g}")
        known = work.scratch / f"{strength!r}.json"  # a strength that was heard is not heard again
        if not known.is_file():
            path = work.scratch / f"{strength!r}.safetensors"
            path.write_bytes(dump(replace(adapter, strength=strength)))
            model = adapter.parent if strength == 0 else str(path)
            heard = _heard(model, [*target, *guard], models, features, cores)
            part = known.with_suffix(".part")
            part.write_text(json.dumps(heard))
            part.replace(known)
        heard = json.loads(known.read_text())
        measured.append(_measured(strength, target, guard, heard, unit))
    parent, *tried = measured
    used = choice(parent, tried)
    (work.out / ADAPTER).write_bytes(dump(replace(adapter, strength=used.strength)))
    told = [
        {
            "strength": each.strength,
            "target": each.target.rate,
            "guard": each.guard.rate,
            "chosen": each is used,
            "counts": {"target": asdict(each.target), "guard": asdict(each.guard)},
        }
        for each in measured
    ]
    (work.out / PARETO).write_text(json.dumps({"unit": unit, "tried": told}, indent=1) + "\n")


def _measured(
    strength: float, target: Sequence[Clip], guard: Sequence[Clip], heard: list[str], unit: Unit
) -> Measured:
    of_target, of_guard = heard[: len(target)], heard[len(target) :]
    return Measured(
        strength,
        counted(zip((clip.text for clip in target), of_target, strict=True), unit),
        counted(zip((clip.text for clip in guard), of_guard, strict=True), "words"),
    )


def _heard(
    model: str, clips: Sequence[Clip], models: Path, features: FeatureStore, cores: int
) -> list[str]:
    """Texts as served: the windows, the ladder, the weights in int8. The encoder hears once."""
    weights = find_model(model, models)
    loaded: dict[str, Recogniser] = {}

    def load_(name: str) -> Recogniser:
        if name not in loaded:
            folder = weights.folder if name == weights.name else find(name, models).folder
            loaded[name] = Recogniser(folder, name=name, streams=cores, features=features)
        return loaded[name]

    load_(weights.name)
    texts = [""] * len(clips)
    outcomes = transcribe_many(
        ([clip.samples] for clip in clips),
        load_,
        weights.name,
        options=DecodingOptions(language="en"),
        streams=cores,
        origin="choose",
    )
    for number, outcome in outcomes:
        said = " ".join(segment.text for segment in outcome.segments).strip()
        texts[number] = f"{texts[number]} {said}".strip()
    features.flush()
    return texts
