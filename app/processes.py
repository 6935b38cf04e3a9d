"""Telling one process from another that got the same number later."""

from __future__ import annotations

import os
from pathlib import Path


def birth(pid: int) -> str:
    """When the process was started, in ticks since the machine was; "" for a dead one.

    Source: proc_pid_stat(5), fields 3 (state) and 22 (starttime). Elsewhere than on Linux all
    living processes were born at "0".
    """
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "" if Path("/proc/self/stat").exists() else "0"
    return "" if fields[0] in "ZX" else fields[19]
