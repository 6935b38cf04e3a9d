"""The command: ``python -m data.synthesis.accuracy SCRIPT …`` says how exact word times are.

Where a word comes after a pause, its beginning can be heard, to 10 ms. That is compared with the
beginning by the model's durations: the median is the lag by which all are corrected, the spread
around it is what remains of the words inside a phrase, whose beginning nobody can see.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from data.synthesis.errors import SynthesisError
from data.synthesis.kokoro import kokoro
from data.synthesis.script import Turn, load_script
from data.synthesis.timeline import Speech
from data.synthesis.words import pauses


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m data.synthesis.accuracy", description=__doc__)
    parser.add_argument("scripts", type=Path, nargs="+", metavar="SCRIPT")
    parser.add_argument("--voices", type=Path, default=Path(os.environ.get("LECTERN_VOICES", "")))
    options = parser.parse_args(arguments)
    try:
        late_s = np.array(list(_late(options.scripts, options.voices)))
    except SynthesisError as problem:
        print(f"data.synthesis.accuracy: {problem}", file=sys.stderr)
        return 2
    if not len(late_s):
        print("No turn has a pause in it.", file=sys.stderr)
        return 1
    median_s = float(np.median(late_s))
    off_s = np.abs(late_s - median_s)
    print(
        f"{len(late_s)} words after a pause: {1000 * median_s:.0f} ms late (median);"
        f" corrected by that, half are within {1000 * np.median(off_s):.0f} ms,"
        f" nine in ten within {1000 * np.quantile(off_s, 0.9):.0f} ms"
    )
    return 0


def _late(scripts: Sequence[Path], voices: Path) -> Iterator[float]:
    turns = [item for path in scripts for item in load_script(path).items if isinstance(item, Turn)]
    with kokoro(sorted({turn.voice for turn in turns}), voices, threads=2, fit=False) as speak:
        for turn in turns:
            yield from late(speak(turn))


def late(speech: Speech) -> Iterator[float]:
    """By how much the durations put each word later that is heard right after a pause."""
    silent, _, _ = pauses(speech.samples)
    for before, after in pairwise(speech.words):
        low, high = (before.start_s + before.end_s) / 2, (after.start_s + after.end_s) / 2
        inside = [end_s for start_s, end_s in silent if low < start_s and end_s < high]
        if len(inside) == 1:
            yield after.start_s - inside[0]


if __name__ == "__main__":
    sys.exit(main())
