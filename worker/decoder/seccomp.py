"""A list of the system calls that decoding needs; the kernel answers all others with "no such".

A list of what is allowed, as one of what is forbidden would be out of date with the next kernel:
`io_uring` and `userfaultfd` were once the new ones. The answer is ENOSYS because every library
is prepared for a kernel that lacks a call, so what we forgot makes a decoder poorer, not dead.

The program is classic BPF over `struct seccomp_data` (linux/seccomp.h, linux/bpf_common.h); the
numbers of the calls are in asm/unistd_64.h and asm-generic/unistd.h and never change.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys
from dataclasses import dataclass
from typing import Final

_LOAD: Final = 0x20  # BPF_LD | BPF_W | BPF_ABS
_IF_EQUAL: Final = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_IF_ANY_BIT: Final = 0x45  # BPF_JMP | BPF_JSET | BPF_K
_ANSWER: Final = 0x06  # BPF_RET | BPF_K
_NUMBER, _ARCHITECTURE, _THIRD_ARGUMENT = 0, 4, 32
_ALLOW: Final = 0x7FFF0000
_NO_SUCH_CALL: Final = 0x00050000 | errno.ENOSYS
_PROT_EXEC: Final = 4
_PR_SET_SECCOMP: Final = 22
_SECCOMP_MODE_FILTER: Final = 2


@dataclass(frozen=True, slots=True)
class _Machine:
    architecture: int
    """AUDIT_ARCH_* of linux/audit.h: calls of another one (32 bits) are refused altogether."""
    mapping: tuple[int, ...]
    """mmap and mprotect: allowed as long as nothing becomes executable."""
    calls: tuple[int, ...]


_MACHINES: Final = {
    "x86_64": _Machine(
        0xC000003E,
        (9, 10),
        (
            *(1, 17, 44),  # write, pread64, sendto: to what is open, and nothing else can be
            *(7, 271, 3),  # poll, ppoll, close
            *(11, 12, 25, 28),  # munmap, brk, mremap, madvise
            *(202, 24, 204, 318),  # futex, sched_yield, sched_getaffinity, getrandom
            *(13, 14, 15, 131, 219),  # rt_sigaction, -procmask, -return, sigaltstack, restart
            *(35, 230, 228, 229, 96),  # nanosleep, clock_nanosleep, -gettime, -getres, gettimeofday
            *(39, 186, 60, 231),  # getpid, gettid, exit, exit_group
        ),
    ),
    "aarch64": _Machine(
        0xC00000B7,
        (222, 226),
        (
            *(64, 67, 206),
            *(73, 57),
            *(215, 214, 216, 233),
            *(98, 124, 123, 278),
            *(134, 135, 139, 132, 128),
            *(101, 115, 113, 114, 169),
            *(172, 178, 93, 94),
        ),
    ),
}


class _Program(ctypes.Structure):
    """struct sock_fprog of linux/filter.h."""

    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def deny_other_calls() -> bool:
    """Bind this process for good; False where the kernel or the machine knows no filters.

    Needs PR_SET_NO_NEW_PRIVS, and must be the last thing that is done in preparation.
    """
    machine = _MACHINES.get(platform.machine()) if sys.platform == "linux" else None
    return machine is not None and install(program(machine))


def program(machine: _Machine) -> bytes:
    """The filter as an array of struct sock_filter."""
    after_mapping = 3 + len(machine.calls) + len(machine.mapping)
    refused, check, allowed, refused_too = (after_mapping + n for n in (0, 1, 3, 4))
    steps: list[tuple[int, int, int | None, int | None]] = [
        (_LOAD, _ARCHITECTURE, None, None),
        (_IF_EQUAL, machine.architecture, None, refused),
        (_LOAD, _NUMBER, None, None),
        *((_IF_EQUAL, call, allowed, None) for call in machine.calls),
        *((_IF_EQUAL, call, check, None) for call in machine.mapping),
        (_ANSWER, _NO_SUCH_CALL, None, None),
        (_LOAD, _THIRD_ARGUMENT, None, None),
        (_IF_ANY_BIT, _PROT_EXEC, refused_too, allowed),
        (_ANSWER, _ALLOW, None, None),
        (_ANSWER, _NO_SUCH_CALL, None, None),
    ]
    return b"".join(_encode(number, *step) for number, step in enumerate(steps))


def _encode(number: int, code: int, value: int, then: int | None, otherwise: int | None) -> bytes:
    """One struct sock_filter; jumps are counted from the instruction behind it."""
    jumps = (0 if to is None else to - number - 1 for to in (then, otherwise))
    return struct.pack("<HBBI", code, *jumps, value)


def install(filter_program: bytes) -> bool:
    prog = _Program(len(filter_program) // 8, filter_program)
    zero = ctypes.c_ulong(0)
    mode = ctypes.c_ulong(_SECCOMP_MODE_FILTER)
    return not ctypes.CDLL(None).prctl(_PR_SET_SECCOMP, mode, ctypes.byref(prog), zero, zero)
