"""Telephones, beepers and bells."""

from __future__ import annotations

from typing import Final

import numpy as np

from data.nonspeech.shaping import (
    RATE_HZ,
    Random,
    Signal,
    decay,
    gate,
    place,
    seconds,
    times,
    tone,
)

_ROWS_HZ: Final = (697, 770, 852, 941)
_COLUMNS_HZ: Final = (1209, 1336, 1477, 1633)
"""ITU-T Q.23: every key is one tone of each."""
_CADENCES: Final = {
    # (frequencies in Hz, seconds on and off in turn); ITU-T E.180 lists them by country
    "ring-us": ((440, 480), (2.0, 4.0)),
    "ring-uk": ((400, 450), (0.4, 0.2, 0.4, 2.0)),
    "ring-eu": ((425,), (1.0, 4.0)),
    "busy-us": ((480, 620), (0.5, 0.5)),
    "busy-uk": ((400,), (0.375, 0.375)),
    "busy-eu": ((425,), (0.5, 0.5)),
    "dial-us": ((350, 440), (60.0,)),
}


def dtmf(count: int, random: Random) -> Signal:
    """Keys of a telephone pressed in groups."""
    sound = np.zeros(count)
    at_s = random.uniform(0.1, 0.6)
    while at_s < count / RATE_HZ:
        for _ in range(int(random.integers(1, 12))):
            short = round(random.uniform(0.06, 0.25) * RATE_HZ)
            key = tone(short, float(random.choice(_ROWS_HZ)))
            key += tone(short, float(random.choice(_COLUMNS_HZ)))
            place(sound, at_s, key * gate(short, 0.004))
            at_s += short / RATE_HZ + random.uniform(0.05, 0.4)
        at_s += random.uniform(0.5, 4.0)
    return sound


def line_tones(count: int, random: Random) -> Signal:
    """Ringing, busy and dial tones of several countries, one after the other."""
    sound = np.zeros(count)
    at_s = random.uniform(0.0, 1.0)
    while at_s < count / RATE_HZ:
        frequencies, cadence = _CADENCES[str(random.choice(sorted(_CADENCES)))]
        until_s = at_s + random.uniform(6, 20)
        step = 0
        while at_s < until_s:
            length_s = min(cadence[step % len(cadence)], until_s - at_s)
            short = round(length_s * RATE_HZ)
            if step % 2 == 0 and short:
                on = sum(tone(short, float(each)) for each in frequencies)
                place(sound, at_s, np.asarray(on) * gate(short, 0.005))
            at_s += length_s
            step += 1
        at_s += random.uniform(0.3, 2.0)
    return sound


def beeps(count: int, random: Random) -> Signal:
    """A machine that beeps: a monitor, a lorry going backwards, a checkout."""
    sound = np.zeros(count)
    frequency_hz, period_s = random.uniform(600, 3200), random.uniform(0.3, 2.5)
    short = round(min(random.uniform(0.05, 0.4), 0.7 * period_s) * RATE_HZ)
    beep = tone(short, frequency_hz) + 0.3 * tone(short, min(3 * frequency_hz, 7500))
    for at_s in np.arange(random.uniform(0, period_s), count / RATE_HZ, period_s):
        place(sound, float(at_s), beep * gate(short, 0.004))
    return sound


def sweeps(count: int, random: Random) -> Signal:
    """Tones that rise or fall, as in a hearing test or a siren."""
    parts = []
    left = count
    while left > 0:
        short = min(left, round(random.uniform(1.0, 8.0) * RATE_HZ))
        low_hz, high_hz = np.exp(random.uniform(np.log(80), np.log(7000), size=2))
        frequency_hz = np.geomspace(low_hz, high_hz, short)
        parts.append(tone(short, frequency_hz) * gate(short, 0.02))
        left -= short
    return np.concatenate(parts) if parts else np.zeros(0)


def chimes(count: int, random: Random) -> Signal:
    """Bells: partials that are no multiples of each other and die away one after the other."""
    sound = np.zeros(count)
    notes_hz = random.uniform(300, 900) * np.array([1, 1.125, 1.25, 1.5, 1.6667, 2])
    for at_s in times(count / RATE_HZ, random, random.uniform(0.8, 3.0)):
        place(sound, at_s, _bell(float(random.choice(notes_hz)), random), random.uniform(0.3, 1))
    return sound


def _bell(frequency_hz: float, random: Random) -> Signal:
    short = 4 * RATE_HZ
    time = seconds(short)
    partials = [(0.5, 1.0, 2.5), (1.0, 1.0, 1.6), (1.19, 0.6, 1.1), (2.0, 0.5, 0.8)]
    partials += [(2.74, 0.4, 0.5), (5.4, 0.2, 0.15)]
    bell = np.zeros(short)
    for ratio, strength, time_s in partials:
        phase = random.uniform(0, 2 * np.pi)
        ring = np.sin(2 * np.pi * frequency_hz * ratio * time + phase)
        bell += strength * ring * decay(short, time_s)
    return bell
