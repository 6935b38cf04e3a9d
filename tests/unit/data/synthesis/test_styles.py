"""The committed voices are kokoro-js' in float16, to the bit."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from data.synthesis.errors import SynthesisError
from data.synthesis.kokoro import Sums, load_voice
from data.synthesis.styles import FOLDER, SHAPE, SUFFIX, packed, sha256_of, unpacked


def test_packing_keeps_every_bit() -> None:
    bits = np.random.default_rng(0).integers(0, 2**16, SHAPE, dtype=np.uint16)
    style = bits.view(np.float16)
    assert np.array_equal(unpacked(packed(style)).view(np.uint16), bits)


def test_every_committed_voice_is_the_one_of_its_sum() -> None:
    sums = Sums.load()
    assert {path.name.removesuffix(SUFFIX) for path in FOLDER.glob(f"*{SUFFIX}")} == set(
        sums.halves
    )
    assert sums.halves.keys() == sums.voices.keys()
    for name in sums.halves:
        voice = load_voice(name, FOLDER, sums)
        assert voice.shape == (510, 1, 256) and voice.dtype == np.float32
        assert 0.5 < np.abs(voice).max() < 10


def test_another_voice_under_its_name_is_refused(tmp_path: Path) -> None:
    shutil.copy(FOLDER / f"af_kore{SUFFIX}", tmp_path / f"af_nova{SUFFIX}")
    with pytest.raises(SynthesisError, match=r"af_nova.f16.xz has sha256 .* demands"):
        load_voice("af_nova", tmp_path, Sums.load())


def test_a_damaged_voice_is_refused(tmp_path: Path) -> None:
    content = (FOLDER / f"af_kore{SUFFIX}").read_bytes()
    (tmp_path / f"af_kore{SUFFIX}").write_bytes(content[:1000])
    with pytest.raises(SynthesisError, match="not a packed voice"):
        load_voice("af_kore", tmp_path, Sums.load())
    shorter = packed(unpacked(content)[:100])
    with pytest.raises(SynthesisError, match="not a packed voice"):
        unpacked(shorter)


def test_sums_are_of_the_numbers_not_of_the_packing() -> None:
    style = unpacked((FOLDER / f"bm_fable{SUFFIX}").read_bytes())
    assert sha256_of(style) == Sums.load().halves["bm_fable"]
    changed = style.copy()
    changed.view(np.uint16)[200, 100] ^= 1
    assert sha256_of(changed) != Sums.load().halves["bm_fable"]
