"""What a file is, from its first bytes and never from its name.

The answer is forced upon FFmpeg, whose own probing would also recognise lists of other files
to open. The signatures are those of FFmpeg's demuxers and the formats' specifications.
"""

# Ch 28 · Security and Privacy: a name proves nothing, so a file is judged by its content

from __future__ import annotations

from typing import Final

from app.media.containers import CONTAINERS, Container
from app.media.mpeg_audio import find_frames, id3_length
from app.media.refused import describe

__all__ = ["SNIFF_BYTES", "Container", "Sniffer", "describe", "id3_length", "sniff"]

SNIFF_BYTES: Final = 64 * 1024
"""More than this is never looked at."""

_ASF_HEADER: Final = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_VIDEO: Final = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")
_W64: Final = bytes.fromhex("726966662e91cf11a5d628db04c10000")
_PICTURES_IN_ISO_BOXES: Final = {b"heic", b"heix", b"heif", b"mif1", b"msf1", b"avif", b"crx "}
_QUICKTIME_BOXES: Final = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_BROWSER_WAV_FORMATS: Final = {1, 3, 6, 7, 0xFFFE}  # PCM, float, A-law, µ-law, extensible


def sniff(head: bytes) -> Container | None:
    """The container that starts with these bytes, or None if it is none we take.

    Args:
        head: the beginning of the file; more is surer, beyond `SNIFF_BYTES` is ignored. An
            ID3 tag longer than that hides what follows: then it is taken for MP3.
    """
    name = _name(head[:SNIFF_BYTES])
    return None if name is None else CONTAINERS[name]


class Sniffer:
    """`sniff` for an upload that arrives in pieces: keeps at most `SNIFF_BYTES` of it."""

    def __init__(self) -> None:
        self._head = bytearray()

    def feed(self, piece: bytes) -> bool:
        """Take the next piece; True once more of them could not change the answer."""
        self._head += piece[: SNIFF_BYTES - len(self._head)]
        return len(self._head) == SNIFF_BYTES

    @property
    def container(self) -> Container | None:
        return sniff(bytes(self._head))

    @property
    def description(self) -> str:
        return describe(bytes(self._head))


def _name(head: bytes) -> str | None:
    if len(head) < 4:
        return None
    for recognise in (_fixed, _riff, _iso_boxes, _ogg, _ebml, _asf, _mpegts):
        name = recognise(head)
        if name is not None:
            return name
    tag = id3_length(head)
    if tag:
        return _after_id3(head, tag)
    # Compressed archives and pictures may hold runs of frames: rule out what we can name.
    return find_frames(head) if describe(head) == "data of an unknown kind" else None


def _after_id3(head: bytes, tag: int) -> str | None:
    if tag >= len(head):
        return "mp3"
    if head.startswith(b"fLaC", tag):
        return "flac"
    return find_frames(head, tag)


def _fixed(head: bytes) -> str | None:
    if head.startswith(_W64):
        return "w64"
    if head.startswith(b"fLaC"):
        return "flac"
    if head.startswith(b"caff") and len(head) >= 8:
        return "caf"
    if head.startswith(b"#!AMR\n"):
        return "amr"
    if head.startswith(b"#!AMR-WB\n"):
        return "amr-wb"
    if head.startswith(b"FORM"):
        return {b"AIFF": "aiff", b"AIFC": "aifc"}.get(head[8:12])
    return None


def _riff(head: bytes) -> str | None:
    form, kind = head[:4], head[8:12]
    if form in (b"RF64", b"BW64"):
        return "rf64" if kind == b"WAVE" else None
    if form != b"RIFF":
        return None
    if kind == b"AVI ":
        return "avi"
    if kind != b"WAVE":
        return None
    at = head.find(b"fmt ", 12)
    known = 0 <= at <= len(head) - 10
    if known and int.from_bytes(head[at + 8 : at + 10], "little") not in _BROWSER_WAV_FORMATS:
        return "wav-compressed"
    return "wav"


def _iso_boxes(head: bytes) -> str | None:
    kind = head[4:8]
    if kind != b"ftyp":
        size = int.from_bytes(head[:4], "big")
        return "mov" if kind in _QUICKTIME_BOXES and (size in (0, 1) or size >= 8) else None
    brand = head[8:12]
    if brand in _PICTURES_IN_ISO_BOXES:
        return None
    # Sound or picture is told by the tracks' handlers, if the index comes first.
    sound_only = b"soun" in head and b"vide" not in head and b"moov" in head
    if brand in (b"M4A ", b"M4B ", b"M4P "):
        return "m4a"
    if brand == b"qt  ":
        return "mov"
    if brand[:3] in (b"3gp", b"3g2", b"3ge"):
        return "3gp-audio" if sound_only else "3gp"
    return "mp4-audio" if sound_only else "mp4"


def _ogg(head: bytes) -> str | None:
    if not head.startswith(b"OggS\0"):
        return None
    if b"\x80theora" in head[:4096]:
        return "ogv"
    if b"OpusHead" in head[:512]:
        return "opus"
    return "speex" if b"Speex   " in head[:512] else "ogg"


def _ebml(head: bytes) -> str | None:
    if not head.startswith(b"\x1aE\xdf\xa3"):
        return None
    kind = "webm" if b"webm" in head[:128] else "matroska" if b"matroska" in head[:128] else None
    if kind is None:
        return None
    # Codec IDs start with A_ or V_; the tracks come before the first cluster of media.
    tracks = head.split(b"\x1f\x43\xb6\x75", 1)[0]
    return f"{kind}-audio" if b"A_" in tracks and b"V_" not in tracks else kind


def _asf(head: bytes) -> str | None:
    if not head.startswith(_ASF_HEADER):
        return None
    return "asf" if _ASF_VIDEO in head else "wma"


def _mpegts(head: bytes) -> str | None:
    """Sync bytes at the same place of four packets, of 188 bytes or with time codes or FEC."""
    for size, offset in ((188, 0), (192, 4), (204, 0)):
        places = range(offset, min(len(head), offset + 5 * size), size)
        if len(places) >= 4 and all(head[place] == 0x47 for place in places):
            return "mpegts"
    return None
