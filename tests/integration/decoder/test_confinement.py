"""What a decoder that a file has taken over can still do: nothing but talk to its client."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from app.media.client import DecoderClient
from tests.support import media
from tests.support.decoding import AS_NOBODY, CHECKOUT, running
from worker.decoder.limits import MEMORY_BYTES

pytestmark = [
    pytest.mark.chapter(28),
    pytest.mark.skipif(sys.platform != "linux", reason="other systems give less"),
]
FILTERS = ctypes.CDLL(None).prctl(21, 0, 0, 0, 0) >= 0  # PR_GET_SECCOMP
CALLS = {  # numbers in asm/unistd_64.h and asm-generic/unistd.h; what an intruder would want
    "openat": (257, 56),
    "openat2": (437, 437),
    "creat": (85, None),
    "read": (0, 63),
    "readlinkat": (267, 78),
    "getdents64": (217, 61),
    "newfstatat": (262, 79),
    "statx": (332, 291),
    "unlinkat": (263, 35),
    "renameat2": (316, 276),
    "memfd_create": (319, 279),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "sendmsg": (46, 211),
    "recvmsg": (47, 212),
    "execve": (59, 221),
    "execveat": (322, 281),
    "fork": (57, None),
    "vfork": (58, None),
    "clone": (56, 220),
    "clone3": (435, 435),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "kill": (62, 129),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "io_uring_setup": (425, 425),
    "userfaultfd": (323, 282),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "prctl": (157, 167),
    "seccomp": (317, 277),
    "setrlimit": (160, 164),
    "prlimit64": (302, 261),
    "setuid": (105, 146),
    "ioctl": (16, 29),
    "fcntl": (72, 25),
    "dup": (32, 23),
    "shmget": (29, 194),
    "mq_open": (240, 180),
    "name_to_handle_at": (303, 264),
    "modify_ldt": (154, None),
    "personality": (135, 92),
    "finit_module": (313, 273),
    "reboot": (169, 142),
}


def confined(
    script: str, *, before: str = "", after: str = "deny_other_calls()", check: bool = True
) -> list[str]:
    """Lines printed by a script that runs as a decoder does."""
    lines = f"""
        import ctypes, errno, os, platform, socket, sys
        from worker.decoder.limits import confine
        from worker.decoder.seccomp import deny_other_calls, install
        {before}
        network_is_gone = confine(60, 3)
        filtered = {after}
    """
    answer = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(lines) + textwrap.dedent(script)],
        stdout=subprocess.PIPE,
        cwd=CHECKOUT,
        check=check,
        text=True,
        timeout=60,
    )
    return answer.stdout.splitlines()


@pytest.mark.skipif(not FILTERS, reason="this kernel knows no filters of system calls")
def test_the_kernel_answers_only_the_calls_that_decoding_needs() -> None:
    column = {"x86_64": 0, "aarch64": 1}[platform.machine()]
    numbers = {name: row[column] for name, row in CALLS.items() if row[column] is not None}
    script = f"""
        libc = ctypes.CDLL(None, use_errno=True)
        for name, number in {numbers!r}.items():
            ctypes.set_errno(0)
            answer = libc.syscall(number, -1, -1, -1, -1, -1, -1)
            print(name, answer, errno.errorcode.get(ctypes.get_errno(), "nothing"))
    """
    assert confined(script) == [f"{name} -1 ENOSYS" for name in numbers]
    # Without the filter they are answered, so that it is the filter which is tested here
    unfiltered = confined(script, after="False")
    assert unfiltered.count("ENOSYS") == 0
    assert len([line for line in unfiltered if "ENOSYS" not in line]) > len(numbers) - 8


@pytest.mark.skipif(not FILTERS, reason="this kernel knows no filters of system calls")
def test_no_memory_becomes_a_program() -> None:
    script = """
        libc = ctypes.CDLL(None, use_errno=True)
        libc.mmap.restype = libc.mmap.argtypes = None
        libc.mmap.restype = ctypes.c_long
        size = ctypes.c_size_t(4096)
        def told(answer):
            print("refused" if answer == -1 else "done")
        page = libc.mmap(None, size, 3, 0x22, -1, ctypes.c_long(0))
        told(page)
        told(libc.mprotect(ctypes.c_void_p(page), size, 1))
        told(libc.mprotect(ctypes.c_void_p(page), size, 5))
        told(libc.mmap(None, size, 7, 0x22, -1, ctypes.c_long(0)))
    """
    assert confined(script) == ["done", "done", "refused", "refused"]
    assert confined(script, after="False") == ["done"] * 4


@pytest.mark.skipif(platform.machine() != "x86_64", reason="only there a second table exists")
def test_calls_of_a_32_bit_program_are_refused_too() -> None:
    """`int 0x80` reaches another table of calls, where 24, allowed in the first, is getuid."""
    script = """
        libc.mprotect(ctypes.c_void_p(address), ctypes.c_size_t(4096), 5)
        print(filtered := deny_other_calls(), flush=True)
        print(ctypes.CFUNCTYPE(ctypes.c_int)(address)())
    """
    before = """
        import mmap
        libc = ctypes.CDLL(None)
        page = mmap.mmap(-1, 4096)
        page.write(bytes([0xB8, 24, 0, 0, 0, 0xCD, 0x80, 0xC3]))  # mov eax, 24; int 0x80; ret
        address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    """
    lines = confined(script, before=before.strip(), after="None", check=False)
    # A kernel without that table ends the program instead
    assert lines in (["True", str(-errno.ENOSYS)], ["True"])


def test_the_limits_hold_where_filters_are_refused() -> None:
    """With a kernel that lets nobody install filters, what was there before them still holds."""
    before = """import struct
        ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)
        prctl = {"x86_64": 157, "aarch64": 167}[platform.machine()]
        steps = [(0x20, 0, 0, 0), (0x15, 0, 3, prctl), (0x20, 0, 0, 16), (0x15, 0, 1, 22),
                 (6, 0, 0, 0x50016), (6, 0, 0, 0x7FFF0000)]  # EINVAL for prctl(PR_SET_SECCOMP)
        assert install(b"".join(struct.pack("<HBBI", *step) for step in steps))"""
    script = """
        def refused(attempt):
            try:
                attempt()
            except OSError as error:
                return errno.errorcode[error.errno]
            return "allowed"
        import resource
        print(network_is_gone, filtered)
        print(refused(lambda: open("/etc/hostname")))
        print(refused(lambda: socket.socket()))
        print(refused(lambda: os.fork()))
        print(refused(lambda: os.write(1, b"")))
        print(refused(lambda: os.kill(os.getppid(), 0)) if os.getuid() else "EPERM")
        print(dict(os.environ), resource.getrlimit(resource.RLIMIT_AS)[1])
    """
    lines = confined(script, before=before)
    assert lines[0].endswith("False")
    assert lines[1:3] == ["EMFILE", "EMFILE"]
    assert lines[3] == "EAGAIN"
    assert lines[4] == "allowed"
    assert lines[6] == f"{{}} {MEMORY_BYTES}"


def test_a_child_holds_its_client_its_file_and_nothing_else(tmp_path: Path) -> None:
    upload = tmp_path / "upload"
    upload.write_bytes(media.silent_flac(3600))
    with (
        running(tmp_path) as server,
        server.client.decode(upload, 7200),
    ):
        held = Path(f"/proc/{server.children[0].pid}")
        try:
            descriptors = {
                int(entry.name): str(entry.readlink()) for entry in (held / "fd").iterdir()
            }
            status = (held / "status").read_text()
        except PermissionError:
            pytest.skip("only root may look into a process that cannot be debugged")
        environment = (held / "environ").read_bytes()
        assert [descriptors.pop(number) for number in (0, 1, 2)] == [os.devnull] * 3
        assert descriptors.pop(3).startswith("socket:")
        assert descriptors == {4: str(upload)}
        assert b"SECRET" not in environment
        assert "NoNewPrivs:\t1" in status
        assert "CapEff:\t0000000000000000" in status
        assert "CapPrm:\t0000000000000000" in status
        assert not FILTERS or "Seccomp:\t2" in status
        own = Path("/proc/self/ns/net").readlink()
        assert (held / "ns" / "net").readlink() != own


def test_a_server_that_is_nobody_confines_as_well(tmp_path: Path) -> None:
    """As root the network goes by one call, for others it takes a user namespace."""
    speech = CHECKOUT / "tests/audio/speech.opus"
    with (
        running(tmp_path, script=AS_NOBODY) as server,
        server.client.decode(speech, 60) as decoding,
    ):
        held = Path(f"/proc/{decoding.child_pid}")
        if os.geteuid() == 0:
            assert (held / "ns" / "net").readlink() != Path("/proc/self/ns/net").readlink()
        assert "CapEff:\t0000000000000000" in (held / "status").read_text()
        assert sum(map(len, decoding)) == decoding.summary.samples > 0


def test_memory_is_bounded() -> None:
    script = """
        try:
            bytearray(1 << 30)
        except MemoryError:
            print("refused")
    """
    assert confined(script) == ["refused"]


def test_a_client_that_is_not_root_may_not_ask(client: DecoderClient) -> None:
    assert client.socket_path.stat().st_mode & 0o777 == 0o600
    assert client.socket_path.with_suffix(".probe").stat().st_mode & 0o777 == 0o600
