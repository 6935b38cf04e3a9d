"""Fingerprints by which the same recording is known again: shorter, louder, noisier, re-encoded.

Two steps. Pairs of spectral peaks, as in A. Wang, An industrial-strength audio search algorithm,
ISMIR 2003, find in which recordings something may be the same, and at what distance in time;
among thousands of recordings that costs little. Then the loudness in 16 bands is laid on top of
each other at that distance: two encodings of one recording go up and down together, two readings
of one sentence do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.audio.decode import Samples

_WINDOW, _STEP = 1024, 256
_BINS = 256
"""Up to 4 kHz: what is above is the first to go in an encoder."""
_EDGES = np.unique(np.geomspace(6, _BINS, 17).astype(int))[:-1]
_AROUND_FRAMES, _AROUND_BINS = 9, 21
_BELOW_PEAK_DB = 45.0
_PAIRS_A_PEAK = 4
_FARTHEST_FRAMES = 63
_COMMON = 64
"""A pair of peaks that so many recordings have tells nothing about any (and would cost most)."""
_FEWEST_VOTES = 4
_SHORTEST_FRAMES = 30
_LONGEST = 20 * 60 * 16_000
_SHIFTS = 2 * (_LONGEST // _STEP + 1)
"""How far apart two recordings can be, in frames, either way."""
_OVERLAP = 0.7
"""Of the shorter recording, to call it the same as the longer."""


@dataclass(frozen=True, slots=True)
class Print:
    """What is kept of a recording: about 2 kB a second."""

    landmarks: NDArray[np.int32]
    """Shape (n, 2): a pair of peaks as a number, and its frame of 16 ms."""
    levels_db: NDArray[np.int8]
    """Shape (frames, bands): how loud it is."""


def fingerprint(samples: Samples) -> Print:
    """Of float32 mono at 16 kHz, shape (n,); of a long one, of its first twenty minutes."""
    samples = samples[:_LONGEST]
    if len(samples) < _WINDOW + _STEP:
        return Print(np.empty((0, 2), np.int32), np.empty((0, len(_EDGES)), np.int8))
    power = _power(samples)
    levels = 10 * np.log10(np.add.reduceat(power, _EDGES, axis=1) + 1e-9)
    return Print(_landmarks(power), np.clip(np.round(levels), -90, 90).astype(np.int8))


def similar(prints: Sequence[Print], at_least: float) -> dict[tuple[int, int], float]:
    """Pairs of recordings (indices, the smaller first) that are the same for most of the shorter.

    The value is the correlation of their loudness, 0-1; pairs below `at_least` are left out.
    """
    found: dict[tuple[int, int], float] = {}
    for a, b, shift in _candidates(prints):
        likeness = _likeness(prints[a].levels_db, prints[b].levels_db, shift)
        if likeness >= max(at_least, found.get((a, b), 0.0)):
            found[a, b] = likeness
    return found


def _candidates(prints: Sequence[Print]) -> list[tuple[int, int, int]]:
    """(a, b, shift): frame t + shift of b may be frame t of a."""
    sizes = [len(each.landmarks) for each in prints]
    if not any(sizes):
        return []
    owner = np.repeat(np.arange(len(prints)), sizes)
    pairs, times = np.concatenate([each.landmarks for each in prints]).astype(np.int64).T
    order = np.argsort(pairs, kind="stable")
    pairs, times, owner = pairs[order], times[order], owner[order]
    votes = []
    for ahead in range(1, _COMMON):
        same = pairs[ahead:] == pairs[:-ahead]
        if not same.any():
            break
        a, b = owner[:-ahead][same], owner[ahead:][same]
        shift = times[ahead:][same] - times[:-ahead][same]
        # One number for the three: sorting rows takes ten times as long
        vote = (a * len(prints) + b) * _SHIFTS + shift + _SHIFTS // 2
        votes.append(vote[a != b])
    if not votes:
        return []
    cast, counts = np.unique(np.concatenate(votes), return_counts=True)
    both, shifts = np.divmod(cast[counts >= _FEWEST_VOTES], _SHIFTS)
    a, b = np.divmod(both, len(prints))
    return list(zip(a.tolist(), b.tolist(), (shifts - _SHIFTS // 2).tolist(), strict=True))


def _likeness(a: NDArray[np.int8], b: NDArray[np.int8], shift: int) -> float:
    """Correlation of the common part, each band about its own mean; 0 where that is too short."""
    start, end = max(0, -shift), min(len(a), len(b) - shift)
    if end - start < max(_SHORTEST_FRAMES, _OVERLAP * min(len(a), len(b))):
        return 0.0
    x = a[start:end].astype(np.float32)
    y = b[start + shift : end + shift].astype(np.float32)
    x -= x.mean(axis=0)
    y -= y.mean(axis=0)
    size = float(np.sqrt((x * x).sum() * (y * y).sum()))
    return float((x * y).sum()) / size if size else 0.0


def _landmarks(power: NDArray[np.float32]) -> NDArray[np.int32]:
    frames, bins = _peaks(power)
    found = [np.empty((0, 2), np.int32)]
    for ahead in range(1, min(_PAIRS_A_PEAK + 1, len(frames))):
        gap = frames[ahead:] - frames[:-ahead]
        near = gap < _FARTHEST_FRAMES
        pair = ((bins[:-ahead] * _BINS + bins[ahead:]) * (_FARTHEST_FRAMES + 1)) + gap
        found.append(np.stack([pair[near], frames[:-ahead][near]], axis=1).astype(np.int32))
    return np.concatenate(found)


def _power(samples: Samples) -> NDArray[np.float32]:
    """Power by frame and bin, shape (frames, 256). Block by block: spectra need much room."""
    windows = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_STEP]
    shape = np.hanning(_WINDOW).astype(np.float32)
    parts = []
    for start in range(0, len(windows), 2048):
        spectra = np.fft.rfft(windows[start : start + 2048] * shape, axis=1)[:, :_BINS]
        parts.append(np.square(np.abs(spectra)).astype(np.float32))
    return np.concatenate(parts)


def _peaks(power: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Frame and bin of every value that is the greatest around it, in order of time."""
    around = _greatest(_greatest(power, _AROUND_FRAMES, 0), _AROUND_BINS, 1)
    least = max(float(power.max()) / 10 ** (_BELOW_PEAK_DB / 10), 1e-12)
    frames, bins = np.nonzero((power == around) & (power > least))
    return frames, bins


def _greatest(values: NDArray[np.float32], width: int, axis: int) -> NDArray[np.float32]:
    """Running maximum over `width` neighbours along `axis`."""
    margin = [(0, 0), (0, 0)]
    margin[axis] = (width // 2, width // 2)
    padded = np.pad(values, margin, constant_values=-np.inf)
    size = values.shape[axis]
    result = values.copy()
    for shift in range(width):
        part = padded[shift : shift + size] if axis == 0 else padded[:, shift : shift + size]
        np.maximum(result, part, out=result)
    return result
