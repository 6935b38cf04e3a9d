"""Tar archives of strangers, read from front to back and never unpacked blindly.

Two passes: the first takes the small texts that say what is in the corpus, the second the audio
that is wanted, under names of our own. Nothing is written under a name the archive chooses, links
and devices are never made, and what an archive may grow to is bounded.
"""

# Ch 28 · Security and Privacy: an archive from the network cannot write outside its folder

from __future__ import annotations

import bz2
import errno
import gzip
import lzma
import shutil
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from data.acquisition.errors import BadArchive, NoRoom

AUDIO_SUFFIXES: Final = frozenset(
    {".flac", ".wav", ".mp3", ".ogg", ".opus", ".sph", ".raw", ".m4a", ".webm"}
)
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an archive may be. Public corpora stay far below."""

    member_bytes: int = 512 << 20
    text_bytes: int = 4 << 30
    """Of all texts together."""
    growth: int = 30
    """Bytes inside for each byte of the archive; compressed speech and tables stay below 10."""
    least_bytes: int = 64 << 20
    """Small archives may grow to this anyway."""
    free_bytes: int = 256 << 20
    """Left on the disk."""


def is_audio(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in AUDIO_SUFFIXES


def take_texts(
    archive: Path, into: Path, bounds: Bounds, progress: Callable[[int], None]
) -> set[str]:
    """Write all that is not audio below `into`; return the names of all audio members.

    Raises:
        BadArchive: damaged, too large inside, or with names that lead out of the folder.
    """
    audio: set[str] = set()
    taken = 0
    for member, file in _members(archive, bounds, progress):
        if is_audio(member):
            audio.add(member)
            continue
        target = into / member
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            taken += _copy(file, target, bounds, archive, member)
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise BadArchive(f"{archive.name}: {member!r} is both file and folder.") from error
        if taken > bounds.text_bytes:
            raise BadArchive(f"{archive.name} has more than {bounds.text_bytes} bytes of texts.")
    return audio


def take_audio(
    archive: Path,
    wanted: Mapping[str, Path],
    bounds: Bounds,
    progress: Callable[[int], None],
) -> Iterator[str]:
    """Write each wanted member to its path and yield its name, in the order of the archive.

    Raises:
        BadArchive: as above, or a wanted member is in it twice.
    """
    taken: set[str] = set()
    for member, file in _members(archive, bounds, progress):
        target = wanted.get(member)
        if target is None:
            continue
        if member in taken:
            raise BadArchive(f"{archive.name} has {member!r} twice.")
        taken.add(member)
        _copy(file, target, bounds, archive, member)
        yield member
        if len(taken) == len(wanted):
            return


def _members(
    archive: Path, bounds: Bounds, progress: Callable[[int], None]
) -> Iterator[tuple[str, IO[bytes]]]:
    """Name and content of the regular files, front to back, in memory that does not grow."""
    most = max(bounds.least_bytes, bounds.growth * archive.stat().st_size)
    too_much = BadArchive(
        f"{archive.name} unpacks to more than {most} bytes, far more than a corpus of its size can"
        " hold. Nothing of it was kept."
    )
    with _reading(archive), archive.open("rb") as source, _unpacked(source) as content:
        with tarfile.open(fileobj=content, mode="r|") as tar:
            for info in tar:
                tar.members = []  # type: ignore[attr-defined]  # it would keep all of them
                progress(source.tell())
                if tar.offset > most:
                    raise too_much
                name = _name(info.name, archive)
                if info.ischr() or info.isblk() or info.isfifo():
                    raise BadArchive(f"{archive.name}: {name!r} is a device. Nothing was kept.")
                if not info.isreg() or PurePosixPath(name).name.startswith("._"):
                    continue  # folders; links, which are never made; leftovers of macOS
                if info.size > min(most, bounds.member_bytes if is_audio(name) else most):
                    raise BadArchive(f"{archive.name}: {name!r} has {info.size} bytes.")
                file = tar.extractfile(info)
                assert file is not None
                yield name, file
        while rest := content.read(_BLOCK):  # the sum of what was unpacked stands at the end
            most -= len(rest)
            if most < 0:
                raise too_much


def _unpacked(source: IO[bytes]) -> Any:
    """Without the compression. Unlike tarfile's own streams, these compare the sums inside."""
    start = source.read(6)
    source.seek(0)
    if start.startswith(b"\x1f\x8b"):
        return gzip.open(source)
    if start.startswith(b"BZh"):
        return bz2.open(source)
    if start.startswith(b"\xfd7zXZ\0"):
        return lzma.open(source)
    return source


@contextmanager
def _reading(archive: Path) -> Iterator[None]:
    """Damage in the words of a person."""
    try:
        yield
    except (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise BadArchive(
            f"{archive.name} is damaged or not a tar archive ({error}). Delete {archive} and run"
            " the command again."
        ) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom(
                f"The disk filled up while {archive.name} was unpacked. The archive is kept:"
                " make room and run the command again."
            ) from error
        if error.errno is None:  # gzip says so of wrong headers and sums
            raise BadArchive(f"{archive.name} is damaged ({error}).") from error
        raise


def _name(name: str, archive: Path) -> str:
    """A relative path without steps up. Raises `BadArchive` for everything else."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\0" in name or "\\" in name:
        raise BadArchive(
            f"{archive.name} has a member named {name!r}, which leads out of its folder. No honest"
            " archive has; nothing was kept."
        )
    return str(path)


def _copy(file: IO[bytes], target: Path, bounds: Bounds, archive: Path, member: str) -> int:
    if shutil.disk_usage(target.parent).free < bounds.free_bytes:
        raise NoRoom(
            f"Less than {bounds.free_bytes >> 20} MB are free where {archive.name} is unpacked."
            " The archive is kept: make room and run the command again."
        )
    with target.open("xb") as out:
        shutil.copyfileobj(file, out, _BLOCK)
        return out.tell()
