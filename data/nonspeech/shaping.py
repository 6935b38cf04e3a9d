"""Building blocks: shaped noise, envelopes, sounds placed in time. Arrays are float64, 16 kHz."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

RATE_HZ: Final = 16_000

Signal = npt.NDArray[np.floating[Any]]
Random = np.random.Generator
Recipe = Callable[[int, Random], Signal]
"""From a number of samples and a source of chance to as many samples, at any level."""


def seconds(count: int) -> Signal:
    """Time of each of `count` samples."""
    return np.arange(count) / RATE_HZ


def shaped_noise(count: int, random: Random, gain: Callable[[Signal], Signal]) -> Signal:
    """Gaussian noise whose spectrum is multiplied by `gain` of the frequency in Hz, RMS 1."""
    # A length with small factors: the transform of a prime number of samples takes seconds.
    padded = -(-count // RATE_HZ) * RATE_HZ
    spectrum = np.fft.rfft(random.standard_normal(padded))
    spectrum *= gain(np.fft.rfftfreq(padded, 1 / RATE_HZ))
    return level(np.fft.irfft(spectrum, padded)[:count])


def band_noise(count: int, random: Random, low_hz: float, high_hz: float) -> Signal:
    """Noise between two frequencies, with edges of 12 dB an octave."""
    return shaped_noise(count, random, lambda hz: band(hz, low_hz, high_hz))


def band(hz: Signal, low_hz: float, high_hz: float) -> Signal:
    """Gain of a band pass."""
    return 1 / (1 + (low_hz / np.maximum(hz, 1.0)) ** 4) ** 0.5 / (1 + (hz / high_hz) ** 4) ** 0.5


def filtered(signal: Signal, gain: Callable[[Signal], Signal]) -> Signal:
    """The signal with its spectrum multiplied by `gain` of the frequency in Hz."""
    padded = -(-len(signal) // RATE_HZ) * RATE_HZ
    spectrum = np.fft.rfft(signal, padded) * gain(np.fft.rfftfreq(padded, 1 / RATE_HZ))
    return np.fft.irfft(spectrum, padded)[: len(signal)]


def wander(count: int, random: Random, step_s: float, low: float, high: float) -> Signal:
    """A value that moves at random between two limits, a new aim every `step_s`."""
    points = int(count / RATE_HZ / step_s) + 2
    return np.interp(
        seconds(count), np.arange(points) * step_s, random.uniform(low, high, size=points)
    )


def decay(count: int, time_s: float) -> Signal:
    """Falls to 1/e in `time_s`, with an attack of 2 ms so that nothing clicks by accident."""
    time = seconds(count)
    return np.asarray(np.exp(-time / time_s) * np.minimum(time / 0.002, 1.0))


def gate(count: int, edge_s: float) -> Signal:
    """One, with ramps at both ends."""
    edge = min(max(1, round(edge_s * RATE_HZ)), max(1, count // 2))
    ramp = np.ones(count)
    ramp[:edge] = np.linspace(0, 1, edge)
    ramp[count - edge :] = ramp[:edge][::-1]
    return ramp


def place(target: Signal, start_s: float, sound: Signal, gain: float = 1.0) -> None:
    """Add the sound at a time; what is over the end is dropped."""
    start = round(start_s * RATE_HZ)
    room = len(target) - start
    if room > 0:
        target[start : start + len(sound)] += gain * sound[:room]


def times(length_s: float, random: Random, each_s: float) -> Signal:
    """Moments of independent events that come every `each_s` on average, in order."""
    return np.sort(random.uniform(0, length_s, size=random.poisson(length_s / each_s)))


def tone(count: int, frequency_hz: float | Signal) -> Signal:
    """A sine; the frequency may change from sample to sample."""
    steps = np.broadcast_to(np.asarray(frequency_hz, dtype=np.float64), (count,))
    return np.sin(2 * np.pi * np.cumsum(steps) / RATE_HZ)


def level(signal: Signal) -> Signal:
    """The signal at RMS 1, or as it is when it is silent."""
    rms = float(np.sqrt(np.mean(signal**2))) if len(signal) else 0.0
    return signal / rms if rms > 0 else signal
