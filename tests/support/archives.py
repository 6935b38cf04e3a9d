"""ZIP files for tests: ordinary ones, and those that somebody made to do harm."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping


def packed(members: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of these, under exactly these names."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo("x")
            info.filename = name  # as it is: the constructor would make it harmless
            info.compress_type = compression
            archive.writestr(info, content)
    return file.getvalue()


def link(name: str, target: str) -> bytes:
    """A ZIP with a symbolic link."""
    file = io.BytesIO()
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(info, target)
    return file.getvalue()


def flagged(content: bytes, flag: int = 0x1) -> bytes:
    """The same, with a flag of its first member set: 1 says that it is encrypted."""
    changed = bytearray(content)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.index(mark) + offset
        (was,) = struct.unpack_from("<H", changed, at)
        struct.pack_into("<H", changed, at, was | flag)
    return bytes(changed)


def with_method(content: bytes, method: int) -> bytes:
    """The same, its first member said to be packed by another method."""
    changed = bytearray(content)
    for mark, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        struct.pack_into("<H", changed, changed.index(mark) + offset, method)
    return bytes(changed)


def crowded(entries: int) -> bytes:
    """Many entries that all name the same few bytes: small to send, large to list."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a", b"")
        first = archive.infolist()[0]
        for number in range(entries):
            copy = zipfile.ZipInfo(f"{number}")
            copy.header_offset, copy.CRC = first.header_offset, 0
            archive.filelist.append(copy)
        archive._didModify = True  # type: ignore[attr-defined]
    return file.getvalue()
