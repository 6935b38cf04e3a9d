"""People who make sounds without a word: applause, breath, coughs, the murmur of a crowd."""

from __future__ import annotations

import numpy as np

from data.nonspeech.shaping import (
    RATE_HZ,
    Random,
    Signal,
    band_noise,
    decay,
    filtered,
    gate,
    level,
    place,
    seconds,
    wander,
)


def applause(count: int, random: Random) -> Signal:
    """Many hands, each with a rhythm and a sound of its own; it swells and dies away."""
    sound = np.zeros(count)
    length_s = count / RATE_HZ
    for _ in range(int(random.integers(8, 60))):
        clap = _clap(random)
        period_s, strength = random.uniform(0.2, 0.42), random.uniform(0.1, 1.0)
        begins_s = random.uniform(0, 0.15) * length_s
        ends_s = random.uniform(0.6, 1.0) * length_s
        at_s = begins_s
        while at_s < ends_s:
            place(sound, at_s, clap, strength * random.uniform(0.6, 1.0))
            at_s += period_s * random.normal(1.0, 0.05)
    return filtered(sound, lambda hz: 1 / (1 + (hz / 5000) ** 2) ** 0.5)


def _clap(random: Random) -> Signal:
    """Noise around the frequency of the hollow between two hands."""
    short = round(0.06 * RATE_HZ)
    middle_hz = random.uniform(700, 2600)
    return band_noise(short, random, middle_hz * 0.6, middle_hz * 1.6) * decay(short, 0.007)


def breathing(count: int, random: Random) -> Signal:
    """In through the nose, out through the mouth, with rests; nobody says a thing."""
    sound = np.zeros(count)
    at_s = random.uniform(0, 1)
    while at_s < count / RATE_HZ:
        for low_hz, high_hz, length_s in (
            (900, 4500, random.uniform(0.8, 1.6)),
            (300, 2200, random.uniform(1.0, 2.2)),
        ):
            short = round(length_s * RATE_HZ)
            breath = band_noise(short, random, low_hz, high_hz)
            swell = np.sin(np.pi * np.arange(short) / short) ** 1.5
            place(sound, at_s, breath * swell, random.uniform(0.5, 1.0))
            at_s += length_s + random.uniform(0.05, 0.5)
        at_s += random.uniform(0.2, 1.5)
    return sound


def coughs(count: int, random: Random) -> Signal:
    """Bursts of two or three, as of somebody in the audience."""
    sound = np.zeros(count)
    at_s = random.uniform(0.2, 3.0)
    while at_s < count / RATE_HZ:
        pitch_hz = random.uniform(140, 320)
        for _ in range(int(random.integers(1, 4))):
            place(sound, at_s, _cough(pitch_hz, random), random.uniform(0.5, 1.0))
            at_s += random.uniform(0.28, 0.5)
        at_s += random.uniform(1.5, 7.0)
    return sound


def _cough(pitch_hz: float, random: Random) -> Signal:
    """An explosion of noise, then a short voiced tail that falls."""
    short = round(random.uniform(0.22, 0.4) * RATE_HZ)
    burst = band_noise(short, random, 400, 3000) * decay(short, 0.05)
    phase = np.cumsum(np.linspace(pitch_hz, pitch_hz * 0.6, short)) / RATE_HZ
    tail = sum(np.sin(2 * np.pi * phase * n) / n for n in range(1, 9))
    swell = np.sin(np.pi * np.arange(short) / short) ** 2
    return np.asarray(1.5 * burst + 0.25 * np.asarray(tail) * swell)


def murmur(count: int, random: Random) -> Signal:
    """A crowd in the next room: voices without articulation, none of which says a word.

    Each voice is a buzz with a moving pitch and fixed resonances, opened and closed four times a
    second as syllables are. There are no consonants and no vowels that change, so nothing is said.
    """
    sound = np.zeros(count)
    for _ in range(int(random.integers(6, 12))):
        sound += random.uniform(0.4, 1.0) * level(_buzz(count, random))
    return filtered(sound, lambda hz: 1 / (1 + (hz / 1200) ** 4) ** 0.5)


def _buzz(count: int, random: Random) -> Signal:
    pitch_hz = random.choice([110.0, 190.0]) * wander(count, random, 0.4, 0.85, 1.2)
    turn = np.exp(2j * np.pi * np.cumsum(pitch_hz) / RATE_HZ).astype(np.complex64)
    resonances_hz = (random.uniform(350, 700), random.uniform(900, 1800))
    middle_hz = float(pitch_hz.mean())
    harmonic, sound = turn.copy(), np.zeros(count)
    for number in range(1, 12):
        gains = [1 / (1 + ((middle_hz * number - each) / 150) ** 2) for each in resonances_hz]
        sound += (0.05 + sum(gains)) / number**0.5 * harmonic.imag
        harmonic *= turn
    syllables = wander(count, random, 0.12, -0.6, 1.0).clip(0.0)
    phrases = wander(count, random, 1.3, -0.5, 1.0).clip(0.0)
    return np.asarray(sound * syllables * phrases)


def shuffling(count: int, random: Random) -> Signal:
    """Clothes, paper, a chair: soft noise in strokes of all lengths."""
    sound = np.zeros(count)
    at_s = random.uniform(0, 1)
    while at_s < count / RATE_HZ:
        short = round(random.uniform(0.05, 0.7) * RATE_HZ)
        low_hz = random.uniform(300, 3000)
        stroke = band_noise(short, random, low_hz, low_hz * 2.5) * gate(short, 0.03)
        flutter = 1 + 0.5 * np.sin(2 * np.pi * random.uniform(8, 40) * seconds(short))
        place(sound, at_s, stroke * flutter, random.uniform(0.2, 1.0))
        at_s += short / RATE_HZ + random.exponential(0.6)
    return sound
