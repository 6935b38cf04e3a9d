"""A process that must not outlive the one that started it, however that one ends."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1
_POLL_S = 0.5

# Loaded now: between fork and exec nothing should be imported any more
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def end_with_parent(number: signal.Signals, parent: int) -> bool:
    """Have the kernel send `number` to this process when `parent` ends; kept across exec.

    Returns False where the kernel cannot (only Linux can). A parent that has ended already
    ends this process now.
    """
    if _libc is None:
        return False
    told = bool(_libc.prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(number), 0, 0, 0) == 0)
    if told and os.getppid() != parent:
        os.kill(os.getpid(), number)
    return told


def watch_parent(number: signal.Signals, parent: int) -> None:
    """The same without the kernel's help, for a process that can keep a thread."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_POLL_S)
        os.kill(os.getpid(), number)

    threading.Thread(target=watch, name="parent", daemon=True).start()
