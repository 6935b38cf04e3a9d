"""What is heard in training beside the clean clips is drawn from the seed, clip by clip."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from data.nonspeech import recipes
from worker.adaptation.augment import (
    NONSPEECH_SEED,
    WAYS,
    Augmentation,
    augment,
    general,
    mixed,
    spoiled,
    telephone,
    without_speech,
)
from worker.adaptation.clips import Clip, load, save
from worker.adaptation.making import REPLAY
from worker.adaptation.pipeline import StageFailed, Work
from worker.pipeline.types import SAMPLE_RATE, Samples


def tone(hz: float, length_s: float = 1.0) -> Samples:
    return np.sin(2 * np.pi * hz * np.arange(round(length_s * SAMPLE_RATE)) / SAMPLE_RATE).astype(
        np.float32
    ) * np.float32(0.3)


def clips(count: int = 40) -> list[Clip]:
    return [
        Clip(f"c{n}", f"text {n}", "train", "target", tone(200 + 30 * n), f"s{n % 4}")
        for n in range(count)
    ]


@pytest.mark.chapter(16)
def test_the_seed_and_the_clip_decide_and_nothing_else() -> None:
    how = Augmentation(seed=3)
    whole = {clip.id: clip for clip in spoiled(clips(), how)}
    again = {clip.id: clip for clip in spoiled(clips(), how)}
    assert whole.keys() == again.keys()
    assert all(np.array_equal(whole[name].samples, again[name].samples) for name in whole)
    assert {clip.made for clip in whole.values()} == set(WAYS)
    assert 0.25 < len(whole) / 40 < 0.75
    other = {clip.id for clip in spoiled(clips(), Augmentation(seed=4))}
    assert other != whole.keys()
    fewer = {clip.id for clip in spoiled(clips(20), how)}
    assert fewer == {name for name in whole if int(name[1:].split("+")[0]) < 20}


def test_the_text_stays_and_the_ratio_is_the_one_asked_for() -> None:
    for clip in spoiled(clips(), Augmentation()):
        assert clip.text == f"text {clip.id[1:].split('+')[0]}"
        assert float(np.abs(clip.samples).max()) <= 1
    noise = np.random.default_rng(0).standard_normal(SAMPLE_RATE).astype(np.float32)
    both = mixed(tone(300), noise, 10.0)
    heard = both - tone(300) * (both @ tone(300)) / (tone(300) @ tone(300))
    ratio = np.mean(tone(300) ** 2) / np.mean(heard**2)
    assert 10 * np.log10(ratio) == pytest.approx(10, abs=0.7)
    assert np.array_equal(mixed(np.zeros(100, np.float32), noise[:100], 10), np.zeros(100))


def test_a_telephone_lets_a_voice_through_and_nothing_above() -> None:
    kept, lost = telephone(tone(1000)), telephone(tone(6000))
    assert np.corrcoef(kept, tone(1000))[0, 1] > 0.99
    assert float(np.abs(lost).max()) < 0.01


@pytest.mark.chapter(16)
def test_sounds_without_speech_are_none_of_a_test_collection() -> None:
    made = list(without_speech(Augmentation(nonspeech=3, nonspeech_s=2)))
    assert [clip.text for clip in made] == [""] * 3
    assert all(clip.duration_s <= 2 for clip in made)
    for number, clip in enumerate(made):
        judged = recipes.make(number, 0).samples[: len(clip.samples)] / np.float32(32767)
        assert not np.array_equal(judged, clip.samples)
    assert NONSPEECH_SEED > 1_000_000


@pytest.mark.chapter(16)
def test_general_speech_is_trained_on_or_chosen_by_never_both() -> None:
    if not (REPLAY / "manifest.jsonl").is_file():
        pytest.fail("the replay corpus is part of the repository")
    found = list(general(REPLAY, Augmentation()))
    replayed = {clip.text for clip in found if clip.split == "train"}
    guard = {clip.text for clip in found if clip.split == "guard"}
    assert replayed and guard
    assert not replayed & guard
    assert 0.1 < len(guard) / len(replayed | guard) < 0.35
    for split in ("train", "guard"):  # a guard without anything hard in it shows no harm
        of_split = [clip for clip in found if clip.split == split]
        assert sum(clip.made in WAYS for clip in of_split) * 2 == len(of_split)


def test_the_whole_set_is_written_and_read_again(tmp_path: Path) -> None:
    for name in ("speech", "out"):
        (tmp_path / name).mkdir()
    dev = Clip("d", "dev text", "dev", "target", tone(500), "other", "0" * 64)
    save([*clips(8), dev], tmp_path / "speech")
    work = Work(tmp_path / "out", tmp_path, {"speech": tmp_path / "speech"}, lambda *_: None)
    augment(Augmentation(nonspeech=2), [], work)
    found = {clip.id: clip for clip in load(tmp_path / "out")}
    assert found["d"].sha256 == "0" * 64
    assert np.abs(found["c3"].samples - tone(290)).max() < 1 / 32000
    assert sum(clip.kind == "nonspeech" for clip in found.values()) == 2
    save(clips(2), tmp_path / "speech")
    with pytest.raises(StageFailed, match="none to choose by"):
        augment(Augmentation(), [], work)
