"""Music as it is played to people on hold: chords, a bass, a tune, drums; nobody sings."""

from __future__ import annotations

from typing import Final

import numpy as np

from data.nonspeech.shaping import (
    RATE_HZ,
    Random,
    Signal,
    band,
    band_noise,
    decay,
    filtered,
    gate,
    level,
    place,
    seconds,
    tone,
)

_MAJOR: Final = (0, 2, 4, 5, 7, 9, 11)
_PROGRESSIONS: Final = ((0, 4, 5, 3), (0, 5, 3, 4), (1, 4, 0, 5), (0, 2, 3, 4), (5, 3, 0, 4))
"""Steps of the scale on which the chords of four bars stand."""
_TELEPHONE_HZ: Final = (300.0, 3400.0)


def hold_music(count: int, random: Random) -> Signal:
    """Four voices at a steady pace; every second piece sounds as through a telephone."""
    beat_s = 60 / random.uniform(72, 132)
    key_hz = 220 * 2 ** (random.integers(-5, 7) / 12)
    bars = random.choice(_PROGRESSIONS)
    sound = np.zeros(count)
    drums = random.random() < 0.7
    bar = 0
    while bar * 4 * beat_s < count / RATE_HZ:
        begins_s = bar * 4 * beat_s
        root = int(bars[bar % 4])
        _chord(sound, begins_s, 4 * beat_s, key_hz, root)
        _bass(sound, begins_s, beat_s, key_hz, root)
        _tune(sound, begins_s, beat_s, key_hz, root, random)
        if drums:
            _drums(sound, begins_s, beat_s, random)
        bar += 1
    if random.random() < 0.5:
        return filtered(sound, lambda hz: band(hz, *_TELEPHONE_HZ))
    return sound


def piano(count: int, random: Random) -> Signal:
    """One instrument, slow, with rests: the hardest music for a recogniser that fills silence."""
    sound = np.zeros(count)
    key_hz = 220 * 2 ** (random.integers(-5, 7) / 12)
    at_s = 0.0
    while at_s < count / RATE_HZ:
        for _ in range(int(random.integers(1, 4))):
            pitch_hz = _pitch(key_hz, int(random.integers(-4, 11)))
            place(sound, at_s, _struck(pitch_hz, 3.0, 0.9), random.uniform(0.3, 1.0))
        at_s += random.choice([0.3, 0.45, 0.6, 0.9, 1.8, 3.0])
    return sound


def _pitch(key_hz: float, step: int) -> float:
    """Frequency of a step of the major scale; steps go on over octaves."""
    octave, degree = divmod(step, 7)
    return float(key_hz * 2 ** (octave + _MAJOR[degree] / 12))


def _chord(sound: Signal, at_s: float, length_s: float, key_hz: float, root: int) -> None:
    """A pad of three notes, each slightly out of tune with itself."""
    short = round(length_s * RATE_HZ)
    for step in (root, root + 2, root + 4):
        pitch_hz = _pitch(key_hz, step)
        pad = tone(short, pitch_hz * 0.998) + tone(short, pitch_hz * 1.002)
        pad += 0.4 * tone(short, 2 * pitch_hz) + 0.15 * tone(short, 3 * pitch_hz)
        place(sound, at_s, pad * gate(short, 0.08), 0.12)


def _bass(sound: Signal, at_s: float, beat_s: float, key_hz: float, root: int) -> None:
    for beat, step in enumerate((root, root, root + 4, root)):
        note = _struck(_pitch(key_hz / 4, step), 0.9 * beat_s, 0.35)
        place(sound, at_s + beat * beat_s, note, 0.5)


def _tune(
    sound: Signal, at_s: float, beat_s: float, key_hz: float, root: int, random: Random
) -> None:
    """Notes of the chord and their neighbours, on the beats and between them."""
    for half in range(8):
        if random.random() < 0.35:
            continue
        step = root + 7 + int(random.choice([0, 1, 2, 2, 4, 4, 6, 7]))
        note = _struck(_pitch(key_hz, step), 1.2 * beat_s, 0.3)
        place(sound, at_s + half * beat_s / 2, note, random.uniform(0.2, 0.4))


def _drums(sound: Signal, at_s: float, beat_s: float, random: Random) -> None:
    for beat in range(4):
        short = round(0.12 * RATE_HZ)
        if beat % 2 == 0:
            kick = tone(short, np.geomspace(140, 45, short)) * decay(short, 0.05)
            place(sound, at_s + beat * beat_s, kick, 0.7)
        else:
            snare = band_noise(short, random, 800, 6000) * decay(short, 0.04)
            place(sound, at_s + beat * beat_s, snare, 0.25)
        hat = round(0.04 * RATE_HZ)
        for half in (0.0, 0.5):
            hiss = band_noise(hat, random, 5000, 7800) * decay(hat, 0.01)
            place(sound, at_s + (beat + half) * beat_s, hiss, 0.08)


def _struck(pitch_hz: float, length_s: float, decay_s: float) -> Signal:
    """A string that is struck or plucked: high partials die first."""
    short = round(length_s * RATE_HZ)
    time = seconds(short)
    note = np.zeros(short)
    for number in range(1, 7):
        if pitch_hz * number < RATE_HZ / 2.2:
            partial = np.sin(2 * np.pi * pitch_hz * number * time)
            note += partial / number**1.3 * np.exp(-time * number / decay_s)
    return level(note * gate(short, 0.004))
