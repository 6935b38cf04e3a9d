"""Wall clocks that go wrong: libfaketime in front of every process, a file each for the error."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.plan import CLOCKS, EVERYBODY

_SITE = Path(__file__).parent / "clocks"
_PLACES = (
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/faketime/libfaketime.so.1",
)


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks of one product; `folder` has a file for each of its programs."""

    folder: Path
    library: Path

    def environment(self) -> dict[str, str]:
        """What the processes need. Monotonic clocks stay right, as they do on a real machine."""
        paths = [str(_SITE), os.environ.get("PYTHONPATH", "")]
        return {
            "LD_PRELOAD": str(self.library),
            "CHAOS_CLOCKS": str(self.folder),
            # Of programs that are not Python: the broker
            "FAKETIME_TIMESTAMP_FILE": str(self.folder / "broker"),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_CACHE_DURATION": "1",
            "NO_FAKE_STAT": "1",
            "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        }

    def set(self, whom: tuple[str, ...], hours: float) -> None:
        """Make the clocks of `whom` wrong by `hours`, within a second."""
        for name in CLOCKS if EVERYBODY in whom else whom:
            draft = self.folder / f".{name}"
            draft.write_text(f"{hours * 3600:+.0f}\n")
            draft.replace(self.folder / name)


def clocks(folder: Path) -> Clocks | None:
    """Clocks that are right for now, or None where no libfaketime works."""
    package = importlib.util.find_spec("libfaketime")
    places = [Path(place) for place in _PLACES]
    if package is not None and package.origin is not None:
        inside = Path(package.origin).parent / "vendor" / "libfaketime" / "src"
        places.insert(0, inside / "libfaketime.so.1")
    found = (Clocks(folder, place) for place in places if place.exists())
    return next((each for each in found if _works(each)), None)


def _works(tried: Clocks) -> bool:
    """Whether this library was made for this machine: an hour must be missing."""
    tried.set((EVERYBODY,), -1.0)
    told = subprocess.run(
        [sys.executable, "-c", "import time; print(time.time())"],
        env={**os.environ, **tried.environment()},
        capture_output=True,
        text=True,
    )
    tried.set((EVERYBODY,), 0.0)
    return told.returncode == 0 and abs(time.time() - float(told.stdout) - 3600) < 60
