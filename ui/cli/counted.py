"""A file on its way, read by whoever sends it."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path


class Counted(io.BufferedReader):
    """A file that tells how much of it was read, and stops when the command is to stop."""

    def __init__(self, path: Path, tell: Callable[[int], None]) -> None:
        super().__init__(io.FileIO(path))
        self._tell = tell

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self._tell(self.tell())
        return data
