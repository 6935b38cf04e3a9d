"""Recordings that broke off or were damaged: what is left is decoded, and the loss is told."""

from __future__ import annotations

import pytest

from app.media.client import DecoderClient
from tests.support import media
from tests.support.decoding import total


@pytest.mark.chapter(7)
@pytest.mark.parametrize(
    ("data", "declared_s", "least_s"),
    [
        (media.boastful_wav(), 3600, 2.0),
        (media.mp4_without_end(), 10, 5.0),
        (media.first_part("aiff", "pcm_s16be"), 10, 5.0),
        (media.first_part("wav", "pcm_f32le"), 10, 5.0),
        (media.first_part("wav", "adpcm_ms"), 10, 5.0),
        (media.first_part("w64", "pcm_s16le"), 10, 5.0),
        (media.first_part("caf", "pcm_s16le"), 10, 5.0),
        (media.first_part("flac", "flac"), 10, 5.0),
        (media.first_part("mp3", "libmp3lame"), 10, 5.0),
        (media.first_part("matroska", "aac"), 10, 5.0),
        (media.first_part("avi", "pcm_s16le"), 10, 5.0),
    ],
)
def test_a_file_that_lost_its_end_is_decoded_and_called_incomplete(
    client: DecoderClient, data: bytes, declared_s: float, least_s: float
) -> None:
    summary = total(client, data, 7200)
    assert not summary.complete
    assert summary.declared_s == pytest.approx(declared_s, rel=0.02)
    assert least_s <= summary.duration_s < declared_s * 0.8


@pytest.mark.chapter(7)
def test_damage_in_the_middle_costs_its_own_moment_only(client: DecoderClient) -> None:
    whole = media.encode("ipod", "aac", 44_100, 1, 10.0, options={"movflags": "+faststart"})
    start = whole.index(b"mdat") + 4
    middle = start + (len(whole) - start) // 2
    hurt = whole[:middle] + b"\xff" * 2000 + whole[middle + 2000 :]
    summary = total(client, hurt)
    assert summary.damaged_frames > 0
    assert summary.duration_s == pytest.approx(10, abs=0.2)
    assert summary.complete


@pytest.mark.chapter(7)
def test_a_gap_in_the_timestamps_becomes_silence(client: DecoderClient) -> None:
    with_gap = media.encode("webm", "libopus", 48_000, 1, 2.0, pause_s=3.0)
    summary = total(client, with_gap)
    assert summary.filled_s == pytest.approx(3.0, abs=0.1)
    assert summary.duration_s == pytest.approx(5.0, abs=0.1)
