"""The windows that the streams of this process are hearing, and since when."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from app.transcriptions.recognising import LeasedWindow


class InWork:
    """Shared by the streams and the heartbeat."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since: dict[LeasedWindow, float] = {}

    def add(self, windows: Sequence[LeasedWindow]) -> None:
        began = time.monotonic()
        with self._lock:
            self._since.update(dict.fromkeys(windows, began))

    def remove(self, windows: Sequence[LeasedWindow]) -> None:
        with self._lock:
            for window in windows:
                self._since.pop(window, None)

    def windows(self) -> list[LeasedWindow]:
        with self._lock:
            return list(self._since)

    def older_than(self, seconds: float) -> list[LeasedWindow]:
        """Those that have been in work for longer than `seconds`."""
        before = time.monotonic() - seconds
        with self._lock:
            return [window for window, since in self._since.items() if since < before]

    def take_all(self) -> list[LeasedWindow]:
        """All of them; none is counted as being heard from now on."""
        with self._lock:
            windows, self._since = list(self._since), {}
        return windows
