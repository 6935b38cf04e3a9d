"""Voices of Kokoro in float16, 20 to 60 kB each, so that a checkout can speak without npm.

A voice is one style vector for each number of phonemes, and neighbours hardly differ: stored are
the differences of their bit patterns, low bytes before high bytes, packed by xz. What is read back
is the float16 array to the bit; `sums.toml` has the sum of that, not of the packed file.

    python -m data.synthesis.styles PACKAGE/voices

writes `data/synthesis/voices/*.f16.xz` anew from the float32 files of kokoro-js.
"""

from __future__ import annotations

import argparse
import hashlib
import lzma
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from data.synthesis.errors import SynthesisError

FOLDER = Path(__file__).with_name("voices")
SUFFIX = ".f16.xz"
SHAPE = (510, 256)

Style = npt.NDArray[np.float16]


def packed(style: Style) -> bytes:
    """`style`: float16, 510 x 256."""
    steps = np.diff(style.view(np.uint16), axis=0, prepend=np.uint16(0)).astype("<u2")
    planes = steps.reshape(-1).view(np.uint8).reshape(-1, 2).T
    return lzma.compress(np.ascontiguousarray(planes).tobytes(), preset=9)


def unpacked(content: bytes) -> Style:
    """The array that was packed. Raises `SynthesisError` if it is not one."""
    try:
        planes = np.frombuffer(lzma.decompress(content), np.uint8).reshape(2, -1)
        steps = np.ascontiguousarray(planes.T).view("<u2").reshape(SHAPE)
    except (lzma.LZMAError, ValueError) as damaged:
        raise SynthesisError(f"not a packed voice: {damaged}") from damaged
    return np.cumsum(steps, axis=0, dtype=np.uint16).view(np.float16)


def sha256_of(style: Style) -> str:
    """Of the bytes of the array, little endian."""
    return hashlib.sha256(style.astype("<f2").tobytes()).hexdigest()


def main(arguments: list[str] | None = None) -> int:
    # Here, because kokoro.py reads voices with this module.
    from data.synthesis.kokoro import Sums, load_voice

    parser = argparse.ArgumentParser(prog="python -m data.synthesis.styles", description=__doc__)
    parser.add_argument("voices", type=Path, help="folder of kokoro-js with the voices (*.bin)")
    options: Any = parser.parse_args(arguments)
    sums = Sums.load()
    FOLDER.mkdir(exist_ok=True)
    for name in sorted(sums.voices):
        try:
            whole = load_voice(name, options.voices, sums)
        except SynthesisError as problem:
            print(f"data.synthesis.styles: {problem}", file=sys.stderr)
            return 2
        style = whole.reshape(SHAPE).astype(np.float16)
        (FOLDER / f"{name}{SUFFIX}").write_bytes(packed(style))
        print(f'{name} = "{sha256_of(style)}"')
    return 0


if __name__ == "__main__":
    sys.exit(main())
