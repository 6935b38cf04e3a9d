"""Figures of sounds of which they are known."""

from __future__ import annotations

import numpy as np
import pytest

from data.audio.decode import Samples
from data.audio.measures import (
    FLOOR_DBFS,
    clipped_share,
    dc_offset,
    frame_levels_dbfs,
    level_dbfs,
    silent_share,
    zero_share,
)

RATE_HZ = 16_000


def tone(hz: float = 440.0, seconds: float = 1.0, size: float = 1.0) -> Samples:
    times = np.arange(round(RATE_HZ * seconds)) / RATE_HZ
    return (size * np.sin(2 * np.pi * hz * times)).astype(np.float32)


def test_levels() -> None:
    assert level_dbfs(tone()) == pytest.approx(-3.01, abs=0.01)
    assert level_dbfs(tone(size=0.1)) == pytest.approx(-23.01, abs=0.01)
    assert level_dbfs(np.zeros(100, np.float32)) == FLOOR_DBFS
    assert level_dbfs(np.empty(0, np.float32)) == FLOOR_DBFS
    levels = frame_levels_dbfs(np.concatenate([tone(), 0 * tone()]), RATE_HZ)
    assert len(levels) == 100
    assert levels[:50] == pytest.approx(-3, abs=0.5)
    assert set(levels[50:]) == {FLOOR_DBFS}


@pytest.mark.parametrize("size", [1.0, 0.3])
def test_a_flattened_wave_is_clipped_however_loud(size: float) -> None:
    wave = tone()
    flat = np.clip(wave, -0.5, 0.5) * np.float32(size / 0.5)
    assert clipped_share(flat) == pytest.approx(2 / 3, abs=0.02)
    assert clipped_share(wave * np.float32(size)) == 0
    one_sided = np.maximum(wave, -0.5) * np.float32(size)
    assert clipped_share(one_sided) == 0  # Its greatest value is the other, round top


def test_a_quiet_recording_of_a_few_steps_is_not_clipped() -> None:
    steps = np.round(tone(size=0.0002) * 32768) / 32768
    assert clipped_share(steps.astype(np.float32)) == 0


def test_digital_silence_is_a_run_of_one_value() -> None:
    silence = np.full(RATE_HZ // 2, 0.25, np.float32)
    assert zero_share(np.concatenate([tone(), silence]), RATE_HZ) == pytest.approx(1 / 3, abs=0.01)
    assert zero_share(np.zeros(100, np.float32), RATE_HZ) == 0  # 6 ms
    assert zero_share(np.zeros(RATE_HZ, np.float32), RATE_HZ) == 1
    assert zero_share(tone(), RATE_HZ) == 0
    assert zero_share(np.empty(0, np.float32), RATE_HZ) == 1


def test_the_silent_share_is_of_frames() -> None:
    sound = np.concatenate([tone(), tone(size=0.0005), tone(size=0.01)])
    assert silent_share(sound, RATE_HZ) == pytest.approx(1 / 3, abs=0.01)
    assert silent_share(np.empty(0, np.float32), RATE_HZ) == 1


def test_the_offset_is_the_mean() -> None:
    assert dc_offset(tone() + np.float32(0.05)) == pytest.approx(0.05, abs=1e-4)
    assert dc_offset(np.empty(0, np.float32)) == 0
