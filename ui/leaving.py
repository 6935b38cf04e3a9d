"""Stopping promptly although browsers hold connections open.

The server waits at its end for every answer to be complete. An event stream never is, and a player
that was paused may leave the rest of a recording unread; so the streams are ended, and what then
still hangs is not waited for.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_PATIENCE_S = 2.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def prompt_exit(end_streams: Callable[[], None]) -> Iterator[None]:
    """While inside, a signal to stop also calls `end_streams`, and is insisted on after 2 s."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    served = {number: signal.getsignal(number) for number in _SIGNALS}

    def leave(number: int, frame: FrameType | None) -> None:
        _call(served[signal.Signals(number)], number, frame)
        loop.call_soon_threadsafe(end_streams)
        loop.call_soon_threadsafe(loop.call_later, _PATIENCE_S, insist)

    def insist() -> None:
        # The server takes a second SIGINT as the order not to wait any longer
        _call(served[signal.SIGINT], signal.SIGINT, None)

    for number in _SIGNALS:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number, handler in served.items():
            if signal.getsignal(number) is leave:
                signal.signal(number, handler)


def _call(handler: object, number: int, frame: FrameType | None) -> None:
    if callable(handler):
        handler(number, frame)
