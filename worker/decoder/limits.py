"""Takes from a process everything that decoding one open file does not need.

FFmpeg is a large parser of untrusted input in C; see its CVE-2016-1897 and CVE-2017-9993. We
plan for the day on which a file takes it over: what it then holds is one socket, one file that
its owner has uploaded anyway, a bounded amount of memory and time, and no network.
"""

from __future__ import annotations

import ctypes
import math
import os
import resource
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import Final

from app.media.protocol import SAMPLE_RATE

MEMORY_BYTES: Final = 1 << 30
"""Address space, code and libraries included (about 200 MB of it)."""
CPU_BASE_S: Final = 20
CPU_SHARE: Final = 1 / 20
"""CPU seconds allowed for each second of audio: thirty times what the costliest codec took."""
PROBE_CPU_S: Final = 10
"""For a look at the beginning, where the index of twelve hours of video takes one second."""
CPU_GRACE_S: Final = 5
NOBODY: Final = 65534

_CLONE_NEWUSER: Final = 0x10000000
_CLONE_NEWNET: Final = 0x40000000
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_DUMPABLE: Final = 4
_PR_SET_NO_NEW_PRIVS: Final = 38
_CAPABILITY_VERSION_3: Final = 0x20080522


class CpuSpent(BaseException):
    """The processor time for this file is used up. No `Exception`, so that nothing swallows it."""


def confine(cpu_s: int, descriptors: int) -> bool:
    """Give up rights for good; `descriptors` is how many are open, numbered from 0 on.

    What the kernel does not allow or know is left out: every line stands for itself. True when
    the network is out of reach. `seccomp.deny_other_calls` is to follow, as the last thing.
    """
    os.environ.clear()
    signal.signal(signal.SIGXCPU, _cpu_spent)
    apart = sys.platform == "linux" and _leave_network()
    _become_nobody()
    # Ch 28 · Security and Privacy: hostile files are decoded by a child that can open nothing else
    _limit(resource.RLIMIT_NOFILE, descriptors)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NPROC, 0)
    _limit(resource.RLIMIT_AS, MEMORY_BYTES)
    _limit(resource.RLIMIT_CPU, cpu_s, cpu_s + CPU_GRACE_S)
    if sys.platform == "linux":
        _drop_privileges()
    return apart


def cpu_limit_s(max_samples: int) -> int:
    return CPU_BASE_S + math.ceil(max_samples / SAMPLE_RATE * CPU_SHARE)


def die_with_parent(parent: int) -> None:
    """End when the server ends, even by SIGKILL. Cleared by a change of user: call it after."""
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _cpu_spent(_number: int, _frame: FrameType | None) -> None:
    raise CpuSpent


def _limit(kind: int, soft: int, hard: int | None = None) -> None:
    wanted = soft if hard is None else hard
    _, present = resource.getrlimit(kind)
    if present != resource.RLIM_INFINITY:
        wanted = min(wanted, present)
    with suppress(OSError, ValueError):
        resource.setrlimit(kind, (min(soft, wanted), wanted))


def _leave_network() -> bool:
    """An empty network namespace: as root directly, otherwise inside a new user namespace."""
    libc = ctypes.CDLL(None)
    alone = not libc.unshare(_CLONE_NEWNET) or not libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    return alone


def _become_nobody() -> None:
    """A server started by root must not leave root's rights with a decoder."""
    if os.geteuid() != 0:
        return
    with suppress(OSError):
        os.setgroups([])
    with suppress(OSError):
        os.setgid(NOBODY)
    with suppress(OSError):
        os.setuid(NOBODY)


def _drop_privileges() -> None:
    """No capabilities (a new user namespace had granted all), none to gain, no debugger."""
    libc = ctypes.CDLL(None)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    libc.capset(ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)()))
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_DUMPABLE, 0)


def _prctl(option: int, value: int) -> None:
    zero = ctypes.c_ulong(0)
    ctypes.CDLL(None).prctl(option, ctypes.c_ulong(value), zero, zero, zero)
