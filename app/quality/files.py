"""Results files, read once and kept while they do not change.

A file that cannot be read is told with its reason and harms no other. What is kept is bounded by
the size of the files, and several threads may ask at once.
"""

from __future__ import annotations

import json
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from pydantic import ValidationError

T = TypeVar("T")
LARGEST_BYTES: Final = 256 * 1024**2
"""A results file of ten thousand utterances has about 30 MB."""
KEPT_BYTES: Final = 64 * 1024**2
Version = tuple[int, int, int]
"""Time of change in ns, size and inode: a file that was replaced differs in one of them."""


class Unreadable(Exception):
    """A results file that is none; the message says why, for a person."""


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    version: Version
    value: T | Unreadable


class FileCache(Generic[T]):
    """Parsed files by path, the least recently used ones forgotten first. Safe between threads."""

    def __init__(self, parse: Callable[[Any], T], kept_bytes: int = KEPT_BYTES) -> None:
        self._parse = parse
        self._kept_bytes = kept_bytes
        self._entries: OrderedDict[Path, Entry[T]] = OrderedDict()
        self._lock = threading.Lock()
        self._parsing = threading.Lock()

    def get(self, path: Path) -> tuple[Version, T]:
        """The parsed file and its version. Raises `Unreadable`."""
        try:
            with path.open("rb") as file:
                found = os.fstat(file.fileno())
                version = (found.st_mtime_ns, found.st_size, found.st_ino)
                entry = self._kept(path, version)
                if entry is None:
                    # One at a time: two that ask for the same file do not parse it twice
                    with self._parsing:
                        entry = self._kept(path, version)
                        if entry is None:
                            entry = Entry(version, self._read(file.read, found.st_size))
                            self._keep(path, entry)
        except OSError as error:
            raise Unreadable(f"it cannot be opened: {error.strerror or error}") from error
        if isinstance(entry.value, Unreadable):
            raise Unreadable(*entry.value.args)
        return entry.version, entry.value

    def _read(self, read: Callable[[], bytes], size: int) -> T | Unreadable:
        if size > LARGEST_BYTES:
            return Unreadable(f"it has {size} bytes, more than the {LARGEST_BYTES} that are read")
        try:
            # Python writes NaN where there is no number; on the wire that is null
            return self._parse(json.loads(read(), parse_constant=lambda _: None))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the file"
            return Unreadable(f"{where}: {first['msg']}")
        except RecursionError:
            return Unreadable("it is nested too deeply")
        except ValueError as error:
            return Unreadable(f"it is not JSON: {error}")
        except Unreadable as error:
            return error

    def _kept(self, path: Path, version: Version) -> Entry[T] | None:
        with self._lock:
            entry = self._entries.get(path)
            if entry is None or entry.version != version:
                return None
            self._entries.move_to_end(path)
            return entry

    def _keep(self, path: Path, entry: Entry[T]) -> None:
        with self._lock:
            self._entries[path] = entry
            self._entries.move_to_end(path)
            while len(self._entries) > 1 and self.kept_bytes > self._kept_bytes:
                self._entries.popitem(last=False)

    @property
    def kept_bytes(self) -> int:
        """Size of the files whose content is kept."""
        return sum(entry.version[1] for entry in self._entries.values())
