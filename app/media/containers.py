"""The table of containers we take: FFmpeg's name, media type, and whether a browser plays it.

A name missing here is never given to FFmpeg, whatever the name of the uploaded file says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Container:
    """A kind of media file, as told by its first bytes."""

    name: str
    demuxers: tuple[str, ...]
    """FFmpeg's names; the first is the one that is forced."""
    media_type: str
    playable: bool
    """Chrome, Firefox and Safari of 2026 play the usual codecs of it in an `<audio>` element.

    False means that somewhere it does not play: then a playable copy has to be made.
    """

    @property
    def demuxer(self) -> str:
        return self.demuxers[0]

    @property
    def is_video(self) -> bool:
        return self.media_type.startswith("video/")


_MOV: Final = ("mov", "mp4", "m4a", "3gp", "3g2", "mj2")
_MATROSKA: Final = ("matroska", "webm")


def _table(rows: Iterable[Container]) -> Mapping[str, Container]:
    return MappingProxyType({row.name: row for row in rows})


CONTAINERS: Final[Mapping[str, Container]] = _table(
    (
        Container("wav", ("wav",), "audio/wav", True),
        Container("wav-compressed", ("wav",), "audio/wav", False),
        Container("rf64", ("wav",), "audio/wav", False),
        Container("w64", ("w64",), "audio/x-w64", False),
        Container("aiff", ("aiff",), "audio/aiff", False),
        Container("aifc", ("aiff",), "audio/aiff", False),
        Container("mp3", ("mp3",), "audio/mpeg", True),
        Container("mp2", ("mp3",), "audio/mpeg", False),
        Container("flac", ("flac",), "audio/flac", True),
        Container("ogg", ("ogg",), "audio/ogg", True),
        Container("opus", ("ogg",), "audio/ogg", True),
        Container("speex", ("ogg",), "audio/ogg", False),
        Container("ogv", ("ogg",), "video/ogg", False),
        Container("m4a", _MOV, "audio/mp4", True),
        Container("mp4", _MOV, "video/mp4", True),
        Container("mp4-audio", _MOV, "audio/mp4", True),
        Container("mov", _MOV, "video/quicktime", False),
        Container("3gp", _MOV, "video/3gpp", False),
        Container("3gp-audio", _MOV, "audio/3gpp", False),
        Container("webm", _MATROSKA, "video/webm", True),
        Container("webm-audio", _MATROSKA, "audio/webm", True),
        Container("matroska", _MATROSKA, "video/x-matroska", False),
        Container("matroska-audio", _MATROSKA, "audio/x-matroska", False),
        Container("aac", ("aac",), "audio/aac", True),
        Container("amr", ("amr",), "audio/amr", False),
        Container("amr-wb", ("amr",), "audio/amr-wb", False),
        Container("asf", ("asf",), "video/x-ms-asf", False),
        Container("wma", ("asf",), "audio/x-ms-wma", False),
        Container("caf", ("caf",), "audio/x-caf", False),
        Container("avi", ("avi",), "video/x-msvideo", False),
        Container("mpegts", ("mpegts",), "video/mp2t", False),
    )
)

DEMUXERS: Final[frozenset[str]] = frozenset(c.demuxer for c in CONTAINERS.values())
"""All that the decoder may be asked for: none of these can name a second file to be opened."""
