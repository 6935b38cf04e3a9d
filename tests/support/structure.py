"""Where the formats keep their sizes, counts and times: what damage does the most harm to."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_ISO_FOLDERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf", b"udta", b"mvex"}
_EBML_FOLDERS = {
    0x18538067, 0x1654AE6B, 0xAE, 0xE1, 0x1F43B675, 0xA0, 0x1C53BB6B, 0xBB, 0xB7, 0x114D9B74,
    0x4DBB, 0x1549A966, 0x1043A770,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """A number in a file. `vint` is Matroska's, whose first bits tell its width."""

    at: int
    width: int
    order: Literal["little", "big", "vint"]


def fields(data: bytes) -> list[Field]:
    """The numbers that structure the file; headers of frames where there is no more than those."""
    head = data[:16]
    if head[:4] == b"RIFF":
        return [Field(4, 4, "little"), *_chunks(data, 12, 4, 4, "little", 2)]
    if head[:4] == b"riff":
        return [Field(16, 8, "little"), *_chunks(data, 40, 16, 8, "little", 8)]
    if head[:4] == b"FORM":
        return [Field(4, 4, "big"), *_chunks(data, 12, 4, 4, "big", 2)]
    if head[:4] == b"caff":
        return list(_chunks(data, 8, 4, 8, "big", 1))
    if head[4:8] in (b"ftyp", b"moov", b"wide", b"free"):
        return list(_boxes(data, 0, len(data)))
    if head[:4] == b"\x1aE\xdf\xa3":
        return list(_elements(data, 0, len(data)))
    if head[:4] == b"OggS":
        return list(_pages(data))
    if head[:4] == b"\x30\x26\xb2\x75":
        return list(_objects(data))
    if head[:4] == b"fLaC":
        return [Field(4 + n, 1, "big") for n in range(42)]
    if head[:5] == b"#!AMR":
        return [Field(n, 1, "big") for n in range(6, len(data), 8)]
    if head[:1] == b"\x47":
        return [
            Field(n + k, 1, "big") for n in range(0, len(data) - 188, 188) for k in range(1, 20)
        ]
    return [Field(n + k, 1, "big") for n in _frames(data) for k in range(1, 7)]


def mend(data: bytearray) -> bytes:
    """Ogg pages with their checksums made right: else nobody reads what was damaged in them."""
    at = 0
    while (at := data.find(b"OggS", at)) != -1 and at + 27 <= len(data):
        table = data[at + 27 : at + 27 + data[at + 26]]
        end = at + 27 + len(table) + sum(table)
        data[at + 22 : at + 26] = bytes(4)
        data[at + 22 : at + 26] = struct.pack("<I", _crc(bytes(data[at:end])))
        at += 4
    return bytes(data)


def _crc(page: bytes) -> int:
    """RFC 3533, section 6: polynomial 0x04c11db7, nothing reflected or inverted."""
    value = 0
    for byte in page:
        value = (value << 8 & 0xFFFFFFFF) ^ _TABLE[value >> 24 ^ byte]
    return value


def _entry(value: int) -> int:
    for _ in range(8):
        value = (value << 1 ^ 0x04C11DB7 if value >> 31 else value << 1) & 0xFFFFFFFF
    return value


_TABLE = [_entry(byte << 24) for byte in range(256)]


def _chunks(
    data: bytes, at: int, kind: int, width: int, order: Literal["little", "big"], align: int
) -> Iterator[Field]:
    """Sizes, and the first fields of each body (formats, rates, counts)."""
    while at + kind + width <= len(data):
        yield Field(at + kind, width, order)
        body = at + kind + width
        size = int.from_bytes(data[at + kind : body], order)
        if not data[at : at + 4].lower().startswith((b"data", b"ssnd")):
            yield from (Field(n, 2, order) for n in range(body, body + min(size, 40) - 1, 2))
        size = max(0, size - kind - width) if kind == 16 else size
        at = body + size + -size % align


def _boxes(data: bytes, at: int, end: int) -> Iterator[Field]:
    """Sizes of ISO boxes, and every number of the tables (stts, stsz, stco, elst …)."""
    while at + 8 <= end:
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        yield Field(at, 4, "big")
        if size < 8:
            return
        if kind in _ISO_FOLDERS:
            yield from _boxes(data, at + 8, min(end, at + size))
        elif kind not in (b"mdat", b"free", b"ftyp"):
            yield from (
                Field(n, 4, "big") for n in range(at + 8, min(end, at + size, at + 120) - 3, 4)
            )
        at += size


def _elements(data: bytes, at: int, end: int) -> Iterator[Field]:
    """Sizes of EBML elements, and the first bytes of their bodies."""
    while at + 2 <= end:
        width = 9 - data[at].bit_length()
        number = int.from_bytes(data[at : at + width], "big")
        at += width
        if width > 4 or at >= end or not data[at]:
            return
        width = 9 - data[at].bit_length()
        yield Field(at, width, "vint")
        size = int.from_bytes(data[at : at + width], "big") & (1 << 7 * width) - 1
        at += width
        if number in _EBML_FOLDERS:
            yield from _elements(data, at, min(end, at + size))
        else:
            yield from (Field(n, 1, "big") for n in range(at, min(end, at + size, at + 8)))
        at += size


def _pages(data: bytes) -> Iterator[Field]:
    """Flags, granule position, serial and sequence numbers and the lacing of Ogg pages."""
    at = 0
    while (at := data.find(b"OggS", at)) != -1 and at + 27 <= len(data):
        yield from (Field(at + 5, 1, "little"), Field(at + 6, 8, "little"))
        yield from (Field(at + 14, 4, "little"), Field(at + 18, 4, "little"))
        yield from (Field(at + 26 + n, 1, "little") for n in range(data[at + 26] + 1))
        body = at + 27 + data[at + 26]
        yield from (Field(body + n, 1, "little") for n in range(20))
        at += 4


def _objects(data: bytes) -> Iterator[Field]:
    """Sizes of ASF objects, those inside the header included, and the header of each packet."""
    at = 0
    while at + 24 <= len(data):
        yield Field(at + 16, 8, "little")
        size = int.from_bytes(data[at + 16 : at + 24], "little")
        yield from (Field(n, 4, "little") for n in range(at + 24, at + min(size, 104), 4))
        at += 30 if at == 0 else max(24, size)


def _frames(data: bytes) -> Iterator[int]:
    """Positions of what looks like headers of MPEG audio or ADTS, and the ID3 tag's."""
    if data[:3] == b"ID3":
        yield from (3, 9)
    at = -1
    while (at := data.find(b"\xff", at + 1)) != -1:
        if data[at + 1 : at + 2] >= b"\xe0":
            yield at
