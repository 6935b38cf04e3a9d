"""Files are told by content, playlists are refused, and compressed data is not taken for MP3."""

from __future__ import annotations

import gzip
import io
import zipfile

import numpy as np
import pytest

from app.media.containers import CONTAINERS, DEMUXERS
from app.media.sniff import SNIFF_BYTES, Sniffer, describe, sniff
from tests.support import media

MADE = [
    ("wav", "pcm_s16le", "wav"),
    ("wav", "adpcm_ms", "wav-compressed"),
    ("w64", "pcm_s16le", "w64"),
    ("aiff", "pcm_s16be", "aiff"),
    ("mp3", "libmp3lame", "mp3"),
    ("mp2", "mp2", "mp2"),
    ("flac", "flac", "flac"),
    ("ogg", "libopus", "opus"),
    ("ipod", "aac", "m4a"),
    ("mp4", "aac", "mp4-audio"),
    ("mov", "aac", "mov"),
    ("3gp", "aac", "3gp-audio"),
    ("webm", "libopus", "webm-audio"),
    ("matroska", "flac", "matroska-audio"),
    ("adts", "aac", "aac"),
    ("amr", "libopencore_amrnb", "amr"),
    ("asf", "wmav2", "wma"),
    ("caf", "pcm_s16le", "caf"),
    ("avi", "pcm_s16le", "avi"),
    ("mpegts", "aac", "mpegts"),
]


@pytest.mark.parametrize(("muxer", "codec", "name"), MADE)
def test_what_ffmpeg_writes_is_recognised(muxer: str, codec: str, name: str) -> None:
    rate = 8_000 if codec == "libopencore_amrnb" else 48_000
    container = sniff(media.encode(muxer, codec, rate, 1, 1.0))
    assert container is not None
    assert container.name == name


@pytest.mark.parametrize(
    ("muxer", "codec", "picture", "media_type"),
    [
        ("mp4", "aac", "mpeg4", "video/mp4"),
        ("webm", "libopus", "libvpx", "video/webm"),
        ("matroska", "aac", "mpeg4", "video/x-matroska"),
        ("asf", "wmav2", "wmv2", "video/x-ms-asf"),
    ],
)
def test_a_picture_makes_it_a_video(muxer: str, codec: str, picture: str, media_type: str) -> None:
    container = sniff(media.encode(muxer, codec, 48_000, 1, 1.0, picture=picture))
    assert container is not None
    assert container.media_type == media_type


def test_rf64_and_amr_wb_and_old_quicktime() -> None:
    rf64 = media.encode("wav", "pcm_s16le", options={"rf64": "always"})
    named = [sniff(rf64), sniff(media.amr_wb()), sniff(b"\0\0\0\x08wide\0\0\1\0mdat")]
    assert [container and container.name for container in named] == ["rf64", "amr-wb", "mov"]


def test_mp3_behind_a_tag_padding_and_without_any_tag() -> None:
    frames = media.encode("mp3", "libmp3lame", options={"id3v2_version": "0", "write_xing": "0"})
    assert frames[0] == 0xFF
    tag = b"ID3\4\0\0\0\0\x01\0" + bytes(128)
    for data in (frames, tag + frames, bytes(300) + frames, b"ID3\4\0\0\x7f\x7f\x7f\x7f" + frames):
        container = sniff(data)
        assert container is not None
        assert container.name == "mp3"


def test_a_tag_may_hide_other_formats() -> None:
    tag = b"ID3\4\0\0\0\0\0\x05" + bytes(5)
    for muxer, codec, name in (("flac", "flac", "flac"), ("adts", "aac", "aac")):
        container = sniff(tag + media.encode(muxer, codec))
        assert container is not None
        assert container.name == name


def test_noise_is_not_taken_for_anything() -> None:
    random = np.random.default_rng(4)
    for _ in range(40):
        noise = b"\x8f" + random.bytes(SNIFF_BYTES)
        assert sniff(noise) is None
        assert describe(noise) == "data of an unknown kind"
    assert sniff(b"\xff\xfb" * 2000) is None
    assert sniff(b"\xff" * SNIFF_BYTES) is None


def test_an_archive_or_text_with_mp3_inside_is_no_mp3() -> None:
    frames = media.encode("mp3", "libmp3lame")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as writer:
        writer.writestr("talk.mp3", frames)
    for data in (archive.getvalue(), b"%PDF-1.7\n" + frames, b"\xff\xd8\xff\xe0" + frames):
        assert sniff(data) is None


def _zip(name: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr(name, "x")
    return archive.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "an empty file"),
        (b"Hello, this is my talk.\n", "a text file"),
        ("Grüße aus Zürich".encode(), "a text file"),
        ("Hello".encode("utf-16"), "a text file"),
        (b"x" * 4095 + "ß".encode(), "a text file"),
        (media.ffconcat("victim.wav"), "a playlist (ffconcat)"),
        (media.hls_playlist("http://127.0.0.1/x.ts"), "a playlist (m3u)"),
        (b"[playlist]\nFile1=a.mp3\n", "a playlist (pls)"),
        (media.sdp(), "an SDP description"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"WEBVTT\n\n00:00.000 --> 00:01.000\nhi", "a file of subtitles"),
        (b"1\n00:00:00,000 --> 00:00:01,000\nhi", "a file of subtitles"),
        (b"%PDF-1.7\n", "a PDF"),
        (_zip("a.txt"), "a ZIP archive"),
        (_zip("word/document.xml"), "a Word document"),
        (gzip.compress(b"x"), "a gzip archive"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "a JPEG picture"),
        (media.png(), "a PNG picture"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "a HEIC picture"),
        (bytes(500), "a file of nothing but zero bytes"),
        (b"\x80\x81\x82\x83\x84", "data of an unknown kind"),
    ],
)
def test_what_is_refused_has_a_name(data: bytes, words: str) -> None:
    assert sniff(data) is None
    assert describe(data) == words


def test_pieces_of_an_upload_give_the_same_answer_as_the_whole() -> None:
    data = media.speech_like_wav(4)
    sniffer = Sniffer()
    full = [sniffer.feed(data[start : start + 1000]) for start in range(0, len(data), 1000)]
    assert sniffer.container is sniff(data) is CONTAINERS["wav"]
    assert full.index(True) == SNIFF_BYTES // 1000
    small = Sniffer()
    assert not small.feed(media.sdp())
    assert small.container is None
    assert small.description == "an SDP description"


def test_no_demuxer_of_ours_can_name_another_file() -> None:
    assert DEMUXERS.isdisjoint({"concat", "hls", "dash", "sdp", "image2", "applehttp", "lavfi"})
