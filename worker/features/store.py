"""Features in files: one folder for each origin, one file for each window.

Everything here can be made again, so a write that fails, a damaged file or a full disk costs time
and nothing else. Any number of processes may use the same store.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import queue
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from app.settings import Settings

logger = logging.getLogger("lectern.features")

_SUFFIX: Final = ".f16"
_PARTIAL: Final = ".writing-"
_FORGOTTEN: Final = ".forgotten-"
_ORIGIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_WAITING: Final = 32
"""Windows that wait to be written, about 1 MB each; more are not kept."""
_LOOK_AFTER: Final = 16
"""The quota is looked at whenever a sixteenth of it was written."""
STALE_S: Final = 3600.0
"""What a process that died was writing goes after this long."""


@dataclass(frozen=True, slots=True)
class Kept:
    features: npt.NDArray[np.float16]
    seconds: float
    """What making them took."""


class FeatureStore:
    """Features under (origin, key), at most `quota_bytes` of them, none older than `hours`."""

    def __init__(
        self, folder: Path, *, quota_bytes: int, hours: float, min_free_bytes: int = 0
    ) -> None:
        self.folder = folder
        self._quota_bytes = quota_bytes
        self._hours = hours
        self._min_free_bytes = min_free_bytes
        self._written = 0
        self._queue: queue.Queue[tuple[str, str, npt.NDArray[np.float16], float]] = queue.Queue(
            _WAITING
        )
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def get(self, origin: str, key: str) -> Kept | None:
        """None when it is not there, too old, or damaged, in which case it is removed."""
        path = self._path(origin, key)
        try:
            if time.time() - path.stat().st_mtime > self._hours * 3600:
                return None
            content = path.read_bytes()
        except OSError:
            return None
        kept = _parsed(content)
        if kept is None:
            logger.warning("stored features were damaged and are made anew")
            path.unlink(missing_ok=True)
            return None
        with contextlib.suppress(OSError):  # the quota takes first what was used longest ago
            os.utime(path, (time.time(), path.stat().st_mtime))
        return kept

    def put(self, origin: str, key: str, features: npt.NDArray[np.float16], seconds: float) -> None:
        """Keep features; in one step, so that nobody finds half of them.

        Those of an origin that is forgotten meanwhile are not kept.
        Raises `OSError` when the disk does not take them.
        """
        # A folder that goes while it is made is there for one call, and not for the next
        with contextlib.suppress(FileNotFoundError, FileExistsError):
            self._put(origin, key, features, seconds)
        if self._written > self._quota_bytes // _LOOK_AFTER:
            self._written = 0
            self.expire()

    def _put(
        self, origin: str, key: str, features: npt.NDArray[np.float16], seconds: float
    ) -> None:
        path = self._path(origin, key)
        content = _content(features, seconds)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if shutil.disk_usage(path.parent).free < self._min_free_bytes + len(content):
            return  # recordings need the space more
        descriptor, partial = tempfile.mkstemp(dir=path.parent, prefix=_PARTIAL)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            Path(partial).rename(path)
        except BaseException:
            Path(partial).unlink(missing_ok=True)
            raise
        self._written += len(content)

    def put_later(
        self, origin: str, key: str, features: npt.NDArray[np.float16], seconds: float
    ) -> None:
        """`put` in a thread of its own: nobody waits for the disk, and no error is told."""
        self._path(origin, key)
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="features", daemon=True)
                self._thread.start()
        with contextlib.suppress(queue.Full):
            self._queue.put_nowait((origin, key, features, seconds))

    def flush(self) -> None:
        """Wait until everything handed to `put_later` was dealt with."""
        self._queue.join()

    def _write(self) -> None:
        while True:
            origin, key, features, seconds = self._queue.get()
            try:
                self.put(origin, key, features, seconds)
            except OSError as error:
                logger.warning("features were not kept: %s", error)
            finally:
                self._queue.task_done()

    def origins(self) -> set[str]:
        """Names under which something is kept."""
        with contextlib.suppress(OSError):
            paths = list(self.folder.iterdir())
            return {path.name for path in paths if path.name[0] != "." and path.is_dir()}
        return set()

    def forget(self, origin: str) -> None:
        """Remove everything of one origin, also what is being written."""
        # Ch 28 · Security and Privacy: what was computed from a voice goes when the recording goes
        folder = self._path(origin, "any").parent
        if folder.is_dir():
            aside = Path(tempfile.mkdtemp(dir=self.folder, prefix=_FORGOTTEN))
            with contextlib.suppress(FileNotFoundError):  # somebody else was quicker
                folder.rename(aside / origin)  # from now on nobody finds it or adds to it
        self.clear_forgotten()

    def clear_forgotten(self) -> None:
        """Remove what was put aside to be forgotten, also by a process that died over it."""
        for aside in self.folder.glob(f"{_FORGOTTEN}*"):
            shutil.rmtree(aside, ignore_errors=True)

    def expire(self) -> None:
        """Remove what is too old, and beyond the quota what was used longest ago."""
        now = time.time()
        entries: list[tuple[float, int, Path]] = []
        for path, status in self._files():
            age_s = now - status.st_mtime
            if age_s > (STALE_S if path.name.startswith(_PARTIAL) else self._hours * 3600):
                path.unlink(missing_ok=True)
            elif path.suffix == _SUFFIX:
                entries.append((status.st_atime, status.st_size, path))
        total = sum(size for _, size, _ in entries)
        for _, size, path in sorted(entries):
            if total <= self._quota_bytes:
                break
            path.unlink(missing_ok=True)
            total -= size
        for origin in self.origins():
            with contextlib.suppress(OSError):  # not empty
                (self.folder / origin).rmdir()

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        for origin in self.origins():
            with contextlib.suppress(OSError):
                for path in list((self.folder / origin).iterdir()):
                    with contextlib.suppress(OSError):
                        yield path, path.stat()

    def _path(self, origin: str, key: str) -> Path:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(f"{origin!r} cannot be the name of a folder of features.")
        return self.folder / origin / f"{key}{_SUFFIX}"


def open_store(settings: Settings) -> FeatureStore | None:
    """The store of this machine; None where it is switched off."""
    if not settings.features_bytes or not settings.features_h:
        return None
    return FeatureStore(
        settings.features_dir,
        quota_bytes=settings.features_bytes,
        hours=settings.features_h,
        min_free_bytes=settings.min_free_bytes,
    )


def _content(features: npt.NDArray[np.float16], seconds: float) -> bytes:
    """A line of JSON, then the numbers, little endian; the sum is over the rest of both."""
    body = np.ascontiguousarray(features, dtype="<f2").tobytes()
    about = {"shape": list(features.shape), "seconds": round(seconds, 4)}
    line = json.dumps({**about, "sha256": _sum(about, body)}, sort_keys=True)
    return line.encode() + b"\n" + body


def _parsed(content: bytes) -> Kept | None:
    line, _, body = content.partition(b"\n")
    try:
        about = json.loads(line)
        told = about.pop("sha256")
        if told != _sum(about, body):
            return None
        features = np.frombuffer(body, dtype="<f2").reshape(about["shape"])
        return Kept(features.astype(np.float16, copy=False), float(about["seconds"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _sum(about: dict[str, object], body: bytes) -> str:
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode() + b"\n" + body).hexdigest()
