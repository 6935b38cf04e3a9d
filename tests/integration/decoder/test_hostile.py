"""Whatever the bytes, the answer is samples or a MediaError, and the next file works."""

from __future__ import annotations

import io
import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.media.client import DecoderClient
from app.media.containers import CONTAINERS
from app.media.errors import MediaError
from app.media.protocol import FrameKind, Request, load_json, receive_frame, send_request
from tests.support import media
from tests.support.decoding import GOOD, total

pytestmark = pytest.mark.usefixtures("still_alive_afterwards")


def refused(client: DecoderClient, data: bytes, max_s: float = 600) -> MediaError:
    with pytest.raises(MediaError) as caught:
        total(client, data, max_s)
    return caught.value


@pytest.mark.chapter(28)
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda name: media.ffconcat(name), "playlist (ffconcat)"),
        (lambda name: media.hls_playlist(f"file:{name}"), "playlist (m3u)"),
        (lambda name: media.sdp(), "SDP"),
        (lambda name: b"Minutes of the meeting\n" * 50, "text file"),
    ],
)
def test_text_that_names_other_files_is_refused_whatever_its_name(
    client: DecoderClient, tmp_path: Path, make: Callable[[str], bytes], words: str
) -> None:
    (tmp_path / "victim.wav").write_bytes(GOOD)
    upload = tmp_path / "upload.mp3"
    upload.write_bytes(make("victim.wav"))
    for attempt in (client.probe, lambda path: client.decode(path, 60)):
        with pytest.raises(MediaError, match="unsupported_format") as caught:
            attempt(upload)
        assert words in caught.value.detail


@pytest.mark.chapter(28)
@pytest.mark.parametrize("name", ["wav", "mp3", "mp4", "matroska", "ogg", "mpegts"])
def test_the_decoder_does_not_rely_on_the_client_to_sniff(
    client: DecoderClient, tmp_path: Path, name: str
) -> None:
    (tmp_path / "victim.wav").write_bytes(GOOD)
    upload = tmp_path / "upload"
    for data in (media.ffconcat(f"{tmp_path}/victim.wav"), media.hls_playlist("victim.wav")):
        upload.write_bytes(data)
        with pytest.raises(MediaError), client.decode(upload, 60, CONTAINERS[name]) as decoding:
            list(decoding)


@pytest.mark.chapter(28)
@pytest.mark.parametrize("demuxer", ["concat", "hls", "sdp", "lavfi", "image2", "wav,concat", ""])
def test_other_demuxers_cannot_be_asked_for(
    client: DecoderClient, tmp_path: Path, demuxer: str
) -> None:
    upload = tmp_path / "upload"
    upload.write_bytes(media.ffconcat("victim.wav"))
    with socket.socket(socket.AF_UNIX) as sock, upload.open("rb") as file:
        sock.settimeout(20)
        sock.connect(str(client.socket_path))
        send_request(sock, Request("decode", demuxer, 16_000), file.fileno())
        assert receive_frame(sock)[0] is FrameKind.STARTED
        kind, payload = receive_frame(sock)
    assert kind is FrameKind.ERROR
    assert load_json(payload)["code"] == "unsupported_format"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_audio"),
        (media.empty_wav(), "empty_audio"),
        (media.mp4_without_moov(), "truncated_file"),
        (media.encode("mp4", "aac", 44_100, 1, 3.0)[:40], "truncated_file"),
        (media.first_part("caf", "alac"), "truncated_file"),
        (media.video_without_sound(), "no_audio_stream"),
        (media.video_without_sound("matroska"), "no_audio_stream"),
        (media.png(), "unsupported_format"),
        (GOOD[:20], "unreadable_audio"),
        (b"fLaC" + bytes(500), "unreadable_audio"),
        (b"OggS\0" + bytes(500), "unreadable_audio"),
        (media.encode("wav", "adpcm_yamaha", 22_050), "unsupported_format"),
    ],
)
def test_what_cannot_be_decoded_says_why(client: DecoderClient, data: bytes, code: str) -> None:
    error = refused(client, data)
    assert error.code == code
    with pytest.raises(MediaError, match=code):
        client.probe(io.BytesIO(data))
    assert error.detail.endswith(".")
    assert "/" not in error.detail


@pytest.mark.chapter(28)
def test_a_bomb_stops_at_the_limit(client: DecoderClient) -> None:
    bomb = media.silent_flac(3600)
    assert len(bomb) < 1_000_000
    started = time.monotonic()
    with client.decode(io.BytesIO(bomb), 60) as decoding:
        assert decoding.info.duration_s == pytest.approx(3600, rel=0.01)
        heard_s, largest_kb = 0.0, 0
        error: MediaError | None = None
        try:
            for block in decoding:
                heard_s += len(block) / 16_000
                largest_kb = max(largest_kb, _resident_kb(decoding.child_pid))
        except MediaError as raised:
            error = raised
    assert error is not None
    assert error.code == "too_long"
    assert heard_s <= 60
    assert largest_kb < 150_000
    assert time.monotonic() - started < 10
    assert "60 seconds" in error.detail


def _resident_kb(pid: int | None) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return int(status.split("VmRSS:")[1].split()[0]) if "VmRSS:" in status else 0


def test_exactly_the_limit_is_not_too_long(client: DecoderClient) -> None:
    assert total(client, GOOD, 2.0).samples == 32_000
    assert refused(client, GOOD, 1.99).code == "too_long"


@pytest.mark.chapter(28)
def test_a_killed_child_is_told_from_a_bad_file(client: DecoderClient) -> None:
    with client.decode(io.BytesIO(media.silent_flac(3600)), 7200) as decoding:
        next(decoding)
        assert decoding.child_pid is not None
        os.kill(decoding.child_pid, signal.SIGKILL)
        with pytest.raises(MediaError, match="decoder_crashed"):
            list(decoding)


@pytest.mark.parametrize(
    "garbage",
    [b"", b"\0" * 100, b"GET / HTTP/1.1\r\n\r\n", b"{}\n", b"[" * 4000, b"x" * 100_000],
)
def test_garbage_on_the_socket(client: DecoderClient, garbage: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(20)
        sock.connect(str(client.socket_path))
        try:
            sock.sendall(garbage)
            sock.shutdown(socket.SHUT_WR)
            assert receive_frame(sock)[0] is FrameKind.STARTED
            kind, payload = receive_frame(sock)
        except ConnectionError:
            return
    assert kind is FrameKind.ERROR
    assert load_json(payload)["code"] == "decoder_crashed"


def test_clients_that_vanish_leave_room_for_others(client: DecoderClient) -> None:
    for _ in range(20):
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(str(client.socket_path))
    assert total(client, GOOD).samples == 32_000


def test_a_stream_that_turns_up_late_in_a_transport_stream(client: DecoderClient) -> None:
    whole = media.encode("mpegts", "aac", 48_000, 1, 1.0)
    for seed in (1002, 1062, 1075):  # found by decoding thousands of mutations
        assert total(client, media.mutated(whole, seed)).samples > 0
