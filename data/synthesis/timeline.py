"""Lays turns, pauses and noise end to end: where the exact times of a recording come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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
Speak = Callable[[Turn], Samples]


@dataclass(frozen=True)
class Span:
    """Where one item of the script ended up, in seconds from the start of the recording."""

    item: Turn | Gap
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Recording:
    samples: Samples
    """float32 mono in -1..1 at `SAMPLE_RATE_HZ`."""
    spans: tuple[Span, ...]


def lay_out(script: Script, speak: Speak) -> Recording:
    """Speak every turn and join all items, remembering where each begins and ends.

    A turn begins with the first and ends with the last 10 ms that are heard: the silence the
    synthesiser leaves at its edges is cut, so the pauses are those of the script.

    Raises:
        SynthesisError: a turn came out silent.
    """
    noise = np.random.default_rng(script.seed)
    parts: list[Samples] = []
    spans: list[Span] = []
    length = 0

    def append(samples: Samples) -> None:
        nonlocal length
        parts.append(samples)
        length += len(samples)

    append(_silence(script.lead_in_s))
    previous: Turn | Gap | None = None
    for item in script.items:
        if isinstance(item, Turn):
            if isinstance(previous, Turn):
                append(_silence(item.pause_s))
            samples = even_level(cut_edges(speak(item), item.text))
        elif item.noise_dbfs is not None:
            samples = soft_noise(item.duration_s, item.noise_dbfs, noise)
        else:
            samples = _silence(item.duration_s)
        start = length
        append(samples)
        spans.append(Span(item, start / SAMPLE_RATE_HZ, length / SAMPLE_RATE_HZ))
        previous = item
    append(_silence(script.lead_out_s))
    return Recording(np.concatenate(parts), tuple(spans))


def cut_edges(samples: Samples, text: str) -> Samples:
    """Cut leading and trailing frames of 10 ms that are 50 dB below the loudest frame."""
    whole = len(samples) // _FRAME
    rms = np.sqrt(np.mean(samples[: whole * _FRAME].reshape(whole, _FRAME) ** 2, axis=1))
    if whole == 0 or not rms.max() > 0:
        raise SynthesisError(f"the synthesiser made no sound for {text!r}")
    heard = np.flatnonzero(rms > rms.max() * 10 ** (_QUIET_DB / 20))
    return samples[heard[0] * _FRAME : (heard[-1] + 1) * _FRAME]


def even_level(samples: Samples) -> Samples:
    """Bring speech to `SPEECH_DBFS`, or as near as its peak allows: voices differ by some dB."""
    rms = float(np.sqrt(np.mean(samples**2)))
    gain = min(10 ** (SPEECH_DBFS / 20) / rms, _PEAK / float(np.abs(samples).max()))
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
