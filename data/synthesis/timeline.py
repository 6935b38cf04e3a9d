"""Lays turns, pauses and noise on one line: where the exact times of a recording come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from data.synthesis.errors import SynthesisError
from data.synthesis.script import Gap, Script, Turn

SAMPLE_RATE_HZ = 24_000
"""What Kokoro makes; Opus takes it as it is."""

SPEECH_DBFS = -22.0
_PEAK = 0.95
_FRAME = SAMPLE_RATE_HZ // 100
_QUIET_DB = -50.0
_FADE_S = 0.15

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Word:
    """A word, or a term that is respelled as a whole, and when it is heard."""

    word: str
    start_s: float
    end_s: float

    def later(self, by_s: float) -> Word:
        return replace(self, start_s=self.start_s + by_s, end_s=self.end_s + by_s)


@dataclass(frozen=True)
class Speech:
    """One turn as the synthesiser gives it."""

    samples: Samples
    words: tuple[Word, ...] = ()
    """In seconds from the first sample; none when their times are not known."""


Speak = Callable[[Turn], Speech]


@dataclass(frozen=True)
class Span:
    """Where one item of the script ended up, in seconds from the start of the recording."""

    item: Turn | Gap
    start_s: float
    end_s: float
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class Recording:
    samples: Samples
    """float32 mono in -1..1 at `SAMPLE_RATE_HZ`."""
    spans: tuple[Span, ...]


class _Mix:
    """Samples added at any place; it grows as they come."""

    def __init__(self) -> None:
        self._samples = np.zeros(SAMPLE_RATE_HZ * 60, dtype=np.float32)
        self.end = 0

    def add(self, start: int, samples: Samples) -> None:
        end = start + len(samples)
        while end > len(self._samples):
            self._samples = np.concatenate([self._samples, np.zeros_like(self._samples)])
        self._samples[start:end] += samples
        self.end = max(self.end, end)

    def finish(self) -> Samples:
        """All of it; where two loud voices together are too much, the whole gets softer."""
        samples = self._samples[: self.end]
        peak = float(np.abs(samples).max(initial=0.0))
        return samples * np.float32(_PEAK / peak) if peak > 1.0 else samples


def lay_out(script: Script, speak: Speak) -> Recording:
    """Speak every turn and join all items, remembering where each begins and ends.

    A turn begins with the first and ends with the last 10 ms that are heard: the silence the
    synthesiser leaves at its edges is cut, so the pauses and overlaps are those of the script.

    Raises:
        SynthesisError: a turn came out silent, or overlaps with what it cannot.
    """
    noise = np.random.default_rng(script.seed)
    mix = _Mix()
    spans: list[Span] = []
    mix.add(0, _silence(script.lead_in_s))
    previous: Turn | Gap | None = None
    for item in script.items:
        start = mix.end
        words: tuple[Word, ...] = ()
        if isinstance(item, Turn):
            speech = _cut_and_levelled(speak(item), item)
            samples = speech.samples
            if item.overlap_s:
                start -= round(item.overlap_s * SAMPLE_RATE_HZ)
                _check_overlap(item, start / SAMPLE_RATE_HZ, spans)
            elif isinstance(previous, Turn):
                start += round(item.pause_s * SAMPLE_RATE_HZ)
            words = tuple(word.later(start / SAMPLE_RATE_HZ) for word in speech.words)
        elif item.noise_dbfs is not None:
            samples = soft_noise(item.duration_s, item.noise_dbfs, noise)
        else:
            samples = _silence(item.duration_s)
        mix.add(start, samples)
        end = start + len(samples)
        spans.append(Span(item, start / SAMPLE_RATE_HZ, end / SAMPLE_RATE_HZ, words))
        previous = item
    mix.add(mix.end, _silence(script.lead_out_s))
    return Recording(mix.finish(), tuple(spans))


def _check_overlap(turn: Turn, start_s: float, spans: list[Span]) -> None:
    before = spans[-1]
    if start_s <= before.start_s:
        raise SynthesisError(
            f"{turn.text!r} overlaps by {turn.overlap_s:g} s and would begin before the turn it"
            f" answers, which lasts {before.end_s - before.start_s:.2f} s"
        )
    for span in spans:
        if (
            isinstance(span.item, Turn)
            and span.item.speaker == turn.speaker
            and span.end_s > start_s
        ):
            raise SynthesisError(
                f"{turn.text!r}: {turn.speaker} would still be saying {span.item.text!r}"
            )


def _cut_and_levelled(speech: Speech, turn: Turn) -> Speech:
    first, last = heard(speech.samples, turn.text)
    samples = even_level(speech.samples[first:last], SPEECH_DBFS + turn.level_db)
    length_s = len(samples) / SAMPLE_RATE_HZ
    words = tuple(
        Word(
            word.word,
            min(max(word.start_s - first / SAMPLE_RATE_HZ, 0.0), length_s),
            min(max(word.end_s - first / SAMPLE_RATE_HZ, 0.0), length_s),
        )
        for word in speech.words
    )
    return Speech(samples, words)


def heard(samples: Samples, text: str) -> tuple[int, int]:
    """First and last sample of what is heard: 10 ms are not if 50 dB below the loudest ones."""
    whole = len(samples) // _FRAME
    rms = np.sqrt(np.mean(samples[: whole * _FRAME].reshape(whole, _FRAME) ** 2, axis=1))
    if whole == 0 or not rms.max() > 0:
        raise SynthesisError(f"the synthesiser made no sound for {text!r}")
    loud = np.flatnonzero(rms > rms.max() * 10 ** (_QUIET_DB / 20))
    return int(loud[0]) * _FRAME, int(loud[-1] + 1) * _FRAME


def even_level(samples: Samples, level_dbfs: float = SPEECH_DBFS) -> Samples:
    """Bring speech to the level, or as near as its peak allows: voices differ by some dB."""
    rms = float(np.sqrt(np.mean(samples**2)))
    gain = min(10 ** (level_dbfs / 20) / rms, _PEAK / float(np.abs(samples).max()))
    return (samples * gain).astype(np.float32)


def soft_noise(duration_s: float, level_dbfs: float, random: np.random.Generator) -> Samples:
    """Noise falling by 3 dB an octave from 50 Hz on, like a quiet room, faded at both ends."""
    count = round(duration_s * SAMPLE_RATE_HZ)
    spectrum = np.fft.rfft(random.standard_normal(count))
    frequency_hz = np.fft.rfftfreq(count, 1 / SAMPLE_RATE_HZ)
    samples = np.fft.irfft(spectrum / np.sqrt(np.maximum(frequency_hz, 50.0)), count)
    samples *= 10 ** (level_dbfs / 20) / np.sqrt(np.mean(samples**2))
    fade = min(round(_FADE_S * SAMPLE_RATE_HZ), count // 2)
    ramp = np.linspace(0.0, 1.0, fade)
    samples[:fade] *= ramp
    samples[count - fade :] *= ramp[::-1]
    return samples.astype(np.float32)


def _silence(duration_s: float) -> Samples:
    return np.zeros(round(duration_s * SAMPLE_RATE_HZ), dtype=np.float32)
