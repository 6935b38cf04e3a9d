"""A ZIP of recordings, unpacked member by member; what is none is named with the reason.

No member's name is used as a path, nothing is believed that the archive says about sizes, and
each member goes through the same door as an upload of its own. A bomb is stopped by its first
bytes where it is no recording, and by the limits of uploads where it looks like one.
"""

# Ch 28 · Security and Privacy: an archive is a stranger's; it is counted, never believed

from __future__ import annotations

import lzma
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from app.context import Context
from app.errors import Problem, StorageFull, Unprocessable
from app.media.sniff import SNIFF_BYTES
from app.projects.central_directory import most_entries
from app.recordings.names import display_name
from app.recordings.upload import ReceivedFile, Upload

_PIECE_BYTES: Final = 256 * 1024
_SLACK: Final = 16
"""Times the least size of an entry that one may have in the directory, on average."""
_ENCRYPTED: Final = 0x1
_SYSTEM: Final = {"__macosx", ".ds_store", "thumbs.db", "desktop.ini"}
_NESTED: Final = (b"PK\x03\x04", b"PK\x05\x06")
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A member that did not become a recording."""

    name: str
    code: str
    detail: str


def is_archive(head: bytes) -> bool:
    """Whether a file that begins so is a ZIP."""
    return head.startswith(_NESTED)


def unpacked(context: Context, file: BinaryIO) -> Iterator[ReceivedFile | Skipped]:
    """Each member as a file in the storage, or why it was left out, in the archive's order.

    Raises `Unprocessable` before the first when it cannot be read as a ZIP or has too many
    members. Whoever stops taking leaves nothing half-written behind.
    """
    settings = context.settings
    entries = most_entries(file)
    if entries is not None and entries > _SLACK * settings.max_archive_files:
        raise _too_many(settings.max_archive_files)
    try:
        file.seek(0)
        opened = zipfile.ZipFile(file)
    except (*_BROKEN, NotImplementedError, OSError) as error:
        raise Unprocessable(
            code="archive_damaged",
            detail="This ZIP cannot be read: it is damaged or was cut off on its way. Nothing was"
            " kept of it; make it again, or drop the recordings themselves.",
        ) from error
    with opened as archive:
        members = [each for each in archive.infolist() if not each.is_dir()]
        if len(members) > settings.max_archive_files:
            raise _too_many(settings.max_archive_files)
        left_bytes = settings.max_archive_bytes
        for member, name in zip(members, _names(members), strict=True):
            found, used_bytes = _one(context, archive, member, name, left_bytes)
            left_bytes -= used_bytes
            yield found


def _one(
    context: Context, archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, left_bytes: int
) -> tuple[ReceivedFile | Skipped, int]:
    """What became of a member, and how many bytes were unpacked for it."""
    reason = _at_sight(member)
    if reason is not None:
        return Skipped(_shown(member), *reason), 0
    upload = Upload(context.storage, context.settings.max_upload_bytes)
    used = 0
    try:
        kept_name = display_name(name)
        with archive.open(member) as opened:
            write = upload.open()
            while piece := opened.read(_PIECE_BYTES):
                if not used and is_archive(piece):
                    raise _nested()
                used += len(piece)
                if used > left_bytes:
                    raise _too_much(context.settings.max_archive_bytes)
                _room(context)
                write(piece)
        return upload.finish(kept_name), used
    except Problem as problem:
        upload.abort()
        return Skipped(_shown(member), problem.code, problem.detail), used
    except NotImplementedError:
        upload.abort()
        how = "It is packed by a method that is not read here; pack it as an ordinary ZIP."
        return Skipped(_shown(member), "method_unknown", how), used
    except (*_BROKEN, RuntimeError):
        upload.abort()
        why = "It is damaged in the ZIP: what was unpacked is not what was packed."
        return Skipped(_shown(member), "member_damaged", why), used
    except BaseException:
        upload.abort()
        raise


def _at_sight(member: zipfile.ZipInfo) -> tuple[str, str] | None:
    """Code and reason of what need not be opened."""
    parts = {part.casefold() for part in member.filename.replace("\\", "/").split("/")}
    if parts & _SYSTEM or any(part.startswith("._") for part in parts):
        return "system_file", "Your computer's system wrote it; it is no recording."
    if member.flag_bits & _ENCRYPTED:
        return "encrypted", "It is protected by a password. Unpack the ZIP and drop the recording."
    if stat.S_ISLNK(member.external_attr >> 16):
        return "link", "It is a link to another file, not a recording."
    return None


def _names(members: list[zipfile.ZipInfo]) -> Iterator[str]:
    """The last part of each, with the folder before it where two would be called the same."""
    paths = [each.filename.replace("\\", "/").split("/") for each in members]
    same = Counter(path[-1].casefold() for path in paths)
    for path in paths:
        folder = path[-2] if len(path) > 1 and path[-2] not in ("", ".", "..") else ""
        yield f"{folder} {path[-1]}" if folder and same[path[-1].casefold()] > 1 else path[-1]


def _shown(member: zipfile.ZipInfo) -> str:
    """A member's name for a message: its path, in which nothing can hide."""
    return "".join(c if c.isprintable() else "\ufffd" for c in member.filename)[:255]


def _room(context: Context) -> None:
    free = context.storage.free_bytes()
    if free is not None and free < context.settings.min_free_bytes + SNIFF_BYTES:
        raise StorageFull(
            detail="There is no room left for it. What was unpacked before is kept; free some"
            " space and send the ZIP again."
        )


def _nested() -> Unprocessable:
    return Unprocessable(
        code="nested_archive",
        detail="It is an archive (a ZIP, or a document that is one), not a recording. Unpack it"
        " first and add what is in it.",
    )


def _too_much(most_bytes: int) -> Unprocessable:
    return Unprocessable(
        code="archive_too_large",
        detail=f"Unpacked, the ZIP has more than {most_bytes / 1024**3:.1f} GiB, the most that is"
        " unpacked at once. What came before it is kept; send the rest in another ZIP.",
    )


def _too_many(most: int) -> Unprocessable:
    return Unprocessable(
        code="too_many_members",
        detail=f"This ZIP has more than {most} files, the most that are unpacked at once. Nothing"
        " was kept of it; make two of it.",
    )
