"""Ports that are free now."""

from __future__ import annotations

import errno
import socket
from collections.abc import Collection

TRIES = 200


def free_port(host: str, wanted: int, taken: Collection[int] = ()) -> int:
    """`wanted`, or the next port that nobody listens on; 0 leaves the choice to the system.

    Raises OSError: `host` is not an address of this computer, or there is no free port.
    """
    if wanted == 0:
        return _bound(host, 0)
    for port in range(wanted, min(wanted + TRIES, 65_536)):
        if port in taken:
            continue
        try:
            return _bound(host, port)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
    raise OSError(f"none of the {TRIES} ports from {wanted} on is free on {host}")


def _bound(host: str, port: int) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As servers do; without it a port counts as taken for a minute after its server ended
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        return int(probe.getsockname()[1])
