"""Whether the server behind a connection still lives, or was ended with all its children."""

from __future__ import annotations

import socket
import struct
import time
from typing import Final

from app.processes import birth

_PATIENCE_S: Final = 0.5
"""A server that is told to stop ends its children first, and then itself."""
_LOOK_S: Final = 0.02


class Peer:
    """The process that listens at the other end of a connected unix socket, see unix(7)."""

    def __init__(self, sock: socket.socket) -> None:
        self._pid = 0
        if hasattr(socket, "SO_PEERCRED"):
            credentials = sock.getsockopt(
                socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")
            )
            self._pid = struct.unpack("3i", credentials)[0]
        self._birth = birth(self._pid) if self._pid else ""

    def ends(self) -> bool:
        """True when it has ended or does so now; False where nobody can tell."""
        # Ch 7 · Planning for Mistakes: a recording is not blamed for a decoder that somebody stopped
        if not self._birth:
            return False
        until = time.monotonic() + _PATIENCE_S
        while birth(self._pid) == self._birth:
            if time.monotonic() > until:
                return False
            time.sleep(_LOOK_S)
        return True
