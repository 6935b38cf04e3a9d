"""All results on this computer: those committed with the source, and those made here."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Generic, TypeVar

from app.errors import NotFound
from app.quality import documents, lines
from app.quality.files import FileCache, Unreadable, Version
from app.quality.schemas import Origin, Pair, RunLine, UnreadableFile

T = TypeVar("T")
MOST_FILES: Final = 2_000
"""As many of a folder are listed; nobody reads more, and the list has to stay quick."""


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A results file and its content."""

    name: str
    origin: Origin
    version: Version
    content: T


class Library:
    """Runs by name. A run made here stands before a committed one of the same name."""

    def __init__(self, committed: Path, own: Path) -> None:
        self._folders: tuple[tuple[Origin, Path], ...] = (("own", own), ("committed", committed))
        self._runs = FileCache(documents.read_run)
        self._comparisons = FileCache(documents.read_comparison)
        self._lines: dict[Path, tuple[Version, RunLine]] = {}
        self._lock = threading.Lock()

    def run(self, name: str) -> Found[documents.RunFile]:
        """Raises `NotFound`, with the reason where there is a damaged file of this name."""
        for origin, path in self._files("runs"):
            if path.stem == name:
                return self._read_run(origin, path)
        raise NotFound(
            code="run_not_found",
            detail=f"There is no run named {name!r:.200}. `GET /v1/quality/runs` lists those that"
            " there are; `make evaluate` makes some.",
        )

    def _read_run(self, origin: Origin, path: Path) -> Found[documents.RunFile]:
        try:
            version, run = self._runs.get(path)
            if run.name != path.stem:
                raise Unreadable(f"it says that it is the run {run.name}; the names must be equal")
        except Unreadable as error:
            raise NotFound(
                code="run_unreadable",
                detail=f"The results file {path.name} cannot be read: {error}. Other runs are not"
                " touched by it; make this one again, or remove the file.",
            ) from error
        return Found(path.stem, origin, version, run)

    def runs(self) -> tuple[list[RunLine], list[UnreadableFile]]:
        """The list, by corpus and name, and what could not be read."""
        good: dict[Path, tuple[Version, RunLine]] = {}
        bad: list[UnreadableFile] = []
        for origin, path in self._files("runs"):
            try:
                good[path] = self._line(origin, path)
            except Unreadable as error:
                bad.append(UnreadableFile(file=path.name, origin=origin, reason=str(error)))
        with self._lock:
            self._lines = good
        found = [line for _, line in good.values()]
        return sorted(found, key=lambda line: (line.corpus, line.name)), bad

    def _line(self, origin: Origin, path: Path) -> tuple[Version, RunLine]:
        """Of a run that was read before nothing but this line need be kept in memory."""
        try:
            state = path.stat()
        except OSError as error:
            raise Unreadable(f"it cannot be opened: {error.strerror}") from error
        known = self._lines.get(path)
        if known and known[0] == (state.st_mtime_ns, state.st_size, state.st_ino):
            return known
        version, run = self._runs.get(path)
        if run.name != path.stem:
            raise Unreadable(f"it says that it is the run {run.name}; the names must be equal")
        return version, lines.line(run, origin)

    def comparison(self, a: str, b: str) -> documents.ComparisonFile:
        """Raises `NotFound` with the command that makes it."""
        damaged = ""
        for _, path in self._files("comparisons"):
            if path.stem != f"{a}--vs--{b}":
                continue
            try:
                return self._comparisons.get(path)[1]
            except Unreadable as error:
                damaged = f"The file {path.name} cannot be read: {error}. "
        raise NotFound(
            code="comparison_not_found",
            detail=f"{damaged}These two runs have not been compared yet:"
            f" `python -m evaluation compare {a:.200} {b:.200}` does it.",
            command=f"python -m evaluation compare {a} {b}",
        )

    def pairs(self) -> tuple[list[Pair], list[UnreadableFile]]:
        """Which runs have been compared."""
        good: list[Pair] = []
        bad: list[UnreadableFile] = []
        for origin, path in self._files("comparisons"):
            try:
                found = self._comparisons.get(path)[1]
                if path.stem != f"{found.a}--vs--{found.b}":
                    raise Unreadable("its name is not that of the two runs")
                good.append(Pair(a=found.a, b=found.b, corpus=found.corpus))
            except Unreadable as error:
                bad.append(UnreadableFile(file=path.name, origin=origin, reason=str(error)))
        return good, bad

    def _files(self, kind: str) -> Iterator[tuple[Origin, Path]]:
        """Names come from the folder, never from a request."""
        seen: set[str] = set()
        for origin, folder in self._folders:
            try:
                paths = sorted((folder / kind).glob("*.json"))[:MOST_FILES]
            except OSError:
                continue
            for path in paths:
                if path.name not in seen:
                    seen.add(path.name)
                    yield origin, path


@lru_cache(maxsize=8)
def library(committed: Path, own: Path) -> Library:
    """One for the process: what was read stays read."""
    return Library(committed, own)
