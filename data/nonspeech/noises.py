"""Steady sounds: silence, coloured noise, weather, engines."""

from __future__ import annotations

import numpy as np

from data.nonspeech.shaping import (
    RATE_HZ,
    Random,
    Signal,
    band_noise,
    decay,
    level,
    place,
    seconds,
    shaped_noise,
    times,
    tone,
    wander,
)


def digital_silence(count: int, random: Random) -> Signal:
    """Zeros: a muted microphone."""
    return np.zeros(count)


def near_silence(count: int, random: Random) -> Signal:
    """A quiet room: soft noise that falls with frequency. It is kept far below the others."""
    return shaped_noise(count, random, lambda hz: 1 / np.sqrt(np.maximum(hz, 50.0)))


def white_noise(count: int, random: Random) -> Signal:
    return random.standard_normal(count)


def pink_noise(count: int, random: Random) -> Signal:
    """3 dB less an octave."""
    return shaped_noise(count, random, lambda hz: 1 / np.sqrt(np.maximum(hz, 20.0)))


def brown_noise(count: int, random: Random) -> Signal:
    """6 dB less an octave."""
    return shaped_noise(count, random, lambda hz: 1 / np.maximum(hz, 20.0))


def mains_hum(count: int, random: Random) -> Signal:
    """50 or 60 Hz with its multiples, and a little noise: a bad cable."""
    base_hz = float(random.choice([50.0, 60.0])) * (1 + random.normal(0, 5e-4))
    sound = np.zeros(count)
    for multiple in range(1, 13):
        strength = random.uniform(0.2, 1.0) / multiple
        sound += strength * tone(count, base_hz * multiple)
    return sound + 0.02 * random.standard_normal(count)


def rain(count: int, random: Random) -> Signal:
    """A bed of hiss that comes and goes, and single drops on something hard."""
    sound = band_noise(count, random, 800, 6000) * wander(count, random, 2.0, 0.5, 1.0)
    length_s = count / RATE_HZ
    for at_s in times(length_s, random, random.uniform(0.02, 0.08)):
        short = round(random.uniform(0.004, 0.02) * RATE_HZ)
        drop = tone(short, random.uniform(1500, 5000)) * decay(short, 0.003)
        place(sound, at_s, drop, random.uniform(0.5, 4.0))
    return sound


def wind(count: int, random: Random) -> Signal:
    """Low rumble in gusts and a whistle that follows them."""
    gust = wander(count, random, 1.5, 0.1, 1.0) ** 2
    rumble = shaped_noise(count, random, lambda hz: 1 / np.maximum(hz, 30.0))
    whistle = tone(count, 350 + 500 * gust) * band_noise(count, random, 5, 60)
    return gust * (rumble + 0.15 * whistle)


def engine(count: int, random: Random) -> Signal:
    """Firing strokes whose rate goes up and down, with the noise of the exhaust."""
    strokes_hz = wander(count, random, 4.0, 18, 70)
    phase = np.cumsum(strokes_hz) / RATE_HZ
    pulse = np.exp(-8 * (phase % 1.0))
    uneven = 1 + 0.3 * np.sin(np.pi * phase)
    body = sum(np.sin(2 * np.pi * phase * n) / n for n in (1, 2, 3, 4, 6))
    exhaust = band_noise(count, random, 80, 900)
    return np.asarray(level(np.asarray(body) * uneven) + 1.2 * pulse * exhaust)


def fan(count: int, random: Random) -> Signal:
    """Air past turning blades: noise that pulses, and the tone of the blades."""
    blades_hz = random.uniform(30, 180)
    pulse = 1 + 0.4 * np.sin(2 * np.pi * blades_hz / 4 * seconds(count))
    return np.asarray(pulse * pink_noise(count, random) + 0.3 * tone(count, blades_hz))
