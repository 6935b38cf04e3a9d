"""How many entries a ZIP announces, read before anything of it is taken into memory.

`zipfile` makes an object of every entry as soon as it opens an archive; a file of four gigabytes
can announce ninety million of them. Format: APPNOTE 6.3.10, sections 4.3.14 to 4.3.16,
https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

from __future__ import annotations

import struct
from typing import BinaryIO, Final

_END: Final = struct.Struct("<4s4H2LH")
_END_MARK: Final = b"PK\x05\x06"
_LOCATOR: Final = struct.Struct("<4sLQL")
_LOCATOR_MARK: Final = b"PK\x06\x07"
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_END64_MARK: Final = b"PK\x06\x06"
_LONGEST_COMMENT: Final = 65535
_ENTRY_BYTES: Final = 46
"""The least an entry takes in the directory."""


def most_entries(file: BinaryIO) -> int | None:
    """So many entries at most will be read from the directory; None: there is no directory.

    It is its size in bytes that counts: a reader goes by it, whatever number stands beside it.
    """
    size = file.seek(0, 2)
    tail_at = max(0, size - _END.size - _LONGEST_COMMENT)
    file.seek(tail_at)
    tail = file.read()
    at = tail.rfind(_END_MARK)
    if at < 0 or at + _END.size > len(tail):
        return None
    directory_bytes = int(_END.unpack_from(tail, at)[5])
    end64 = _end64(file, tail_at + at)
    if end64 is not None:
        directory_bytes = max(directory_bytes, end64) if directory_bytes != 0xFFFFFFFF else end64
    return directory_bytes // _ENTRY_BYTES


def _end64(file: BinaryIO, end_at: int) -> int | None:
    """Size of the directory as the ZIP64 record says it; None: there is none."""
    if end_at < _LOCATOR.size:
        return None
    file.seek(end_at - _LOCATOR.size)
    mark, _, _, _ = _LOCATOR.unpack(file.read(_LOCATOR.size))
    if mark != _LOCATOR_MARK or end_at < _LOCATOR.size + _END64.size:
        return None
    file.seek(end_at - _LOCATOR.size - _END64.size)
    found = _END64.unpack(file.read(_END64.size))
    return int(found[8]) if found[0] == _END64_MARK else None
