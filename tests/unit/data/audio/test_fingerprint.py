"""A recording is known again after what copies go through, and a second reading is another one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from data.audio.decode import SAMPLE_RATE_HZ, Samples, decode
from data.audio.fingerprint import Print, fingerprint, similar
from data.checks.rules import SAME_SOUND
from tests.unit.data.checks.small import write

pytestmark = pytest.mark.chapter(16)


@pytest.fixture(scope="module")
def letters(corpora: Path) -> list[Samples]:
    """Ninety dictations: short, few words, the same ones again and again."""
    folder = corpora / "an4"
    rows = [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]
    return [decode(folder / row["audio"]) for row in rows[:90]]


@pytest.fixture(scope="module")
def prints(letters: list[Samples]) -> list[Print]:
    return [fingerprint(each) for each in letters]


def encoded(samples: Samples, folder: Path, codec: str, suffix: str, bit_rate: int) -> Samples:
    path = folder / f"copy.{suffix}"
    write(path, samples[None], SAMPLE_RATE_HZ, codec, bit_rate)
    return decode(path)


CHANGES: dict[str, Callable[[Samples, Path], Samples]] = {
    "quieter": lambda samples, _: samples * np.float32(0.1),
    "shorter": lambda samples, _: samples[1500:-1100],
    "after silence": lambda samples, _: np.pad(samples, (7000, 500)),
    "opus": lambda samples, folder: encoded(samples, folder, "libopus", "opus", 16_000),
    "mp3": lambda samples, folder: encoded(samples, folder, "libmp3lame", "mp3", 32_000),
    "noisier": lambda samples, _: (
        samples
        + np.random.default_rng(0).standard_normal(len(samples)).astype(np.float32)
        * np.sqrt(np.mean(samples**2))
        * np.float32(0.1)
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_the_same_recording(
    letters: list[Samples], prints: list[Print], tmp_path: Path, change: str
) -> None:
    chosen = range(0, 90, 9)
    copies = [fingerprint(CHANGES[change](letters[i], tmp_path)) for i in chosen]
    found = similar([*prints, *copies], SAME_SOUND)
    assert set(found) == {(i, len(prints) + n) for n, i in enumerate(chosen)}


def test_no_two_recordings_are_the_same(prints: list[Print]) -> None:
    assert similar(prints, SAME_SOUND) == {}


def test_a_part_that_both_have_is_not_a_copy(letters: list[Samples]) -> None:
    first, common, last = (letters[i][: 2 * SAMPLE_RATE_HZ] for i in (20, 40, 60))
    one, other = np.concatenate([first, common]), np.concatenate([common, last])
    assert similar([fingerprint(one), fingerprint(other)], SAME_SOUND) == {}
    assert similar([fingerprint(one), fingerprint(common)], SAME_SOUND).keys() == {(0, 1)}


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.5])
def test_silence_is_nothing_to_know_again(seconds: float) -> None:
    silence = fingerprint(np.zeros(round(seconds * SAMPLE_RATE_HZ), np.float32))
    assert similar([silence, silence], 0.0) == {}
    assert similar([], 0.0) == {}
