"""What training hears beside the clean clips: noise, babble, telephones; general speech; no speech.

All of it is drawn from the seed and the clip's own id, so one clip more or less changes no other.
Nothing that a model is judged with is in it: the noise is computed, the babble is made of training
clips, the sounds without speech have a seed that no test collection has.
"""

# Ch 16 · Data Quality: what is judged with (noise, voices, sounds) is never what is trained with

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from data.nonspeech import recipes
from worker.adaptation.clips import LONGEST_S, Clip, chosen, load, of_corpus, save
from worker.adaptation.pipeline import StageFailed, Work
from worker.pipeline.types import SAMPLE_RATE, Samples

NONSPEECH_SEED: Final = 7_000_001
"""Far from those anybody types for a test collection."""
WAYS: Final = ("noise", "babble", "telephone")
_TELEPHONE_HZ: Final = (300.0, 3400.0)
_MU: Final = 255.0


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How much of what is added."""

    seed: int = 0
    share: float = 0.5
    """Of the training clips: so many are heard a second time, spoiled in one of `WAYS`."""
    snr_db: tuple[float, float] = (5.0, 20.0)
    nonspeech: int = 24
    """Clips in which nobody speaks."""
    nonspeech_s: float = 12.0
    """Longest of them."""
    replay: bool = True
    """General speech, so that it is not forgotten."""
    people: tuple[str, ...] = ()
    """Corpora of recorded people that are replayed as well: readers make no recogniser hesitate."""
    guard_of: int = 5
    """One of so many sentences of general speech is chosen by instead, never trained on."""


def augment(how: Augmentation, replay: Sequence[Path], work: Work) -> None:
    """The whole set that is trained on and chosen by, as clips. `replay`: folders of corpora."""
    spoken = load(work.before["speech"])
    train = chosen(spoken, "train")
    if not train or not chosen(spoken, "dev"):
        raise StageFailed("There are no clips to train on, or none to choose by.")
    made = [*spoken, *spoiled(train, how), *without_speech(how)]
    for folder in replay:
        made += general(folder, how)
    work.progress(0.9, f"{len(made)} clips")
    save(made, work.out)


def spoiled(clips: Sequence[Clip], how: Augmentation) -> Iterator[Clip]:
    """A share of the clips, each in one way."""
    for clip in clips:
        dice = _dice("spoil", clip.id, how.seed)
        if dice.random() >= how.share:
            continue
        way = WAYS[int(dice.integers(len(WAYS)))]
        snr_db = float(dice.uniform(*how.snr_db))
        if way == "telephone":
            samples = telephone(clip.samples)
        elif way == "babble":
            samples = mixed(clip.samples, _babble(clip, clips, dice), snr_db)
        else:
            samples = mixed(clip.samples, _noise(len(clip.samples), dice), snr_db)
        yield clip.changed(samples, way)


def without_speech(how: Augmentation) -> Iterator[Clip]:
    """Sounds of every kind in turn; nothing is to be written for them."""
    for number in range(how.nonspeech):
        sound = recipes.make(number, NONSPEECH_SEED + how.seed)
        length = round(how.nonspeech_s * SAMPLE_RATE)
        samples = sound.samples[:length].astype(np.float32) / np.float32(32767)
        yield Clip(f"nonspeech-{number:03}-{sound.kind}", "", "train", "nonspeech", samples)


def general(folder: Path, how: Augmentation) -> Iterator[Clip]:
    """General speech: most of it replayed, some of it a guard to choose by, apart by sentence.

    Every clip a second time, spoiled. A guard of clean sentences alone, in which the parent errs
    nowhere, shows no harm; and what people lose first is what they say in noise.
    """
    train, guard = [], []
    for clip in of_corpus(folder, "train", "replay"):
        if clip.duration_s > LONGEST_S:
            continue
        lot = int.from_bytes(hashlib.sha256(clip.text.encode()).digest()[:4], "big")
        if lot % how.guard_of:
            train.append(clip)
        else:
            guard.append(replace(clip, split="guard"))
    for part in (train, guard):
        yield from part
        yield from spoiled(part, replace(how, share=1.0))


def mixed(speech: Samples, added: Samples, snr_db: float) -> Samples:
    """Speech with `added` so many dB below it (mean square over the clip), within full scale."""
    power, other = (float(np.mean(np.square(x, dtype=np.float64))) for x in (speech, added))
    if power == 0 or other == 0:
        return speech
    gain = np.sqrt(power / other / 10 ** (snr_db / 10))
    both = speech + np.float32(gain) * added
    return np.asarray(both / max(1.0, float(np.abs(both).max())), dtype=np.float32)


def telephone(samples: Samples) -> Samples:
    """300 to 3400 Hz, 8 bits by the µ-law of G.711: what is left of a voice on a line."""
    spectrum = np.fft.rfft(samples)
    frequencies = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    low, high = _TELEPHONE_HZ
    spectrum[(frequencies < low) | (frequencies > high)] = 0
    narrow = np.clip(np.fft.irfft(spectrum, len(samples)), -1, 1)
    pressed = np.sign(narrow) * np.log1p(_MU * np.abs(narrow)) / np.log1p(_MU)
    stepped = np.round(pressed * 127) / 127
    heard = np.sign(stepped) * np.expm1(np.abs(stepped) * np.log1p(_MU)) / _MU
    return np.asarray(heard, dtype=np.float32)


def _noise(length: int, dice: np.random.Generator) -> Samples:
    """White to brown: the spectrum falls with a drawn power of the frequency."""
    spectrum = np.fft.rfft(dice.standard_normal(length))
    falling = np.fft.rfftfreq(length, 1 / SAMPLE_RATE).clip(50.0) ** -float(dice.uniform(0, 1))
    return np.asarray(np.fft.irfft(spectrum * falling, length), dtype=np.float32)


def _babble(clip: Clip, clips: Sequence[Clip], dice: np.random.Generator) -> Samples:
    """Four others of training, talking at once."""
    others = [each for each in clips if each.speaker != clip.speaker or not clip.speaker]
    others = others or list(clips)
    picked = [others[int(dice.integers(len(others)))] for _ in range(4)]
    whole = np.zeros(len(clip.samples), dtype=np.float32)
    for each in picked:
        whole += np.resize(each.samples, len(whole))
    return whole


def _dice(*parts: object) -> np.random.Generator:
    joined = "\n".join(map(str, parts)).encode()
    return np.random.default_rng(int.from_bytes(hashlib.sha256(joined).digest()[:8], "big"))
