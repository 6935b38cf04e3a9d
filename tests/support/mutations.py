"""Damaged copies of real files, each decided by a seed, and what a decoder makes of many."""

from __future__ import annotations

import io
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from app.media.client import DecoderClient
from app.media.errors import MediaError
from tests.support.neighbours import hears_neighbour
from tests.support.seeds import seeds
from tests.support.structure import Field, fields, mend

KINDS = ("sizes", "sizes", "sizes", "noise", "bits", "cut", "repeat", "splice")
_EXTREMES = (0, 1, 2, 7, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 63)


def mutant(base: int, number: int) -> tuple[str, bytes]:
    """Name of the format it was made from, and the file."""
    names = list(seeds())
    name = names[number % len(names)]
    random = np.random.default_rng((base, number))
    data = bytearray(seeds()[name])
    for _ in range(int(random.integers(1, 3))):
        _hurt(data, str(random.choice(KINDS)), random)
        if not data:
            break
    return name, mend(data)


def _hurt(data: bytearray, kind: str, random: np.random.Generator) -> None:
    start, length = int(random.integers(0, len(data))), int(random.integers(1, 400))
    match kind:
        case "sizes":
            found = fields(bytes(data))
            for _ in range(int(random.integers(1, 5)) if found else 0):
                _set(data, found[int(random.integers(0, len(found)))], random)
        case "noise":
            for _ in range(int(random.integers(1, 20))):
                data[int(random.integers(0, len(data)))] = int(random.integers(0, 256))
        case "bits":
            for _ in range(int(random.integers(1, 20))):
                data[int(random.integers(0, len(data)))] ^= 1 << int(random.integers(0, 8))
        case "cut":
            del data[start : start + length if random.random() < 0.5 else None]
        case "repeat":
            data[start:start] = data[start : start + length] * int(random.integers(1, 50))
        case _:
            other = seeds()[str(random.choice(list(seeds())))]
            at = int(random.integers(0, len(other)))
            data[start:start] = other[at:] if random.random() < 0.5 else other[at : at + length]


def _set(data: bytearray, where: Field, random: np.random.Generator) -> None:
    """An extreme value, a random one, or one that is a little off."""
    bits = 8 * where.width if where.order != "vint" else 7 * where.width
    order = "big" if where.order == "vint" else where.order
    present = int.from_bytes(data[where.at : where.at + where.width], order)
    value = (
        int(random.choice(np.array(_EXTREMES, dtype=object))),
        int.from_bytes(random.bytes(8), "big"),
        present + int(random.integers(-4, 5)),
        (1 << bits) - 1,
    )[int(random.integers(0, 4))] % (1 << bits)
    if where.order == "vint":
        value |= 1 << bits
    data[where.at : where.at + where.width] = value.to_bytes(where.width, order)


@dataclass(slots=True)
class Outcomes:
    """What came of each: "samples" or the code of an error, by format."""

    by_format: dict[str, Counter[str]] = field(default_factory=dict)
    slowest_s: float = 0.0
    slowest: int = -1
    crashed: list[int] = field(default_factory=list)
    leaked: list[int] = field(default_factory=list)
    longest_s: float = 0.0

    @property
    def codes(self) -> Counter[str]:
        return sum(self.by_format.values(), Counter())

    def table(self) -> str:
        codes = sorted(self.codes)
        rows = [("format", codes)]
        for name, found in [*self.by_format.items(), ("all", self.codes)]:
            rows.append((name, [str(found[code]) for code in codes]))
        return "\n".join(
            name.ljust(11) + "".join(text.rjust(19) for text in texts) for name, texts in rows
        )


def campaign(
    client: DecoderClient, base: int, numbers: Iterable[int], clients: int = 3, max_s: float = 60
) -> Outcomes:
    """Decode the mutants, several at once. Raises AssertionError: sound without a summary."""
    outcomes = Outcomes({name: Counter() for name in seeds()})

    def one(number: int) -> tuple[int, str, str, float, float, bool]:
        name, data = mutant(base, number)
        started_s = time.monotonic()
        leaked, samples = False, 0
        try:
            with client.decode(io.BytesIO(data), max_s) as decoding:
                for block in decoding:
                    samples += len(block)
                    leaked = leaked or hears_neighbour(block)
                assert samples == decoding.summary.samples
            outcome = "samples"
        except MediaError as error:
            outcome = error.code
        return number, name, outcome, time.monotonic() - started_s, samples / 16_000, leaked

    with ThreadPoolExecutor(clients) as pool:
        for number, name, outcome, took_s, sound_s, leaked in pool.map(one, numbers):
            outcomes.by_format[name][outcome] += 1
            outcomes.longest_s = max(outcomes.longest_s, sound_s)
            if took_s > outcomes.slowest_s:
                outcomes.slowest_s, outcomes.slowest = took_s, number
            if outcome == "decoder_crashed":
                outcomes.crashed.append(number)
            if leaked:
                outcomes.leaked.append(number)
    return outcomes
