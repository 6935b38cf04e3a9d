"""The words of tus 1.0: headers in and out, and the refusals it has numbers for.

https://tus.io/protocols/resumable-upload
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any, Final

from app.errors import BadRequest, Conflict, Problem, UnsupportedMedia

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,creation-with-upload,expiration,termination,checksum"
PART_TYPE: Final = "application/offset+octet-stream"
RECORDING: Final = "Lectern-Recording"
"""Header of the answer to the part that completes a file: the id of the recording it became."""
ALWAYS: Final = {"Tus-Resumable": VERSION, "Cache-Control": "no-store"}

_DIGESTS: Final[Mapping[str, Callable[[], Any]]] = {
    "sha256": hashlib.sha256,
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),
}
CHECKSUMS: Final = ",".join(_DIGESTS)


class WrongVersion(Problem):
    status = HTTPStatus.PRECONDITION_FAILED
    code = "tus_version"


class Busy(Problem):
    status = HTTPStatus.LOCKED
    code = "upload_busy"

    def __init__(self) -> None:
        super().__init__(
            detail="Somebody is just sending a part of this upload. What has arrived is safe; ask"
            " for the offset again in a few seconds and go on from there.",
            headers=ALWAYS | {"Retry-After": "1"},
        )


class WrongChecksum(Problem):
    """The one status that HTTP itself does not know."""

    status = 460
    title = "Checksum Mismatch"
    code = "checksum_mismatch"

    def __init__(self) -> None:
        super().__init__(
            detail="This part did not arrive as it was sent: its checksum differs. The part was"
            " dropped, all earlier ones are safe; send it again.",
            headers=ALWAYS,
        )


class WrongOffset(Conflict):
    code = "wrong_offset"

    def __init__(self, offset: int) -> None:
        super().__init__(
            detail=f"The next part of this upload begins at byte {offset}. What has arrived is"
            " safe; go on from there.",
            headers=ALWAYS | {"Upload-Offset": str(offset)},
        )


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a part must hash to."""

    algorithm: str
    digest: bytes

    def start(self) -> Any:
        """A new hash object."""
        return _DIGESTS[self.algorithm]()


def check_version(headers: Mapping[str, str]) -> None:
    """Raises `WrongVersion` unless the sender speaks tus 1.0.0."""
    if headers.get("tus-resumable") != VERSION:
        raise WrongVersion(
            detail=f"Send the header `Tus-Resumable: {VERSION}`; this server speaks no other"
            " version of the protocol. Nothing was changed.",
            headers=ALWAYS | {"Tus-Version": VERSION},
        )


def check_part_type(headers: Mapping[str, str]) -> None:
    """Raises `UnsupportedMedia` unless the body is declared to be a part."""
    if headers.get("content-type", "").split(";")[0].strip().lower() != PART_TYPE:
        raise UnsupportedMedia(
            code="not_a_part", detail=f"A part is sent as `Content-Type: {PART_TYPE}`."
        )


def number(headers: Mapping[str, str], name: str) -> int:
    """A header that must be there and be a count of bytes. Raises `BadRequest`."""
    value = headers.get(name, "")
    # int() also takes signs, blanks, underscores and the digits of other scripts
    if not (value.isascii() and value.isdigit() and len(value) <= 15):
        raise BadRequest(
            code="bad_header", detail=f"The header `{name}` must be a number of bytes."
        )
    return int(value)


def metadata(header: str) -> dict[str, str]:
    """`name dGFsay53YXY=,flag` as names and values. Raises `BadRequest`."""
    found: dict[str, str] = {}
    for pair in filter(None, (piece.strip() for piece in header.split(","))):
        name, _, encoded = pair.partition(" ")
        try:
            found[name] = base64.b64decode(encoded.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError) as error:
            raise BadRequest(
                code="bad_metadata",
                detail=f"The value of {name[:64]!r} in `Upload-Metadata` is not text in base64.",
            ) from error
    return found


def as_metadata(values: Mapping[str, str | None]) -> str:
    """The other way round; what is None is left out."""
    return ",".join(
        f"{name} {base64.b64encode(value.encode()).decode()}"
        for name, value in values.items()
        if value is not None
    )


def checksum(header: str | None) -> Checksum | None:
    """`sha256 <base64>`, or None where there is no header. Raises `BadRequest`."""
    if header is None:
        return None
    algorithm, _, encoded = header.strip().partition(" ")
    if algorithm not in _DIGESTS:
        raise BadRequest(
            code="unknown_checksum",
            detail=f"Checksums are {CHECKSUMS.replace(',', ' or ')}, not {algorithm[:32]!r}.",
        )
    try:
        digest = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != _DIGESTS[algorithm]().digest_size:
        raise BadRequest(code="bad_checksum", detail="`Upload-Checksum` is not a digest in base64.")
    return Checksum(algorithm, digest)


def http_date(moment: datetime) -> str:
    """RFC 9110, section 5.6.7."""
    return format_datetime(moment, usegmt=True)
