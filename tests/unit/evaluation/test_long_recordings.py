"""The recordings that memory is measured with: as long as asked, with talk and with pauses."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from evaluation.bench.memory import slopes
from evaluation.bench.recording import SOUND, VIDEO, Kind, write_recording


@pytest.mark.parametrize("kind", [SOUND, VIDEO], ids=lambda kind: kind.suffix)
def test_a_recording_has_its_length_its_talk_and_its_pauses(tmp_path: Path, kind: Kind) -> None:
    path = tmp_path / f"talk.{kind.suffix}"
    write_recording(path, 100.0, 20.0, kind)
    resampler = av.AudioResampler(format="s16", layout="mono", rate=16_000)
    with av.open(str(path)) as container:
        assert bool(container.streams.video) == kind.with_picture
        frames = [*container.decode(audio=0), None]
        parts = [part.to_ndarray()[0] for frame in frames for part in resampler.resample(frame)]
    samples = np.concatenate(parts).astype(np.float64)
    assert len(samples) / 16_000 == pytest.approx(100, abs=0.2)
    loud = [float(np.std(samples[16_000 * s : 16_000 * (s + 10)])) for s in (5, 35, 55, 85)]
    assert loud[1] < 30 < 300 < loud[0]
    assert loud[3] < 30 < 300 < loud[2]


def test_a_slope_is_megabytes_an_hour_between_neighbours() -> None:
    def row(audio_s: float, peak_mb: float) -> dict[str, object]:
        return {"audio_s": audio_s, "roles": {"api": {"own_peak_mb": peak_mb}}}

    found = slopes([row(3600, 110.0), row(600, 100.0), row(36_000, 128.0)])
    assert [each["own_mb_an_hour"] for each in found] == [{"api": 12.0}, {"api": 2.0}]
