"""Files that promise or unpack to more than there should be cost bounded time and memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psutil
import pytest

from app.media.errors import MediaError
from tests.support import bombs, media
from tests.support.decoding import GOOD, Running, running, total

pytestmark = pytest.mark.chapter(28)
HOUR_S = 3600.0
MOST_MEMORY = 200_000_000
Make = Callable[[Path], bytes | None]
picture = cache(bombs.large_picture)

BOMBS: dict[str, tuple[Make, str]] = {
    # name: (makes the bytes, or the file itself; what comes of it)
    "flac-of-150-hours": (lambda path: bombs.hours_of_flac(path, 150), "too_long"),
    "mp3-of-one-frame": (lambda _: bombs.mp3_of_one_frame(5), "too_long"),
    "opus-future": (lambda _: bombs.opus_from_the_far_future(last_page_only=False), "samples"),
    "opus-future-end": (lambda _: bombs.opus_from_the_far_future(last_page_only=True), "samples"),
    "opus-of-nothing": (lambda _: bombs.empty_opus_packets(2_000), "samples"),
    "mp4-slow-samples": (lambda _: bombs.mp4_table(b"stts", 12, 0x7FFFFFFF), "empty_audio"),
    "mp4-many-samples": (lambda _: bombs.mp4_table(b"stts", 8, 0x7FFFFFFF), "samples"),
    "mp4-table-too-long": (lambda _: bombs.mp4_table(b"stsz", 8, 0x0FFFFFFF), "unreadable_audio"),
    "mp4-long-edit": (lambda _: bombs.mp4_table(b"elst", 8, 0x7FFFFFFF), "samples"),
    "mp4-empty-edit": (lambda _: bombs.mp4_table(b"elst", 12, 0xFFFFFFFF), "empty_audio"),
    "mp4-long-track": (lambda _: bombs.mp4_table(b"mdhd", 16, 0xFFFFFFFF), "samples"),
    "wav-1-hz": (lambda _: bombs.wav_header(rate=1), "unreadable_audio"),
    "wav-0-hz": (lambda _: bombs.wav_header(rate=0), "unreadable_audio"),
    "wav-2-ghz": (lambda _: bombs.wav_header(rate=(1 << 31) - 1), "unreadable_audio"),
    "wav-255-channels": (lambda _: bombs.wav_header(channels=255), "unreadable_audio"),
    "wav-32000-channels": (lambda _: bombs.wav_header(channels=32_000), "unreadable_audio"),
    "rf64-endless": (lambda _: bombs.endless_rf64(), "samples"),
    "aiff-endless": (lambda _: bombs.endless_aiff(), "unreadable_audio"),
    "wma-endless": (lambda _: bombs.endless_asf(), "samples"),
    "caf-endless": (lambda _: bombs.endless_caf(), "truncated_file"),
    "mkv-of-nothing": (lambda _: bombs.empty_packets(500_000), "empty_audio"),
    "mkv-of-garbage": (lambda _: bombs.garbage_packets(150_000), "empty_audio"),
    "mkv-of-less-garbage": (lambda _: bombs.garbage_packets(1_000), "samples"),
    "mkv-clusters": (lambda _: bombs.empty_clusters(200_000), "empty_audio"),
    "mkv-tags": (lambda _: bombs.nested_tags(50_000), "unreadable_audio"),
    "mkv-chapters": (lambda _: bombs.nested_chapters(200_000), "unreadable_audio"),
    "mkv-tracks": (lambda _: bombs.many_tracks(5_000), "unreadable_audio"),
    "mp4-tracks": (lambda _: bombs.many_traks(5_000), "unreadable_audio"),
    "ogg-tracks": (lambda _: bombs.many_ogg_streams(2_000), "unreadable_audio"),
    "mp3-cover": (lambda _: bombs.mp3_with_cover(picture()), "samples"),
    "flac-cover": (lambda _: bombs.flac_with_cover(picture()), "samples"),
    "mp3-chapters": (lambda _: bombs.id3_chapters(100_000), "samples"),
    "mp3-padding": (lambda path: bombs.long_id3(path, filled=False), "samples"),
    "mp3-text": (lambda path: bombs.long_id3(path, filled=True), "samples"),
    "wav-cues": (lambda _: bombs.wav_cues(500_000), "samples"),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("server"), timeout_s=30) as private:
        yield private
        assert total(private.client, GOOD).samples == 32_000


@contextmanager
def memory_watched(server: Running) -> Iterator[list[int]]:
    """Resident bytes of the children, looked at a hundred times a second."""
    seen, over = [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.01):
            for child in server.children:
                try:
                    seen.append(child.memory_info().rss)
                except psutil.NoSuchProcess:
                    continue

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield seen
    finally:
        over.set()
        watching.join()


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_little_and_is_told(server: Running, tmp_path: Path, name: str) -> None:
    make, expected = BOMBS[name]
    upload = tmp_path / "upload"
    data = make(upload)
    if data is not None:
        upload.write_bytes(data)
    started_s, heard_s = time.monotonic(), 0.0
    with memory_watched(server) as memory:
        try:
            with server.client.decode(upload, HOUR_S) as decoding:
                for block in decoding:
                    heard_s += len(block) / 16_000
            outcome = "samples"
        except MediaError as error:
            outcome = error.code
    assert outcome == expected
    assert heard_s <= (HOUR_S if expected == "too_long" else 3)
    assert max(memory) < MOST_MEMORY
    assert time.monotonic() - started_s < 15


def test_an_hour_of_silence_is_a_recording(server: Running) -> None:
    data = media.silent_flac(3600)
    assert len(data) < 700_000
    with memory_watched(server) as memory:
        assert total(server.client, data, 7200).duration_s == 3600
    assert max(memory) < 100_000_000


def test_damaged_timestamps_make_no_hours_of_silence(server: Running) -> None:
    summary = total(server.client, bombs.jumping_timestamps(500), 12 * HOUR_S)
    sound_s = summary.duration_s - summary.filled_s
    assert 5 < sound_s < 15
    assert summary.filled_s <= 600 + sound_s


def test_a_length_that_no_file_of_that_size_has_is_not_believed(server: Running) -> None:
    data = bombs.opus_from_the_far_future(last_page_only=True)
    upload = server.client.socket_path.with_name("far")
    upload.write_bytes(data)
    assert server.client.probe(upload).duration_s is None


@pytest.mark.slow
def test_a_150_hour_bomb_stops_at_twelve_hours(server: Running, tmp_path: Path) -> None:
    bombs.hours_of_flac(tmp_path / "bomb", 150)
    assert 90_000_000 < (tmp_path / "bomb").stat().st_size < 110_000_000
    with memory_watched(server) as memory, pytest.raises(MediaError, match="too_long"):
        for _ in server.client.decode(tmp_path / "bomb", 12 * HOUR_S):
            pass
    assert max(memory) < 100_000_000
