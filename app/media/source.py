"""Turns whatever the caller holds into one open, regular, readable file."""

from __future__ import annotations

import fcntl
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from app.media.containers import Container
from app.media.sniff import SNIFF_BYTES, id3_length, sniff

Source = str | os.PathLike[str] | BinaryIO
_COPY_BYTES: Final = 1 << 20


@contextmanager
def opened(source: Source) -> Iterator[int]:
    """A descriptor of the file, read-only when a path was given.

    A file object keeps its position. One that lives in memory only is copied to an unnamed
    temporary file, because only something the kernel knows can be handed to another process.
    """
    if isinstance(source, str | os.PathLike):
        with Path(source).open("rb") as file:
            yield file.fileno()
        return
    try:
        descriptor = source.fileno()
    except (OSError, AttributeError, io.UnsupportedOperation):
        with tempfile.TemporaryFile() as copy:
            source.seek(0)
            while piece := source.read(_COPY_BYTES):
                copy.write(piece)
            copy.flush()
            with _read_only(copy.fileno()) as descriptor:
                yield descriptor
        return
    with _read_only(descriptor) as descriptor:
        yield descriptor


@contextmanager
def _read_only(descriptor: int) -> Iterator[int]:
    """The same file without the right to change it, where the system can give that."""
    if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
        yield descriptor
        return
    try:
        reopened = os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        yield descriptor
        return
    try:
        yield reopened
    finally:
        os.close(reopened)


def sniff_descriptor(descriptor: int) -> tuple[Container | None, bytes]:
    """The container, and the head it was told by; looks behind an ID3 tag however long."""
    head = os.pread(descriptor, SNIFF_BYTES, 0)
    tag = id3_length(head)
    if tag >= len(head) > 0:
        # A cover picture of a megabyte may stand before the first frame.
        behind = os.pread(descriptor, SNIFF_BYTES, tag)
        if behind:
            return sniff(b"ID3\4\0\0\0\0\0\0" + behind), head
    return sniff(head), head
