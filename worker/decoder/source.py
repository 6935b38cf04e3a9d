"""The open file as PyAV wants it: an object to read from, and never a name."""

from __future__ import annotations

import os
from typing import Final

_EINVAL: Final = -22


class Descriptor:
    """Reads a descriptor with a position of its own, as the other holder may move the file's."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._position = 0
        self.size: Final = os.fstat(descriptor).st_size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, count: int) -> bytes:
        if self._position >= self.size:
            return b""
        data = os.pread(self._descriptor, count, self._position)
        self._position += len(data)
        return data

    def at(self, position: int, count: int) -> bytes:
        """Bytes from elsewhere; the position stays."""
        return os.pread(self._descriptor, count, position) if position < self.size else b""

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """The new position, or a negative error number: FFmpeg then goes on without."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}.get(whence)
        if base is None or not 0 <= base + offset < 1 << 62:
            return _EINVAL
        self._position = base + offset
        return self._position
