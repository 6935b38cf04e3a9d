"""All conditions together: the same from the same, no level above 1, versions that notice."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.audio.decode import Samples, decode
from evaluation.conditions import (
    CONDITIONS,
    FAMILIES,
    SEVERITY_GRID,
    ConditionError,
    UnknownCondition,
    condition,
)
from evaluation.conditions.material import digest, noises
from evaluation.conditions.media import read
from evaluation.conditions.surroundings import Noise

RATE = 16_000
FINGERPRINTS = Path(__file__).with_name("fingerprints.json")
MOVING = ("speed", "pause", "dead")


def sweep() -> Samples:
    """Made of numbers, the same everywhere: a rising tone in bursts, rather loud."""
    time = np.arange(4 * RATE) / RATE
    tone = 0.8 * np.sin(2 * np.pi * (100 + 800 * time) * time)
    return (tone * (np.sin(2 * np.pi * 1.5 * time) > -0.6)).astype(np.float32)


@pytest.mark.parametrize("name", CONDITIONS)
def test_the_same_clip_comes_out_the_same_and_fits(noisy: Path, speech: Samples, name: str) -> None:
    short = speech[: 3 * RATE]
    kept = short.copy()
    first = condition(name).apply(short, "a")
    assert condition(name).prepare(short, "a") == first.data
    assert np.array_equal(short, kept), "the samples given were changed"
    sound = read(first.data)
    assert np.abs(sound).max() <= 1
    if not name.startswith(MOVING):
        assert len(sound) == len(short)
        assert first.times(1.5) == 1.5
    if name != "clean":
        assert first.data != condition("clean").prepare(short, "a")


def test_chance_is_that_of_the_clip(noisy: Path, speech: Samples) -> None:
    for name in ("noise-10", "babble-10", "loss-10"):
        assert condition(name).prepare(speech, "a") != condition(name).prepare(speech, "b")


def test_the_product_reads_the_files(noisy: Path, speech: Samples, tmp_path: Path) -> None:
    for name in ("opus-8k", "dead-channel"):
        path = tmp_path / f"{name}.flac"
        path.write_bytes(condition(name).prepare(speech, "a"))
        assert len(decode(path)) == len(speech)


def test_the_grid_is_complete_and_ordered() -> None:
    assert list(SEVERITY_GRID) == list(FAMILIES)
    for family, names in SEVERITY_GRID.items():
        assert names
        severities = [CONDITIONS[name].severity for name in names]
        assert severities == sorted(severities)
        assert all(CONDITIONS[name].family == family for name in names)
    assert {each.family for each in CONDITIONS.values()} == {"clean", *FAMILIES}


def test_an_unknown_condition_is_met_with_the_nearest() -> None:
    with pytest.raises(UnknownCondition, match=r"no condition noise-7.*noise-"):
        condition("noise-7")


def test_no_samples_cannot_be_changed() -> None:
    with pytest.raises(ConditionError, match="empty-clip has no samples"):
        condition("gain-20").prepare(np.zeros(0, dtype=np.float32), "empty-clip")


def test_versions_differ_and_follow_parameters_material_and_revision(
    noisy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = {each.version for each in CONDITIONS.values()}
    assert len(versions) == len(CONDITIONS)
    ten = condition("noise-10")
    assert replace(ten, recipe=Noise(11)).version != ten.version
    assert replace(ten, title="Loud").version == ten.version
    before = ten.version
    monkeypatch.setattr(Noise, "revision", "noise 0")
    assert ten.version != before
    monkeypatch.undo()


def test_version_follows_the_recordings_of_noise(noisy: Path) -> None:
    sounds = noises()
    assert digest(*sounds) != digest(*sounds[:1])
    assert digest(*sounds) in condition("noise-10").recipe.made_of


@pytest.mark.parametrize("name", CONDITIONS)
def test_what_comes_out_is_as_it_was_at_this_revision(noisy: Path, name: str) -> None:
    """If this fails the samples have changed: raise `revision`, or cached transcripts are wrong.

    Then delete the condition's line in the file: it is written again.
    """
    done = condition(name)
    found = {
        "recipe": repr(done.recipe),
        "revision": done.recipe.revision,
        "levels": _levels(read(done.prepare(sweep(), "fingerprint"), None)),
    }
    known = json.loads(FINGERPRINTS.read_text()) if FINGERPRINTS.is_file() else {}
    if name not in known:
        known[name] = found
        rows = [f'"{key}": {json.dumps(row)}' for key, row in sorted(known.items())]
        FINGERPRINTS.write_text("{\n" + ",\n".join(rows) + "\n}\n")
        pytest.fail(f"the fingerprint of {name} was missing and has been written: look at it")
    assert (found["recipe"], found["revision"]) == (
        known[name]["recipe"],
        known[name]["revision"],
    ), "a recipe has changed: its line in the file has to be made again"
    assert np.allclose(found["levels"], known[name]["levels"], atol=0.3)


def _levels(samples: Samples) -> list[float]:
    """Levels in dB of four bands in eight equal parts of the time, from -60 on."""
    parts = np.array_split(samples, 8)
    bands = ((0, 500), (500, 1500), (1500, 4000), (4000, 8000))
    found = []
    for part in parts:
        power = np.square(np.abs(np.fft.rfft(part)) / len(part))
        hertz = np.fft.rfftfreq(len(part), 1 / RATE)
        for low, high in bands:
            level = 10 * np.log10(power[(hertz >= low) & (hertz < high)].sum() + 1e-12)
            found.append(round(max(float(level), -60.0), 2))
    return found
