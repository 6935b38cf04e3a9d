"""What `lectern doctor` asks of the computer itself, with nothing but the standard library."""

from __future__ import annotations

import math
import os
import platform
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ui.cli.finding import Finding, fine, problem

OLDEST_PYTHON = (3, 11)
MIN_FREE_DISK = 1024**3
"""Weights take a fifth of it, the rest is for recordings."""
MIN_FREE_MEMORY = 800 * 1024**2
"""The model host needs about half a gigabyte; the rest is for API, decoder and page."""
SOCKET_PATH_BYTES = 103 if sys.platform == "darwin" else 107
PORTS = (("LECTERN_PORT", 8000), ("LECTERN_UI_PORT", 8501))


def python() -> Finding:
    version = platform.python_version()
    if sys.version_info < OLDEST_PYTHON:
        return problem(version, "Install Python 3.11 or newer and run `make clean setup`.")
    return fine(version)


def cores() -> Finding:
    count = usable_cores()
    if count < 2:
        return fine("1 core", "It works, but a recording takes as long as its transcription.")
    return fine(f"{count} cores")


def usable_cores() -> int:
    """Cores this process may use, which in a container are fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def instructions() -> Finding:
    """Int8 inference without AVX works, but not at a speed anybody waits for."""
    if platform.machine().lower() in ("arm64", "aarch64"):
        return fine(f"{platform.machine()} (NEON)")
    flags = _cpu_flags()
    if not flags:
        return fine(f"{platform.machine()}, its extensions are not known")
    best = [name for name in ("avx512f", "avx2", "avx") if name in flags]
    if "avx2" in best:
        return fine(best[0].upper())
    advice = "Transcription will be several times slower; use a computer made after 2013."
    return problem("no AVX2", advice)


def _cpu_flags() -> set[str]:
    try:
        text = Path("/proc/cpuinfo").read_text()
        lines = [line for line in text.splitlines() if line.startswith("flags")]
        return set(lines[0].split()) if lines else set()
    except OSError:
        pass
    try:
        command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.features", "machdep.cpu.leaf7_features"]
        told = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    except OSError:
        return set()
    return {name.lower().replace(".", "") for name in told.stdout.split()}


def memory() -> Finding:
    free = _free_memory()
    if free is None:
        return fine("not known on this system")
    if free < MIN_FREE_MEMORY:
        return problem(
            f"{free / 1024**3:.1f} GiB free",
            "Close other programs, or set LECTERN_MODEL=tiny.en, which needs less.",
        )
    return fine(f"{free / 1024**3:.1f} GiB free")


def _free_memory() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    told = dict(line.split(":", 1) for line in lines if ":" in line)
    return int(told["MemAvailable"].split()[0]) * 1024 if "MemAvailable" in told else None


def writable(home: Path) -> Finding:
    """Whether the product may write in its home, or make it."""
    folder = _existing(home)
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return problem(
            f"{home} cannot be written ({error.strerror})",
            "Set LECTERN_HOME to a folder of your own.",
        )
    return fine(f"{home}" + ("" if home.exists() else " (made at the first start)"))


def disk(home: Path) -> Finding:
    free = shutil.disk_usage(_existing(home)).free
    told = f"{free / 1024**3:.1f} GiB free"
    if free < MIN_FREE_DISK:
        return problem(told, "Free some space, or set LECTERN_HOME to a folder on another disk.")
    return fine(told)


def _existing(folder: Path) -> Path:
    folder = folder.absolute()
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder


def socket_length(path: Path) -> Finding:
    """The system cuts the path of a unix socket off, or refuses it, beyond a fixed length."""
    room = SOCKET_PATH_BYTES - len(os.fsencode(path))
    if room < 0:
        return problem(
            f"the path {path} is {-room} bytes too long for a socket",
            "Set TMPDIR or LECTERN_HOME to a folder with a shorter path.",
        )
    return fine(f"{path}, {room} bytes to spare")


def ports() -> Finding:
    """A taken port is no problem: the product looks for the next free one."""
    wanted = [int(os.environ.get(name) or default) for name, default in PORTS]
    taken = [port for port in wanted if not _free(port)]
    told = "not running; ports " + ", ".join(
        f"{port} {'taken' if port in taken else 'free'}" for port in wanted
    )
    return fine(told, "It will start on the next free port." if taken else None)


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextmanager
def tone() -> Iterator[Path]:
    """A WAV file with one second of 440 Hz."""
    samples = [round(8000 * math.sin(2 * math.pi * 440 * i / 16_000)) for i in range(16_000)]
    with tempfile.TemporaryDirectory(prefix="lectern-") as folder:
        path = Path(folder) / "tone.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(16_000)
            file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
        yield path
