"""What is measured on every file, once: all cores, and kept by the file's sum.

The rules judge figures. Only this module listens.
"""

from __future__ import annotations

import hashlib
import io
import json
import multiprocessing
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

import data.audio
from data.audio.decode import Samples, Sound, Undecodable, read, resample
from data.audio.fingerprint import Print, fingerprint
from data.audio.measures import (
    clipped_share,
    dc_offset,
    frame_levels_dbfs,
    level_dbfs,
    silent_share,
    snr_db,
    zero_share,
)
from data.checks.corpus import CannotCheck, Corpus

_IN_ONE_PROCESS = 150
"""Clips: below, starting more processes takes longer than they save."""
_EDGE_FRAMES = 2
_TABLES = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS soundings
    (sha256 TEXT PRIMARY KEY, version TEXT, figures TEXT, print BLOB);
"""


@dataclass(frozen=True, slots=True)
class Channel:
    """Figures of one channel at the file's own rate."""

    level_dbfs: float
    clipped_share: float
    zero_share: float
    dc_offset: float


@dataclass(frozen=True, slots=True)
class Sounding:
    """What a file sounds like, in figures."""

    sha256: str
    problem: str | None = None
    """Why it cannot be decoded; then there is nothing else."""
    duration_s: float = 0.0
    announced_s: float | None = None
    """By the head of the file."""
    broken_packets: int = 0
    rate_hz: int = 0
    codec: str = ""
    channels: tuple[Channel, ...] = ()
    samples_sha256: str = ""
    """Of the decoded samples: the same for a file that was packed in another way."""
    silent_share: float = 1.0
    snr_db: float | None = None
    edges_db: tuple[float, float] = (0.0, 0.0)
    """How much quieter than its loud parts it begins and ends."""
    print: Print | None = None


def listen(
    corpus: Corpus, cache_file: Path | None, progress: Callable[[int, int], None]
) -> dict[int, Sounding]:
    """Soundings of all files that exist, by line of the manifest.

    `progress` is called with the number of clips done and of all.
    """
    paths = {clip.line: corpus.audio(clip) for clip in corpus.clips}
    files = {line: path for line, path in paths.items() if path is not None and path.is_file()}
    sums = {line: _sum(path) for line, path in files.items()}
    with _store(cache_file) as store:
        known = store.get(set(sums.values()))
        missing = {digest: files[line] for line, digest in sums.items() if digest not in known}
        # Copies of one file are measured once
        waiting = Counter(sums.values())
        done = sum(count for digest, count in waiting.items() if digest in known)
        progress(done, len(sums))
        for sounding in _measured(missing):
            known[sounding.sha256] = sounding
            store.put(sounding)
            done += waiting[sounding.sha256]
            progress(done, len(sums))
    return {line: known[digest] for line, digest in sums.items()}


def sound_out(path: Path, digest: str) -> Sounding:
    """Decode and measure one file."""
    try:
        sound = read(path)
    except Undecodable as error:
        return Sounding(digest, problem=str(error))
    heard = resample(sound)
    mono = sound.mono - np.float32(dc_offset(sound.mono))
    return Sounding(
        digest,
        duration_s=sound.duration_s,
        announced_s=sound.announced_s,
        broken_packets=sound.broken_packets,
        rate_hz=sound.rate_hz,
        codec=sound.codec,
        channels=tuple(_channel(samples, sound.rate_hz) for samples in sound.channels),
        samples_sha256=_samples_sum(sound),
        silent_share=silent_share(mono, sound.rate_hz),
        snr_db=snr_db(heard),
        edges_db=_edges(mono, sound.rate_hz),
        print=fingerprint(heard),
    )


def _channel(samples: Samples, rate_hz: int) -> Channel:
    return Channel(
        level_dbfs(samples),
        clipped_share(samples),
        zero_share(samples, rate_hz),
        dc_offset(samples),
    )


def _edges(mono: Samples, rate_hz: int) -> tuple[float, float]:
    levels = frame_levels_dbfs(mono, rate_hz)
    if len(levels) <= 2 * _EDGE_FRAMES:
        return 0.0, 0.0
    loud = float(np.percentile(levels, 95))
    first, last = levels[:_EDGE_FRAMES].max(), levels[-_EDGE_FRAMES:].max()
    return loud - float(first), loud - float(last)


def _samples_sum(sound: Sound) -> str:
    digest = hashlib.sha256(f"{sound.rate_hz} {len(sound.channels)} ".encode())
    digest.update(np.round(sound.channels * 32768).astype("<i4").tobytes())
    return digest.hexdigest()


def _sum(path: Path) -> str:
    """Raises `CannotCheck` for a file that may not be read: that is for the user to mend."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise CannotCheck(f"{path} cannot be read: {error.strerror}") from error


def _measured(files: Mapping[str, Path]) -> Iterator[Sounding]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if len(files) < _IN_ONE_PROCESS or not cores or cores < 2:
        yield from (sound_out(path, digest) for digest, path in files.items())
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores, mp_context=context) as pool:
        yield from pool.map(sound_out, files.values(), files.keys(), chunksize=8)


# -- what was measured before ------------------------------------------------------------------


@cache
def _version() -> str:
    """Changes with the code that measures, so that nobody has to remember to raise a number."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted(Path(data.audio.__path__[0]).glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


class _Store:
    """A file of soundings; without one nothing is kept."""

    def __init__(self, connection: sqlite3.Connection | None) -> None:
        self._connection = connection

    def get(self, sums: set[str]) -> dict[str, Sounding]:
        if self._connection is None:
            return {}
        found = {}
        for digest in sums:
            row = self._connection.execute(
                "SELECT figures, print FROM soundings WHERE sha256 = ? AND version = ?",
                (digest, _version()),
            ).fetchone()
            if row:
                found[digest] = _unpack(*row)
        return found

    def put(self, sounding: Sounding) -> None:
        if self._connection is not None:
            row = (sounding.sha256, _version(), *_pack(sounding))
            with self._connection:
                self._connection.execute("REPLACE INTO soundings VALUES (?, ?, ?, ?)", row)


@contextmanager
def _store(path: Path | None) -> Iterator[_Store]:
    if path is None:
        yield _Store(None)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(_opened(path)) as connection:
        yield _Store(connection)


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30)
    try:
        connection.executescript(_TABLES)
    except sqlite3.OperationalError:
        connection.close()
        raise
    except sqlite3.DatabaseError:
        # Not a database: all that is in it can be measured again
        connection.close()
        path.unlink()
        return _opened(path)
    return connection


def _pack(sounding: Sounding) -> tuple[str, bytes]:
    figures = asdict(replace(sounding, print=None))
    blob = io.BytesIO()
    if sounding.print is not None:
        np.savez(blob, marks=sounding.print.landmarks, levels=sounding.print.levels_db)
    return json.dumps(figures), blob.getvalue()


def _unpack(figures: str, blob: bytes) -> Sounding:
    fields = json.loads(figures)
    fields["channels"] = tuple(Channel(**channel) for channel in fields["channels"])
    fields["edges_db"] = tuple(fields["edges_db"])
    if blob:
        arrays = np.load(io.BytesIO(blob), allow_pickle=False)
        fields["print"] = Print(arrays["marks"], arrays["levels"])
    return Sounding(**fields)
