"""Frame headers of MPEG audio (ISO/IEC 11172-3, 13818-3) and of AAC in ADTS (13818-7, 6.2).

Both begin with eleven or twelve set bits, which occur in any compressed data. One header is
therefore no evidence: a run of headers, each where the one before says it must be, is.
"""

from __future__ import annotations

from typing import Final, Literal

Kind = Literal["mp3", "mp2", "aac"]

_RATES_HZ: Final = (44_100, 48_000, 32_000)  # of MPEG-1; halved in MPEG-2, quartered in 2.5
_V1_L1 = (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448)
_V1_L2 = (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384)
_V1_L3 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_V2_L1 = (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256)
_V2_L23 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_MIN_ADTS_BYTES: Final = 7


def id3_length(head: bytes) -> int:
    """Bytes of an ID3v2 tag at the start, footer included; 0 when there is none."""
    if len(head) < 10 or head[:3] != b"ID3" or head[3] == 0xFF or max(head[6:10]) > 0x7F:
        return 0
    size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    return size + (20 if head[5] & 0x10 else 10)


def _mpeg_frame(h: bytes) -> tuple[Kind, int, int] | None:
    """Kind, length in bytes and what must not change, of an MPEG audio header of 4 bytes."""
    version, layer = h[1] >> 3 & 3, 4 - (h[1] >> 1 & 3)  # version 3: MPEG-1, 2: 2, 0: 2.5
    bitrate, rate = h[2] >> 4, h[2] >> 2 & 3
    if version == 1 or layer == 4 or bitrate in (0, 15) or rate == 3 or h[3] & 3 == 2:
        return None
    if version == 3:
        kbit = (_V1_L1, _V1_L2, _V1_L3)[layer - 1][bitrate]
    else:
        kbit = (_V2_L1 if layer == 1 else _V2_L23)[bitrate]
    rate_hz = _RATES_HZ[rate] >> {3: 0, 2: 1, 0: 2}[version]
    padding = h[2] >> 1 & 1
    if layer == 1:
        length = (12_000 * kbit // rate_hz + padding) * 4
    else:
        slots = 72_000 if layer == 3 and version != 3 else 144_000
        length = slots * kbit // rate_hz + padding
    return ("mp3" if layer == 3 else "mp2"), length, h[1] << 8 | h[2] & 0x0C


def _adts_frame(h: bytes) -> tuple[Kind, int, int] | None:
    length = (h[3] & 3) << 11 | h[4] << 3 | h[5] >> 5
    if h[2] >> 2 & 15 > 12 or length < _MIN_ADTS_BYTES:
        return None
    return "aac", length, (h[1] & 0xFE) << 8 | h[2] & 0xFD


def _frame(data: bytes, at: int) -> tuple[Kind, int, int] | None:
    h = data[at : at + _MIN_ADTS_BYTES]
    if len(h) < _MIN_ADTS_BYTES or h[0] != 0xFF or h[1] & 0xE0 != 0xE0:
        return None
    if h[1] & 0xF6 == 0xF0:
        return _adts_frame(h)
    return _mpeg_frame(h)


def frame_run(data: bytes, at: int, wanted: int, *, cut_short_is_enough: bool) -> Kind | None:
    """The kind of audio if `wanted` frames of it follow each other from `at` on.

    With `cut_short_is_enough` a run that only the end of `data` interrupts counts too, as long
    as it has two headers or is a single frame ending exactly there.
    """
    first = frame = _frame(data, at)
    found = 0
    while first is not None and frame is not None and frame[0::2] == first[0::2]:
        found += 1
        at += frame[1]
        if found == wanted:
            return first[0]
        if at + _MIN_ADTS_BYTES > len(data):
            enough = found >= 2 or at == len(data)
            return first[0] if cut_short_is_enough and enough else None
        frame = _frame(data, at)
    return None


def find_frames(data: bytes, start: int = 0) -> Kind | None:
    """MPEG audio or ADTS at `start`, or further on, after junk, when four frames follow."""
    kind = frame_run(data, start, 3, cut_short_is_enough=True)
    at = start
    while kind is None and (at := data.find(b"\xff", at)) != -1:
        kind = frame_run(data, at, 4, cut_short_is_enough=False)
        at += 1
    return kind
