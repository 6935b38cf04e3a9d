"""What a process left that was killed at the wrong moment: half-written, or without a row."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, field

from app.silence import Silence
from app.storage.base import Storage


@dataclass(slots=True)
class Leftovers:
    """Call `sweep` every now and then, in one process; it remembers what it has seen.

    An object is stored before the row that names it is committed, and is being written before
    that. So nothing goes that was not watched for `older_than_s` without changing; the age that
    its file claims is not asked, as the clock may have been set meanwhile.
    """

    # Ch 18 · System Quality: a clock that jumps ahead does not make a new file an old one

    storage: Storage
    older_than_s: float
    clock: Callable[[], float] = time.monotonic
    _unnamed: Silence = field(init=False)
    _unfinished: Silence = field(init=False)

    def __post_init__(self) -> None:
        self._unnamed = Silence(self.clock)
        self._unfinished = Silence(self.clock)

    def sweep(self, named: Collection[str]) -> int:
        """Remove what is left over; returns how many. `named`: the keys that rows name."""
        unnamed: dict[str, Hashable] = {
            found.key: (found.size, found.modified_s)
            for found in self.storage.objects()
            if found.key not in named
        }
        return self._remove(self._unnamed, unnamed, self.storage.delete) + self._remove(
            self._unfinished, self.storage.half_written(), self.storage.discard
        )

    def _remove(
        self, watch: Silence, found: dict[str, Hashable], remove: Callable[[str], None]
    ) -> int:
        lasts_s = watch.observe(found)
        old = [name for name in found if lasts_s[name] >= self.older_than_s]
        for name in old:
            remove(name)
        return len(old)
