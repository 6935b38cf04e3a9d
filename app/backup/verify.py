"""Is this file a whole backup of ours? Found out before anything is touched."""

# Ch 28 · Security and Privacy: a file from elsewhere is believed nothing that its sums do not say

from __future__ import annotations

import hashlib
import itertools
import json
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from app.backup import format
from app.backup.create import Tell
from app.backup.format import Manifest, Refused, damaged, foreign

_BLOCK = 1024 * 1024
_SMALL = 1024**2
"""More bytes no header has."""
_LARGEST_MANIFEST = 64 * 1024**2


@contextmanager
def opened(path: Path) -> Iterator[tarfile.TarFile]:
    """The file as a tar. Raises `Refused`."""
    try:
        with tarfile.open(path, "r:") as tar:
            yield tar
    except FileNotFoundError:
        raise Refused("not_found", f"There is no file {path}.") from None
    except tarfile.TarError as error:
        raise damaged(f"{error}") if _begins_like_ours(path) else foreign() from None
    except OSError as error:
        raise Refused("unreadable", f"{path} cannot be read: {error.strerror}.") from error


def _begins_like_ours(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(format.HEADER)) == format.HEADER.encode()


def verify(path: Path, tell: Tell) -> Manifest:
    """Read the whole file and compare every sum.

    Raises `Refused`: not ours, cut off, damaged, of a newer format, or with members that no
    backup has. Memory does not grow with the file.
    """
    size = path.stat().st_size if path.exists() else 0
    with opened(path) as tar, tempfile.TemporaryFile() as seen:
        manifest = sums_sha256 = None
        members = 0
        for member in tar:
            if manifest is not None:
                raise damaged("something follows its list of contents")
            if members == 0 and member.name != format.HEADER:
                raise foreign()
            _check_member(member)
            if member.name == format.MANIFEST:
                manifest = format.read_manifest(_small(tar, member, _LARGEST_MANIFEST))
            elif member.name == format.SUMS:
                sums_sha256 = _compare(tar, member, seen)
            else:
                if members == 0:
                    format.check_header(_small(tar, member, _SMALL))
                digest = _sha256(tar, member)
                line = {"name": member.name, "size": member.size, "sha256": digest}
                seen.write(json.dumps(line).encode() + b"\n")
                members += 1
            tar.members.clear()  # type: ignore[attr-defined]
            tell("checking", min(member.offset_data + member.size, size), size)
        if members == 0:
            raise foreign()
    if manifest is None or sums_sha256 is None:
        raise damaged("its end is missing, or something in its middle cannot be read")
    if (manifest.sums_sha256, manifest.members) != (sums_sha256, members):
        raise damaged("its list of contents does not fit what is in it")
    return manifest


def _check_member(member: tarfile.TarInfo) -> None:
    name = member.name
    known = name in (format.HEADER, format.MISSING, format.SUMS, format.MANIFEST)
    if not member.isreg() or not (known or format.table_of(name) or format.key_of(name)):
        raise Refused(
            "unexpected_member",
            f"The file has a part that no backup has: {name[:120]!r}. Nothing was changed.",
        )
    if format.table_of(name) and member.size > format.LARGEST_PART_BYTES:
        raise damaged(f"the part {name} is too large")


def _small(tar: tarfile.TarFile, member: tarfile.TarInfo, limit: int) -> bytes:
    if member.size > limit:
        raise damaged(f"the part {member.name} is too large")
    return read_all(tar, member)


def read_all(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    assert file is not None  # only regular files come here
    return file.read()


def _sha256(tar: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    file = tar.extractfile(member)
    assert file is not None
    digest = hashlib.sha256()
    while block := file.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _compare(tar: tarfile.TarFile, member: tarfile.TarInfo, seen: IO[bytes]) -> str:
    """Compare the sums in the file with those that were found; returns their own sum."""
    told = tar.extractfile(member)
    assert told is not None
    digest = hashlib.sha256()
    seen.seek(0)
    for line, found in itertools.zip_longest(told, seen):
        digest.update(line or b"")
        if line != found:
            raise damaged(f"{_name(found or line)} is not what was written")
    return digest.hexdigest()


def _name(line: bytes) -> str:
    try:
        return str(json.loads(line)["name"])
    except (ValueError, KeyError, TypeError):
        return "a part of it"
