"""A disk that can be filled to the last byte: a small tmpfs, where one may be mounted."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

SIZE_MB = 640
"""Below 256 MB free the product calls itself not ready."""
_BLOCK = bytes(1024 * 1024)


@dataclass(frozen=True, slots=True)
class Disk:
    """A file system of its own at `folder`."""

    folder: Path

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"

    def fill(self) -> None:
        """Leave no byte free."""
        with self._ballast.open("wb", buffering=0) as file:
            for size in (len(_BLOCK), 4096, 1):
                with suppress(OSError):
                    while True:
                        file.write(_BLOCK[:size])

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk | None]:
    """Mount a small disk at `folder` and take it away in the end; None where that is forbidden."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run(
            [mount, "-t", "tmpfs", "-o", f"size={SIZE_MB}m,mode=700", "lectern-chaos", str(folder)],
            capture_output=True,
        ).returncode
    ):
        yield None
        return
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False, capture_output=True)
