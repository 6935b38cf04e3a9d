"""Things that are touched: keys, clocks, knocks."""

from __future__ import annotations

import numpy as np

from data.nonspeech.shaping import (
    RATE_HZ,
    Random,
    Signal,
    band_noise,
    decay,
    place,
    times,
    tone,
)


def clicks(count: int, random: Random) -> Signal:
    """Single samples and very short bursts: a bad contact, a scratched record."""
    sound = 0.01 * random.standard_normal(count)
    for at_s in times(count / RATE_HZ, random, random.uniform(0.05, 0.8)):
        short = int(random.integers(1, 24))
        place(sound, at_s, random.standard_normal(short), random.uniform(0.3, 1.0))
    return sound


def typing(count: int, random: Random) -> Signal:
    """Somebody writes: words of key strokes, each down and up, with rests to think."""
    sound = np.zeros(count)
    at_s = random.uniform(0, 1)
    pace_s = random.uniform(0.09, 0.2)
    while at_s < count / RATE_HZ:
        for _ in range(int(random.integers(2, 10))):
            strength = random.uniform(0.4, 1.0)
            place(sound, at_s, _key(random, 0.012), strength)
            place(sound, at_s + random.uniform(0.05, 0.09), _key(random, 0.006), 0.4 * strength)
            at_s += pace_s * random.lognormal(0, 0.25)
        at_s += random.exponential(0.8)
    return sound


def _key(random: Random, ring_s: float) -> Signal:
    short = round(0.05 * RATE_HZ)
    click = band_noise(short, random, 1200, 6000) * decay(short, ring_s / 3)
    body = tone(short, random.uniform(180, 420)) * decay(short, ring_s)
    return click + 0.8 * body


def clock(count: int, random: Random) -> Signal:
    """Tick and tock, a little apart in sound."""
    sound = 0.003 * random.standard_normal(count)
    short = round(0.03 * RATE_HZ)
    ticks = [
        band_noise(short, random, hz, hz * 1.5) * decay(short, 0.004)
        for hz in random.uniform(1500, 4000, size=2)
    ]
    period_s = float(random.choice([0.25, 0.5, 1.0]))
    for number, at_s in enumerate(np.arange(0.1, count / RATE_HZ, period_s)):
        place(sound, float(at_s), ticks[number % 2])
    return sound


def knocks(count: int, random: Random) -> Signal:
    """A door, a table, steps: dull blows in groups."""
    sound = np.zeros(count)
    at_s = random.uniform(0.2, 2.0)
    while at_s < count / RATE_HZ:
        pitch_hz, period_s = random.uniform(70, 260), random.uniform(0.15, 0.6)
        for _ in range(int(random.integers(2, 9))):
            short = round(0.25 * RATE_HZ)
            blow = tone(short, pitch_hz) * decay(short, 0.04)
            blow += 0.4 * band_noise(short, random, 200, 1500) * decay(short, 0.01)
            place(sound, at_s, blow, random.uniform(0.6, 1.0))
            at_s += period_s * random.normal(1.0, 0.04)
        at_s += random.uniform(1.0, 6.0)
    return sound
