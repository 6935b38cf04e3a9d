"""Files that nobody may read and doors that nobody may knock at, and whether somebody did.

A neighbour is a recording with a tone of its own, so that its samples are known wherever they
turn up. The kernel tells (inotify) when one of them is opened, and who calls is heard.
"""

from __future__ import annotations

import ctypes
import os
import select
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.support import media

CANARY_HZ = 3_217.0
NAMES = ("victim.wav", "victim.mp3", "victim.ts", "img001.png", "list.m3u8", "inner.ffconcat")
_ACCESSED, _OPENED = 0x1, 0x20
_EVENT = struct.Struct("iIII")


def hears_neighbour(samples: media.Waveform) -> bool:
    """Whether most of the energy of at least 50 ms is the neighbours' tone."""
    if len(samples) < 800:
        return False
    times = np.arange(len(samples)) / 16_000
    power = float(np.mean(np.square(samples)))
    tone = np.abs(np.mean(samples * np.exp(-2j * np.pi * CANARY_HZ * times)))
    return power > 1e-8 and 2 * float(tone) ** 2 > 0.5 * power


@dataclass(slots=True)
class Neighbours:
    """`folder` holds the canaries; `port` listens for connections (TCP) and packets (UDP)."""

    folder: Path
    port: int
    _watch: int
    _callers: tuple[socket.socket, socket.socket]

    @property
    def recording(self) -> Path:
        return self.folder / NAMES[0]

    def read(self) -> set[str]:
        """Names of the canaries that somebody has opened or read since the last question."""
        found: set[str] = set()
        while select.select([self._watch], [], [], 0)[0]:
            events = os.read(self._watch, 1 << 16)
            while events:
                *_, length = _EVENT.unpack_from(events)
                found.add(events[_EVENT.size : _EVENT.size + length].rstrip(b"\0").decode())
                events = events[_EVENT.size + length :]
        return found & set(NAMES)

    def called(self) -> bool:
        """Whether anybody has connected or sent a packet; the call is then forgotten."""
        ready = select.select(self._callers, [], [], 0)[0]
        for caller in ready:
            if caller.type == socket.SOCK_DGRAM:
                caller.recv(65_536)
            else:
                caller.accept()[0].close()
        return bool(ready)


@contextmanager
def neighbours(folder: Path) -> Iterator[Neighbours]:
    """Fill `folder` and watch it (Linux)."""
    tone = media.tone(1.0, 16_000, CANARY_HZ)
    sound = media.wav((tone * 32767).astype("<i2").tobytes())
    contents = {
        "victim.wav": sound,
        "victim.mp3": media.encode("mp3", "libmp3lame", waveform=tone),
        "victim.ts": media.encode("mpegts", "mp2", waveform=tone),
        "img001.png": media.png(),
        "list.m3u8": media.hls_playlist("victim.ts"),
        "inner.ffconcat": media.ffconcat("victim.wav"),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    assert libc.inotify_add_watch(watch, bytes(folder), _ACCESSED | _OPENED) >= 0
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(type=socket.SOCK_DGRAM) as udp,
    ):
        port = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", port))
        try:
            yield Neighbours(folder, port, watch, (tcp, udp))
        finally:
            os.close(watch)
