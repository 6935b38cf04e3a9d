"""Small files that would be large when unpacked, and headers that promise the world."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import av

from tests.support import media
from tests.support.structure import mend

_UNKNOWN = b"\x01" + b"\xff" * 7
_HUGE = (1 << 63) - 1


def hours_of_flac(path: Path, hours: int) -> None:
    """Silence without end in sight: the frames of an hour again and again, no length declared."""
    hour = media.silent_flac(3600)
    start = hour.index(b"\xff\xf8", 42)
    head = bytearray(hour[:start])
    head[21] &= 0xF0  # STREAMINFO: 36 bits of "total samples", 0 is unknown
    head[22:26] = bytes(4)
    with path.open("wb") as file:
        file.write(head)
        for _ in range(hours):
            file.write(hour[start:])


def mp3_of_one_frame(hours: float) -> bytes:
    """Silence at 8 kbit/s."""
    plain = {"id3v2_version": "0", "write_xing": "0"}
    second = media.encode(
        "mp3", "libmp3lame", 8_000, waveform=media.tone(2, 8_000, level=0), bit_rate=8_000,
        options=plain,
    )  # fmt: skip
    return second[:1008] * round(hours * 3600)


def opus_from_the_far_future(*, last_page_only: bool) -> bytes:
    """Granule positions that tell of millions of years."""
    data = bytearray(media.encode("ogg", "libopus", 48_000))
    pages = [at for at in range(len(data)) if data.startswith(b"OggS", at)][2:]
    for number, at in enumerate(pages[-1:] if last_page_only else pages):
        data[at + 6 : at + 14] = struct.pack("<q", (1 << 62) + number * 48_000)
    return mend(data)


def empty_opus_packets(pages: int) -> bytes:
    """Ogg pages of 255 packets of no bytes."""
    data = bytearray(media.encode("ogg", "libopus", 48_000))
    serial = bytes(data[14:18])
    for number in range(pages):
        data += b"OggS\0\0" + struct.pack("<q", 48_000) + serial
        data += struct.pack("<II", 99 + number, 0) + b"\xff" + bytes(255)
    return mend(data)


def mp4_table(kind: bytes, at: int, value: int) -> bytes:
    """An M4A in which one number, `at` bytes behind the name of a box, is another."""
    data = bytearray(media.encode("ipod", "aac", 44_100))
    place = data.index(kind) + 4 + at
    data[place : place + 4] = struct.pack(">I", value)
    return bytes(data)


def wav_header(rate: int = 16_000, channels: int = 1) -> bytes:
    data = bytearray(media.speech_like_wav(2))
    data[22:36] = struct.pack(
        "<HIIHH", channels, rate, rate * 2 * channels & 0xFFFFFFFF, 2 * channels, 16
    )
    return bytes(data)


def endless_rf64() -> bytes:
    data = media.speech_like_wav(2)
    sizes = b"ds64" + struct.pack("<IQQQI", 28, _HUGE, _HUGE, _HUGE, 0)
    head = b"RF64\xff\xff\xff\xffWAVE" + sizes + data[12:40] + b"\xff\xff\xff\xff"
    return head + data[44:]


def endless_aiff() -> bytes:
    data = bytearray(media.encode("aiff", "pcm_s16be", 16_000))
    at = data.index(b"COMM") + 10
    data[at : at + 4] = b"\xff" * 4
    at = data.index(b"SSND") + 4
    data[at : at + 4] = b"\x7f\xff\xff\xff"
    return bytes(data)


def endless_caf() -> bytes:
    data = bytearray(media.encode("caf", "pcm_s16le", 16_000))
    at = data.index(b"data") + 4
    data[at : at + 8] = struct.pack(">q", _HUGE)
    return bytes(data)


def endless_asf() -> bytes:
    data = bytearray(media.encode("asf", "wmav2", 16_000))
    at = data.index(bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")) + 64  # play duration
    data[at : at + 8] = struct.pack("<q", _HUGE)
    return bytes(data)


def empty_packets(count: int) -> bytes:
    """Matroska blocks with nothing in them."""
    block = b"\xa3\x84\x81\0\0\x80"
    return _matroska() + b"\x1f\x43\xb6\x75" + _UNKNOWN + b"\xe7\x81\0" + block * count


def garbage_packets(count: int) -> bytes:
    """Packets of one byte that no decoder makes anything of, and good sound far behind them."""
    block = b"\xa3\x85\x81\0\0\x80\0"
    whole = media.encode("matroska", "flac", 16_000)
    good = whole[whole.index(b"\x1f\x43\xb6\x75") :]
    return _matroska() + b"\x1f\x43\xb6\x75" + _UNKNOWN + b"\xe7\x81\0" + block * count + good


def empty_clusters(count: int) -> bytes:
    return _matroska() + (b"\x1f\x43\xb6\x75" + _UNKNOWN + b"\xe7\x81\0") * count


def nested_tags(depth: int) -> bytes:
    return (
        _matroska()
        + b"\x12\x54\xc3\x67"
        + _UNKNOWN
        + (b"\x73\x73" + _UNKNOWN)
        + (b"\x67\xc8" + _UNKNOWN) * depth
    )


def nested_chapters(count: int) -> bytes:
    atom = b"\xb6\x8d\x73\xc4\x81\1\x91\x81\0\x80\x84\x85\x82ab"
    edition = b"\x45\xb9" + _UNKNOWN + atom * count
    return _matroska() + b"\x10\x43\xa7\x70" + _UNKNOWN + edition


def many_tracks(count: int) -> bytes:
    whole = media.encode("matroska", "flac", 16_000)
    entry = whole.index(b"\xae", whole.index(b"\x16\x54\xae\x6b") + 4)
    track = whole[entry : whole.index(b"\x1f\x43\xb6\x75")]
    head = whole[: whole.index(b"\x18\x53\x80\x67")] + b"\x18\x53\x80\x67" + _UNKNOWN
    size = struct.pack(">Q", 1 << 56 | len(track) * count)
    return head + b"\x16\x54\xae\x6b" + size + track * count


def many_traks(count: int) -> bytes:
    whole = media.encode("ipod", "aac", 44_100, options={"movflags": "+faststart"})
    moov, trak = whole.index(b"moov") - 4, whole.index(b"trak") - 4
    size = int.from_bytes(whole[trak : trak + 4], "big")
    grown = int.from_bytes(whole[moov : moov + 4], "big") + size * (count - 1)
    body = whole[moov + 4 : trak] + whole[trak : trak + size] * count + whole[trak + size :]
    return whole[:moov] + struct.pack(">I", grown) + body


def many_ogg_streams(count: int) -> bytes:
    first = bytearray(media.encode("ogg", "libopus", 48_000))
    page = first[: first.index(b"OggS", 4)]
    pages = bytearray()
    for serial in range(count):
        page[14:18] = struct.pack("<I", serial)
        pages += page
    return mend(pages + first)


def large_picture(side: int = 10_000) -> bytes:
    """A PNG of `side` squared pixels, as small as zeros can be packed."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + 3 * side)) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def mp3_with_cover(picture: bytes) -> bytes:
    body = b"\0image/png\0\x03\0" + picture
    frame = b"APIC" + _syncsafe(len(body)) + bytes(2) + body
    return b"ID3\4\0\0" + _syncsafe(len(frame)) + frame + media.encode("mp3", "libmp3lame", 16_000)


def flac_with_cover(picture: bytes) -> bytes:
    whole = media.encode("flac", "flac", 16_000)
    body = struct.pack(">II9sIIIIII", 3, 9, b"image/png", 0, 10_000, 10_000, 24, 0, len(picture))
    block = body + picture
    return whole[:42] + b"\6" + len(block).to_bytes(3, "big") + block + whole[42:]


def id3_chapters(count: int) -> bytes:
    body = b"c\0" + struct.pack(">IIII", 0, 1000, 0, 0)
    tag = (b"CHAP" + _syncsafe(len(body)) + bytes(2) + body) * count
    return b"ID3\4\0\0" + _syncsafe(len(tag)) + tag + media.encode("mp3", "libmp3lame", 16_000)


def long_id3(path: Path, *, filled: bool) -> None:
    """A tag of 256 MB, the most there can be: padding, or one text of that length."""
    size = (1 << 28) - 1
    with path.open("wb") as file:
        file.write(b"ID3\4\0\0" + _syncsafe(size))
        if filled:
            file.write(b"TXXX" + _syncsafe(size - 10) + bytes(2) + b"\0")
        file.seek(10 + size)
        file.write(media.encode("mp3", "libmp3lame", 16_000, options={"id3v2_version": "0"}))


def wav_cues(count: int) -> bytes:
    data = media.speech_like_wav(2)
    points = struct.pack("<II4sIII", 1, 0, b"data", 0, 0, 0) * count
    cue = b"cue " + struct.pack("<II", 4 + len(points), count) + points
    return data[:12] + cue + data[12:]


def jumping_timestamps(jumps: int, jump_s: float = 59.0) -> bytes:
    """A packet of sound, a minute of nothing, a packet of sound …"""
    with av.open(io.BytesIO(media.encode("ogg", "libopus", 48_000))) as file:
        packets = [bytes(packet) for packet in file.demux(audio=0) if packet.size]
    webm = media.encode("webm", "libopus", 48_000)
    head = webm[: webm.index(b"\x18\x53\x80\x67") + 4] + _UNKNOWN
    made = head + webm[webm.index(b"\x15\x49\xa9\x66") : webm.index(b"\x1f\x43\xb6\x75")]
    for number in range(jumps):
        packet = packets[number % len(packets)]
        size = struct.pack(">H", 0x4000 | 4 + len(packet))
        block = b"\xa3" + size + b"\x81\0\0\x80" + packet
        stamp = b"\xe7\x84" + struct.pack(">I", round(number * jump_s * 1000))
        made += (
            b"\x1f\x43\xb6\x75" + struct.pack(">Q", 1 << 56 | len(stamp + block)) + stamp + block
        )
    return made


def _matroska() -> bytes:
    """Header, information and one FLAC track, with a segment of unknown size."""
    whole = media.encode("matroska", "flac", 16_000)
    segment = whole.index(b"\x18\x53\x80\x67")
    tracks = whole[whole.index(b"\x15\x49\xa9\x66") : whole.index(b"\x1f\x43\xb6\x75")]
    return whole[:segment] + b"\x18\x53\x80\x67" + _UNKNOWN + tracks


def _syncsafe(size: int) -> bytes:
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
