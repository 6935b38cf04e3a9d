"""The copy browsers can play: as long as the recording, or nothing at all."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from app.storage.local import LocalStorage
from tests.support.media import dominant_hz, tone
from tests.support.speech import blocks
from worker.playback import PlaybackCopy


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path)


def test_the_copy_sounds_and_lasts_like_the_recording(storage: LocalStorage) -> None:
    sound = tone(5.3, 16_000)
    with PlaybackCopy(storage, wanted=True) as copy:
        passed = list(copy.tee(blocks(sound, 1.0)))
        key = copy.finish()
    assert sum(len(block) for block in passed) == len(sound)
    assert key is not None
    with av.open(str(storage.root / key)) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=16_000)
        parts = [
            r.to_ndarray()[0] for f in container.decode(audio=0) for r in resampler.resample(f)
        ]
    played = sum(len(part) for part in parts)
    assert played / 16_000 == pytest.approx(5.3, abs=0.05)
    assert dominant_hz(parts[len(parts) // 2]) == pytest.approx(440, abs=60)


def test_nothing_is_written_where_none_is_wanted(storage: LocalStorage) -> None:
    with PlaybackCopy(storage, wanted=False) as copy:
        list(copy.tee(blocks(tone(1, 16_000), 1.0)))
        assert copy.finish() is None
    assert [path for path in storage.root.rglob("*") if path.is_file()] == []


@pytest.mark.chapter(28)
def test_an_unfinished_copy_leaves_nothing(storage: LocalStorage) -> None:
    with pytest.raises(RuntimeError), PlaybackCopy(storage, wanted=True) as copy:
        next(copy.tee(blocks(tone(2, 16_000), 1.0)))
        raise RuntimeError
    assert [path for path in storage.root.rglob("*") if path.is_file()] == []
