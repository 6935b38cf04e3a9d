"""The memory allocator's settings of the model host, for a process that is already running."""

from __future__ import annotations

import ctypes
import platform

_M_TRIM_THRESHOLD, _M_MMAP_MAX, _M_ARENA_MAX = -1, -4, -8  # malloc.h of glibc


def keep_memory() -> None:
    """Keep freed memory for the next window instead of giving it back and asking again.

    Each window needs the same buffers. With glibc's defaults every one of them is mapped anew:
    five times the page faults for the same work. Elsewhere this does nothing.
    """
    if platform.libc_ver()[0] != "glibc":
        return
    mallopt = ctypes.CDLL(None).mallopt
    mallopt(_M_MMAP_MAX, 0)
    mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)
    mallopt(_M_ARENA_MAX, 1)
