"""Locks that the kernel releases when their holder ends, by whatever means."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from typing import IO


def take(path: Path, note: str = "", patience_s: float = 0.0) -> IO[str] | None:
    """The locked file, to be kept open; None when somebody else holds it.

    `note` is written into it for whoever comes next. Waits up to `patience_s` for the holder.
    """
    until = time.monotonic() + patience_s
    # Opened without truncating: the note in it may be the holder's
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() >= until:
                file.close()
                return None
            time.sleep(0.1)
    file.truncate(0)
    file.write(note)
    file.flush()
    return file
