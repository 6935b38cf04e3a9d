"""`python -m worker.training.guardian COMMAND…`: a command that ends with who started it.

The command, with all that it starts, gets a process group of its own at the lowest priority, and
its number is the first line of the output. Standard input is a pipe that nobody writes to: when it
closes, because its holder ended in whatever way, the whole group is killed. This process is not in
the group, so that it lives on while the group is stopped.
"""

# Ch 13 · Planning for Operations: what a killed worker had started does not go on in the dark

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

LOWEST = 19
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def main() -> int:
    own = os.getpid()
    # Linux on a desktop weighs sessions against each other, and priorities only within one
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(LOWEST))

    def begin() -> None:
        """In the child, before it becomes the command."""
        os.setpriority(os.PRIO_PROCESS, 0, LOWEST)
        if _libc is not None:  # should this process be killed, at least the command goes with it
            _libc.prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), 0, 0, 0)
            if os.getppid() != own:
                os.kill(os.getpid(), signal.SIGKILL)

    command = subprocess.Popen(
        sys.argv[1:], stdin=subprocess.DEVNULL, process_group=0, preexec_fn=begin
    )
    print(command.pid, flush=True)
    threading.Thread(target=_until_alone, args=(command.pid,), daemon=True).start()
    code = command.wait()
    kill(command.pid)  # whatever it left behind
    return code if code >= 0 else 128 - code


def kill(group: int) -> None:
    """Stopped processes too: nobody can ignore this signal."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _until_alone(group: int) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    kill(group)


if __name__ == "__main__":
    sys.exit(main())
