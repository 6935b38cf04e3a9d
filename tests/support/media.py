"""Media files made on the spot, good and bad, for tests of the decoder, the API and the pages.

All functions return the bytes of a file. The sound is a tone: what was decoded can then be
recognised by its frequency, whatever a lossy codec did to it.
"""

from __future__ import annotations

import io
import struct
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

TONE_HZ = 440.0
Waveform = npt.NDArray[np.float32]


def tone(seconds: float, rate: int, frequency: float = TONE_HZ, level: float = 0.5) -> Waveform:
    """A sine, shape (n,)."""
    times = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * frequency * times)).astype(np.float32)


def dominant_hz(samples: Waveform, rate: int = 16_000) -> float:
    """Frequency of the strongest component."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


def encode(
    container: str,
    codec: str,
    rate: int = 16_000,
    channels: int = 1,
    seconds: float = 2.0,
    *,
    waveform: Waveform | None = None,
    picture: str | None = None,
    options: dict[str, str] | None = None,
    bit_rate: int | None = None,
    pause_s: float = 0.0,
) -> bytes:
    """A tone (or `waveform`, shape (n,) or (channels, n)) in an FFmpeg muxer and encoder.

    Args:
        picture: encoder of a small moving picture to go with the sound.
        options: for the muxer, such as ``movflags``.
        pause_s: jump of the timestamps after each second except the last, with no sound in it.
    """
    sound = tone(seconds, rate) if waveform is None else waveform
    sound = np.broadcast_to(sound, (channels, sound.shape[-1]))
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[channels]
    settings = {"fflags": "+bitexact"} | (options or {})
    # A real file: to move the index of an MP4 to the front, FFmpeg opens it a second time.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "media"
        with av.open(str(path), "w", format=container, options=settings) as output:
            stream = output.add_stream(codec, rate=rate, layout=layout)
            assert isinstance(stream, av.AudioStream)
            if bit_rate is not None or codec == "wmav2":
                stream.bit_rate = bit_rate or 64_000  # wmav2 opens at no rate of its own
            if codec == "vorbis":
                stream.codec_context.options = {"strict": "experimental"}
            stream.codec_context.open()
            if picture is not None:
                _add_picture(output, picture, sound.shape[1] / rate)
            for packet in _packets(stream, sound, rate, layout, pause_s):
                output.mux(packet)
        return path.read_bytes()


def _packets(
    stream: av.AudioStream, sound: Waveform, rate: int, layout: str, pause_s: float
) -> Iterator[av.Packet[av.AudioStream]]:
    for second, start in enumerate(range(0, sound.shape[1], rate)):
        piece = np.ascontiguousarray(sound[:, start : start + rate])
        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout=layout)
        frame.sample_rate, frame.pts = rate, start
        packets = stream.encode(frame)
        if start + rate >= sound.shape[1]:
            packets += stream.encode(None)
        for packet in packets:
            if pause_s and packet.pts is not None and packet.dts is not None:
                pause = round(second * pause_s / packet.time_base)
                packet.pts, packet.dts = packet.pts + pause, packet.dts + pause
            yield packet


def _add_picture(output: av.container.OutputContainer, codec: str, seconds: float) -> None:
    stream = output.add_stream(codec, rate=10)
    assert isinstance(stream, av.VideoStream)
    stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
    for number in range(round(seconds * 10)):
        shade = np.full((64, 64, 3), number * 5 % 256, dtype=np.uint8)
        frame = av.VideoFrame.from_ndarray(shade, format="rgb24")
        frame.pts = number
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def video_without_sound(container: str = "mp4", codec: str = "mpeg4") -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        _add_picture(output, codec, 2.0)
    return file.getvalue()


def wav(samples: bytes, rate: int = 16_000, declared_bytes: int | None = None) -> bytes:
    """16-bit mono; the header may be told to declare another length than there is."""
    length = len(samples) if declared_bytes is None else declared_bytes
    header = struct.pack("<4sI4s4sI", b"RIFF", min(36 + length, 0xFFFFFFFF), b"WAVE", b"fmt ", 16)
    layout = struct.pack("<HHIIHH4sI", 1, 1, rate, rate * 2, 2, 16, b"data", length)
    return header + layout + samples


def speech_like_wav(seconds: float = 2.0) -> bytes:
    """Not speech, but a sound of that length: the smallest good upload."""
    return wav((tone(seconds, 16_000) * 32767).astype("<i2").tobytes())


def empty_wav() -> bytes:
    return wav(b"")


def boastful_wav() -> bytes:
    """Two seconds that claim to be an hour."""
    return wav((tone(2, 16_000) * 32767).astype("<i2").tobytes(), declared_bytes=3600 * 32_000)


def mp4_without_moov() -> bytes:
    """An interrupted recording: all the media, and no index."""
    whole = encode("mp4", "aac", 44_100, 1, 3.0)
    return whole[: whole.index(b"moov") - 4]


def mp4_without_end() -> bytes:
    """An interrupted upload of a file with its index in front: a good half of the media."""
    whole = encode("mp4", "aac", 44_100, 1, 10.0, options={"movflags": "+faststart"})
    media = whole.index(b"mdat")
    return whole[: media + (len(whole) - media) * 6 // 10]


def first_part(container: str, codec: str) -> bytes:
    """An interrupted upload: six of ten seconds, under a header that tells of ten."""
    whole = encode(container, codec, 44_100, 1, 10.0)
    return whole[: len(whole) * 6 // 10]


def silent_flac(seconds: int = 3600) -> bytes:
    """Silence that is small as a file and large as samples; made of one repeated second."""
    rate = 16_000
    file = io.BytesIO()
    with av.open(file, "w", format="flac") as output:
        stream = output.add_stream("flac", rate=rate, layout="mono")
        quiet = np.zeros((1, rate * 10), dtype=np.int16)
        for start in range(0, seconds, 10):
            frame = av.AudioFrame.from_ndarray(quiet, format="s16", layout="mono")
            frame.sample_rate, frame.pts = rate, start * rate
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


def amr_wb(seconds: float = 1.0) -> bytes:
    """Frames of type 15, "no data": the one AMR-WB that needs no encoder. Decodes to silence."""
    return b"#!AMR-WB\n" + b"\x7c" * round(seconds * 50)


def ffconcat(neighbour: str) -> bytes:
    """39 bytes of text that make FFmpeg, left to itself, read a file of somebody else's."""
    return f"ffconcat version 1.0\nfile {neighbour}\n".encode()


def hls_playlist(address: str) -> bytes:
    return (
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n#EXT-X-MEDIA-SEQUENCE:0\n"
        f"#EXTINF:10.0,\n{address}\n#EXT-X-ENDLIST\n"
    ).encode()


def sdp(host: str = "127.0.0.1", port: int = 5004) -> bytes:
    return (
        f"v=0\r\no=- 0 0 IN IP4 {host}\r\ns=call\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 0\r\n"
    ).encode()


def png() -> bytes:
    """A picture of one pixel."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checksum = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")


def mutated(data: bytes, seed: int) -> bytes:
    """A damaged copy: bytes overwritten, a stretch lost or repeated, or the end cut off."""
    random = np.random.default_rng(seed)
    damaged = bytearray(data)
    for _ in range(int(random.integers(1, 20))):
        damaged[int(random.integers(0, len(damaged)))] = int(random.integers(0, 256))
    start, length = int(random.integers(0, len(damaged))), int(random.integers(1, 400))
    match int(random.integers(0, 4)):
        case 0:
            del damaged[start : start + length]
        case 1:
            damaged[start:start] = damaged[start : start + length]
        case 2:
            del damaged[max(start, 16) :]
        case _:
            damaged[start : start + length] = random.bytes(length)
    return bytes(damaged)
