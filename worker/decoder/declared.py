"""How much a file says it holds: FFmpeg quietly trims that to what is there, we want to know.

An upload that broke off must not pass for a whole recording, so the few bytes that declare the
size are read again here. Every answer is a claim of the file and only ever compared.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from app.media.sniff import id3_length
from worker.decoder.source import Descriptor

_MAX_CHUNKS: Final = 10_000
_STREAMED_FROM: Final = 0x7FFFF000
"""Sizes from here on are what programs write that do not know the size yet."""
_ASF_PROPERTIES: Final = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_CLEARLY: Final = 1.01


def is_cut(source: Descriptor, demuxer: str) -> bool:
    """Whether the file declares clearly more bytes of media than it has."""
    declared, present = _bytes(source, demuxer)
    return declared > _CLEARLY * present


def declared_s(source: Descriptor, demuxer: str, found_s: float) -> float:
    """The length of the whole recording, where `found_s` is what FFmpeg makes of its beginning.

    WAV and W64 tell bytes a second (and if not, FFmpeg believes their count of samples). Of
    the others FFmpeg scales the length to the bytes it finds, which is undone here.
    """
    declared, present = _bytes(source, demuxer)
    if declared <= _CLEARLY * present:
        return found_s
    if demuxer not in ("wav", "w64"):
        return found_s * declared / present
    speed = _bytes_per_second(source, demuxer)
    return declared / speed if speed else found_s


def _bytes(source: Descriptor, demuxer: str) -> tuple[int, int]:
    """Bytes of media declared and there; (0, 1) when nothing is declared."""
    find = {"wav": _wav, "w64": _w64, "caf": _caf, "avi": _avi, "asf": _asf}.get(demuxer)
    found = None if find is None else find(source)
    if found is None or found[1] <= 0:
        return 0, 1
    return found


def _bytes_per_second(source: Descriptor, demuxer: str) -> int:
    """`nAvgBytesPerSec` of WAVEFORMATEX; 0 when there is none."""
    chunks = (12, "<4sI", 2) if demuxer == "wav" else (40, "<16sQ", 8)
    bodies = (body for kind, body, _ in _chunks(source, *chunks) if kind.startswith(b"fmt "))
    body = next(bodies, None)
    return 0 if body is None else int.from_bytes(source.at(body + 8, 4), "little")


def lacks_moov(source: Descriptor) -> bool:
    """Whether an MP4 or QuickTime file ends before its index: the upload or recording broke off.

    Walks the boxes of the top level (ISO/IEC 14496-12, 4.2), a few bytes of each.
    """
    position = 0
    for _ in range(_MAX_CHUNKS):
        head = source.at(position, 16)
        if len(head) < 8:
            return True
        size, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if kind == b"moov":
            return position + size > source.size
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        if size < 8:
            return size == 0  # 0: this box takes the rest of the file
        position += size
    return False


def has_frame_count(source: Descriptor) -> bool:
    """Whether an MP3 file says how long it is (Xing, Info or VBRI) instead of leaving a guess."""
    first = source.at(id3_length(source.at(0, 10)), 4096)
    return any(mark in first for mark in (b"Xing", b"Info", b"VBRI"))


def _chunks(
    source: Descriptor, start: int, form: str, align: int
) -> Iterator[tuple[bytes, int, int]]:
    """Kind, position of the body and size of the body, of each chunk from `start` on."""
    layout = struct.Struct(form)
    for _ in range(_MAX_CHUNKS):
        head = source.at(start, layout.size)
        if len(head) < layout.size:
            return
        kind, size = layout.unpack(head)
        if form == "<16sQ":
            size -= layout.size  # W64 counts the chunk's own head
        yield kind, start + layout.size, size
        if size < 0:
            return
        start += layout.size + size + -size % align


def _wav(source: Descriptor) -> tuple[int, int] | None:
    long_size = None
    for kind, body, size in _chunks(source, 12, "<4sI", 2):
        if kind == b"ds64":
            long_size = int.from_bytes(source.at(body + 8, 8), "little")
        if kind == b"data":
            if size == 0xFFFFFFFF and long_size:
                return long_size, source.size - body
            return None if size >= _STREAMED_FROM else (size, source.size - body)
    return None


def _w64(source: Descriptor) -> tuple[int, int] | None:
    for kind, body, size in _chunks(source, 40, "<16sQ", 8):
        if kind.startswith(b"data"):
            return size, source.size - body
    return None


def _caf(source: Descriptor) -> tuple[int, int] | None:
    for kind, body, size in _chunks(source, 8, ">4sq", 1):
        if kind == b"data":
            return None if size < 0 else (size, source.size - body)
    return None


def _avi(source: Descriptor) -> tuple[int, int] | None:
    size = int.from_bytes(source.at(4, 4), "little")
    return None if size >= _STREAMED_FROM else (size + 8, source.size)


def _asf(source: Descriptor) -> tuple[int, int] | None:
    head = source.at(0, 8192)
    at = head.find(_ASF_PROPERTIES)
    return None if at < 0 else (int.from_bytes(head[at + 40 : at + 48], "little"), source.size)
