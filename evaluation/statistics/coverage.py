"""`python -m evaluation.statistics.coverage`: do the intervals keep what they promise?

Simulates corpora whose truth is known (`worlds`) and counts how often each interval covers it, how
often a gap is found that is there, and how often one that is not. Writes `results/coverage.json`.
"""

# Ch 26 · Fairness: how often the suite would accuse wrongly, and how often it would miss, is measured

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import numpy as np
from scipy.special import ndtr, ndtri

from app.settings import REPOSITORY
from app.telemetry.service import machine_class
from evaluation.bench.versions import versions
from evaluation.statistics.bootstrap import Resampled, interval, resample
from evaluation.statistics.draws import Floats, by_block, codes, totals
from evaluation.statistics.groups import slices
from evaluation.statistics.impact import impact
from evaluation.statistics.mapsswe import mapsswe
from evaluation.statistics.paired import compare
from evaluation.statistics.regression import controlled
from evaluation.statistics.table import Table
from evaluation.statistics.worlds import RATE, World
from evaluation.wer import Errors

RESULT: Final = REPOSITORY / "evaluation" / "results" / "coverage.json"
SPEAKERS: Final = (10, 24, 124)
_DRAWS: Final = 2_000
_MANY: Final = (10, 25)
"""Utterances of a speaker, so that five of them have 500 words."""

Hits = dict[str, list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m evaluation.statistics.coverage")
    parser.add_argument("--worlds", type=int, default=500, help="simulated corpora of each kind")
    parser.add_argument("--models", type=int, default=120, help="of those a model is fitted to")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=RESULT)
    arguments = parser.parse_args()
    began = perf_counter()
    found = measure(arguments.worlds, arguments.models, arguments.seed)
    result = {
        "command": f"python -m evaluation.statistics.coverage --worlds {arguments.worlds}"
        f" --models {arguments.models} --seed {arguments.seed}",
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine_class(),
        "versions": versions(),
        "worlds": arguments.worlds,
        "models": arguments.models,
        "seconds": round(perf_counter() - began),
        **found,
    }
    arguments.output.write_text(json.dumps(result, indent=1) + "\n")
    print(f"written to {arguments.output}")


def measure(worlds: int, models: int, seed: int) -> dict[str, Any]:
    """Shares of `worlds` (of `models` where a model is fitted) by kind of figure and of world."""
    return {
        "rates": [
            _row(World(n, spread, tail), rates, worlds, seed)
            for (spread, tail), n in product(
                ((0.5, False), (1.0, False), (1.0, True)), (5, *SPEAKERS)
            )
        ],
        "differences": [_row(World(n), differences, worlds, seed) for n in SPEAKERS],
        "gaps": [
            _row(World(n, groups=groups, ratio=ratio, utterances=_MANY), gaps, worlds, seed)
            for ratio, (n, groups) in product(
                (1.0, 1.6), ((10, 2), (24, 2), (24, 4), (124, 2), (124, 6))
            )
        ],
        "impact": [_row(World(n), impacts, worlds, seed) for n in SPEAKERS],
        "controlled": [
            _row(
                World(n, ratio=ratio, quality=True, worse_by_db=db, utterances=_MANY),
                models_of,
                models,
                seed,
            )
            for (ratio, db), n in product(((1.0, 0.0), (1.0, 8.0), (1.6, 8.0)), SPEAKERS)
        ],
    }


def _row(
    world: World,
    look: Callable[[World, np.random.Generator, Hits], None],
    worlds: int,
    seed: int,
) -> dict[str, Any]:
    hits: Hits = {}
    for number in range(worlds):
        look(world, np.random.default_rng([seed, number]), hits)
    named = {
        "speakers": world.speakers,
        "spread": world.spread,
        "long_tail": world.long_tail,
        "groups": world.groups,
        "ratio": world.ratio,
        "noisier_by_db": world.worse_by_db,
    }
    means = {
        # One absurd width would hide all the others in a mean
        key: round(float((np.median if key.endswith("width") else np.mean)(values)), 4)
        for key, values in hits.items()
    }
    print(look.__name__, named, means, flush=True)
    return {**named, **means}


def _note(hits: Hits, key: str, value: float | bool) -> None:
    hits.setdefault(key, []).append(float(value))


def _covers(hits: Hits, key: str, low: float | None, high: float | None, truth: float) -> None:
    inside = low is not None and high is not None and low <= truth <= high
    _note(hits, f"{key} covers", inside)
    if low is not None and high is not None:
        _note(hits, f"{key} width", high - low)
        _note(hits, f"{key} lies below", high < truth)


def rates(world: World, rng: np.random.Generator, hits: Hits) -> None:
    """The interval of a rate beside those that were not chosen."""
    seen = world.seen(rng)
    found = interval(seen.errors, seen.words, seen.blocks, draws=_DRAWS)
    _covers(hits, "chosen", found.low, found.high, RATE)
    count, index = codes(seen.blocks)
    e, w = by_block(seen.errors, index, count), by_block(seen.words, index, count)
    drawn = resample(e, w, draws=_DRAWS)
    for key, (low, high) in {
        "percentile": (np.quantile(drawn.drawn, 0.025), np.quantile(drawn.drawn, 0.975)),
        "BCa": _bca(drawn, e, w),
        "bootstrap-t": _studentised(e, w),
    }.items():
        _covers(hits, key, float(low), float(high), RATE)


def _bca(drawn: Resampled, e: Floats, w: Floats) -> tuple[float, float]:
    """Bias-corrected and accelerated (Efron 1987), acceleration from the jackknife."""
    less = (drawn.drawn < drawn.value).mean() + (drawn.drawn == drawn.value).mean() / 2
    centre = ndtri(np.clip(less, 1e-4, 1 - 1e-4))
    without = (e.sum() - e) / (w.sum() - w)
    away = without.mean() - without
    lean = (away**3).sum() / max(6 * (away**2).sum() ** 1.5, 1e-30)
    shifted = centre + ndtri(np.array([0.025, 0.975]))
    low, high = np.quantile(drawn.drawn, ndtr(centre + shifted / (1 - lean * shifted)))
    return float(low), float(high)


def _studentised(e: Floats, w: Floats) -> tuple[float, float]:
    """Bootstrap-t of the logarithm (Efron & Tibshirani 1993, chapter 12), errors linearised."""
    rows = np.column_stack([e, w, e * e, e * w, w * w])
    sums = np.concatenate([rows.sum(axis=0, keepdims=True), totals(rows, draws=_DRAWS, seed=1)])
    de, dw, ee, ew, ww = sums.T
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = de / dw
        spread = np.maximum(ee - 2 * rate * ew + rate * rate * ww, 0) * len(e) / (len(e) - 1)
        error = np.sqrt(spread) / de
        distance = np.log(rate[1:] / rate[0]) / error[1:]
    low, high = np.quantile(distance[np.isfinite(distance)], [0.025, 0.975])
    bounds = rate[0] * np.exp(np.array([-high, -low]) * error[0])
    return float(bounds[0]), float(bounds[1])


def differences(world: World, rng: np.random.Generator, hits: Hits) -> None:
    """Two systems that are equally good on average, each better for some speakers."""
    seen = world.seen(rng)
    count, index = codes(seen.blocks)
    leaning = rng.lognormal(-0.02, 0.2, count)[index]
    a = rng.poisson(RATE * leaning * seen.words)
    b = rng.poisson(RATE * (2 - leaning).clip(0) * seen.words)
    words = seen.words.astype(int)
    found = compare(
        [Errors(n, int(e), 0, 0) for n, e in zip(words, a, strict=True)],
        [Errors(n, int(e), 0, 0) for n, e in zip(words, b, strict=True)],
        seen.blocks.tolist(),
        draws=_DRAWS,
    )
    _covers(hits, "difference", found.low, found.high, 0.0)
    _note(hits, "probability of improvement beyond 97.5 %", abs(found.a_better - 0.5) > 0.475)
    for key, segments in (("utterances", None), ("speakers", seen.blocks)):
        test = mapsswe(a, b, segments)
        if test is not None:
            _note(hits, f"MAPSSWE of {key} finds one", test.p <= 0.05)
            _note(hits, f"t of {key} finds one", test.p_student <= 0.05)
            _note(hits, f"Wilcoxon of {key} finds one", test.p_wilcoxon <= 0.05)


def gaps(world: World, rng: np.random.Generator, hits: Hits) -> None:
    """The largest difference between groups: covered, shown, and shown where there is none."""
    seen = world.seen(rng)
    found = slices(seen, ["group"], draws=_DRAWS, shuffles=1000)
    if found.gap is None or found.chance is None:
        return
    _covers(hits, "gap", found.gap.low, found.gap.high, world.gap)
    _note(hits, "gap seen", found.gap.value)
    _note(hits, "gap by chance", found.chance.gap)
    _note(hits, "interval finds one", bool(found.gap.low))
    _note(hits, "shuffles find one", found.chance.p <= 0.05)
    if found.ratio is not None:
        _covers(hits, "ratio", found.ratio.low, found.ratio.high, world.ratio)


def impacts(world: World, rng: np.random.Generator, hits: Hits) -> None:
    """Two groups of which 90 and 60 in a hundred are delivered, speakers differing."""
    seen = world.seen(rng)
    count, index = codes(seen.blocks)
    last = seen.fields["group"] == "group 1"
    luck = rng.beta(3, 3, count)[index] - 0.5
    chance = np.where(last, 0.6 + 0.6 * luck, 0.9 + 0.2 * luck)
    delivered = rng.random(len(last)) < chance
    found = impact(
        Table(seen.errors, seen.words, seen.blocks, fields=seen.fields, delivered=delivered),
        ["group"],
        draws=_DRAWS,
    )
    _covers(hits, "impact", found.low, found.high, 0.6 / 0.9)


def models_of(world: World, rng: np.random.Generator, hits: Hits) -> None:
    """The raw gap beside what is left of it when recording quality is held."""
    seen = world.seen(rng)
    raw = slices(seen, ["group"], draws=200, shuffles=1000)
    if raw.chance is not None:
        _note(hits, "raw comparison finds one", raw.chance.p <= 0.05)
    found = controlled(seen, ["group"])
    _note(hits, "fitted", found.reason is None)
    if found.reason is not None:
        return
    truth = world.ratio if found.ratios[0].value == "group 1" else 1 / world.ratio
    for key, ratios in (("controlled", found.ratios), ("check", found.check)):
        for each in ratios:
            _covers(hits, key, each.low, each.high, truth)
            _note(hits, f"{key} finds one", each.p <= 0.05)


if __name__ == "__main__":
    main()
