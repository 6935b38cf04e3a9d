"""Files that ask whoever opens them to open something else: lists, references, both in one."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from tests.support import media

SUFFIXES = (
    "mp3 m4a wav flac ogg opus mp4 mov mkv webm avi wma asf aac amr ts caf aiff w64 m3u m3u8 pls "
    "ffconcat sdp mpd asx smil txt xspf concat"
)


def lures(folder: Path, port: int) -> dict[str, bytes]:
    """All of them, aimed at the neighbours in `folder` and at `port` of this computer."""
    made = dict(_texts(folder, port))
    made |= dict(_references(folder, port))
    made |= dict(_polyglots(folder, port))
    return made


def _targets(folder: Path, port: int) -> dict[str, str]:
    victim = f"{folder}/victim.wav"
    return {
        "beside": "victim.wav",
        "path": victim,
        "file": f"file:{victim}",
        "file-url": f"file://{victim}",
        "http": f"http://127.0.0.1:{port}/a.ts",
        "tcp": f"tcp://127.0.0.1:{port}",
        "udp": f"udp://127.0.0.1:{port}?localaddr=127.0.0.1",
        "rtp": f"rtp://127.0.0.1:{port}",
        "ftp": f"ftp://127.0.0.1:{port}/a.wav",
        "gopher": f"gopher://127.0.0.1:{port}/a",
        "unix": f"unix:{folder}/d.sock",
        "concat": f"concat:{victim}|{victim}",
        "subfile": f"subfile,,start,0,end,0,,:{victim}",
        "data": "data:audio/wav;base64,UklGRg==",
        "crypto": f"crypto:{victim}",
        "async": f"async:cache:{victim}",
        "list": f"{folder}/list.m3u8",
        "lists": f"{folder}/inner.ffconcat",
        "pictures": f"{folder}/img%03d.png",
    }


def _texts(folder: Path, port: int) -> Iterator[tuple[str, bytes]]:
    for name, to in _targets(folder, port).items():
        yield f"ffconcat-{name}", f"ffconcat version 1.0\nfile '{to}'\n".encode()
        yield f"hls-{name}", media.hls_playlist(to)
        yield f"m3u-{name}", f"{to}\n".encode()
        yield f"pls-{name}", f"[playlist]\nFile1={to}\nNumberOfEntries=1\nVersion=2\n".encode()
    http, victim = f"http://127.0.0.1:{port}/x", f"{folder}/victim.wav"
    key = f'#EXT-X-KEY:METHOD=AES-128,URI="{http}"\n#EXT-X-MAP:URI="{victim}"\n'.encode()
    yield "hls-key", media.hls_playlist("victim.ts").replace(b"#EXTINF", key + b"#EXTINF")
    yield "hls-master", f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{folder}/list.m3u8\n".encode()
    yield "sdp", media.sdp(port=port)
    yield "asx", f'<asx version="3.0"><entry><ref href="{http}"/></entry></asx>'.encode()
    yield "asf-redirect", f"[Reference]\r\nRef1={http}\r\n".encode()
    yield "smil", f'<smil><body><audio src="{victim}"/></body></smil>'.encode()
    yield "xspf", f'<?xml version="1.0"?><playlist><track><location>{http}</location>'.encode()
    yield (
        "mpd",
        f'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period>'
        f'<AdaptationSet mimeType="audio/mp4"><Representation id="1"><BaseURL>{http}</BaseURL>'
        f'<SegmentList><Initialization sourceURL="{victim}"/></SegmentList></Representation>'
        "</AdaptationSet></Period></MPD>".encode(),
    )
    yield "lavfi", f"amovie={victim}".encode()
    yield "avisynth", f'WavSource("{victim}")'.encode()
    yield "cue", f'FILE "{victim}" WAVE\n  TRACK 01 AUDIO\n'.encode()
    yield "rtsp", f"RTSPtext\nrtsp://127.0.0.1:{port}/a\n".encode()
    yield "spaces", b"\n \t\n" + media.ffconcat(victim)
    yield "mark", b"\xef\xbb\xbf" + media.ffconcat(victim)
    yield "wide", media.ffconcat(victim).decode().encode("utf-16")


def _references(folder: Path, port: int) -> Iterator[tuple[str, bytes]]:
    http, victim = f"http://127.0.0.1:{port}/x".encode(), str(folder / "victim.wav")
    whole = media.encode("mov", "pcm_s16be", 16_000)
    yield "mov-alias", _with_dref(whole, b"alis", _alias(victim))
    yield "mov-url", _with_dref(whole, b"url ", http + b"\0")
    yield "mov-file-url", _with_dref(whole, b"url ", f"file://{victim}\0".encode())
    reference = _box(b"rdrf", bytes(4), b"url ", struct.pack(">I", len(http) + 1), http, b"\0")
    movie = _box(b"moov", _box(b"rmra", _box(b"rmda", reference)))
    yield "mov-movie", _box(b"ftyp", b"qt  ", bytes(4)) + movie
    mkv = media.encode("matroska", "flac", 16_000)
    name = b"\x3e\x83\xbb" + bytes([0x80 | len("victim.wav")]) + b"victim.wav"
    following = b"\x3e\xb9\x23\x90" + b"u" * 16
    info = b"\x2a\xd7\xb1\x83\x0f\x42\x40" + following + name
    head, tracks = mkv[: mkv.index(b"\x18\x53\x80\x67")], mkv[mkv.index(b"\x16\x54\xae\x6b") :]
    segment = b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff"
    yield (
        "mkv-linked",
        head + segment + b"\x15\x49\xa9\x66" + bytes([0x80 | len(info)]) + info + tracks,
    )
    yield "asf-script", _asf_script(media.encode("asf", "wmav2", 16_000), http.decode())
    yield "mxf", bytes.fromhex("060e2b34020501010d01020101020400") + bytes(200) + http


def _polyglots(folder: Path, port: int) -> Iterator[tuple[str, bytes]]:
    victim, http = f"{folder}/victim.wav", f"http://127.0.0.1:{port}/x.ts"
    lists = {"concat": media.ffconcat(victim), "hls": media.hls_playlist(http)}
    mp3 = media.encode("mp3", "libmp3lame", 16_000)
    sound = media.speech_like_wav(1)
    for name, text in lists.items():
        yield f"id3+{name}", b"ID3\4\0\0\0\0\0\x0a" + bytes(10) + text
        yield f"mp3+{name}", mp3 + text
        yield f"{name}+mp3", text + mp3
        yield f"wav+{name}", sound + text
        yield f"{name}+wav", text + sound
        even = text + b"\n" * (len(text) % 2)
        chunk = b"LIST" + struct.pack("<I", len(even)) + even
        yield f"wav-chunk+{name}", sound[:12] + chunk + sound[12:]
        yield f"riff+{name}", sound[:12] + text
        yield f"ftyp+{name}", _box(b"ftyp", b"isom", bytes(4)) + text
        yield f"ftyp-mdat+{name}", _box(b"ftyp", b"isom", bytes(4)) + _box(b"mdat", text)
        yield f"flac+{name}", b"fLaC" + text
        yield f"ogg+{name}", b"OggS\0" + text
        yield f"amr+{name}", b"#!AMR\n" + text
        yield f"ebml+{name}", b"\x1aE\xdf\xa3\x93\x42\x82\x88matroska" + text
        yield (
            f"ts+{name}",
            b"".join(b"\x47" + text[n : n + 187].ljust(187) for n in range(0, 1000, 187)),
        )
        yield f"html+{name}+mp3", b"<html><!--" + text + b"-->" + mp3
        yield f"zip+{name}", b"PK\3\4" + bytes(26) + text + mp3


def _box(kind: bytes, *bodies: bytes) -> bytes:
    body = b"".join(bodies)
    return struct.pack(">I", 8 + len(body)) + kind + body


def _with_dref(mov: bytes, kind: bytes, body: bytes) -> bytes:
    """The sound track's data lies in another file: the entry of `dref`, ISO/IEC 14496-12 8.7.2."""
    at = mov.index(b"dref") - 4
    size = int.from_bytes(mov[at : at + 4], "big")
    new = _box(b"dref", bytes(4), struct.pack(">I", 1), _box(kind, bytes(4), body))
    changed = bytearray(mov[:at] + new + mov[at + size :])
    start = 0
    for folder in (b"moov", b"trak", b"mdia", b"minf", b"dinf"):
        start = (
            changed.rindex(folder, 0, at) - 4 if folder != b"moov" else changed.index(folder) - 4
        )
        grown = int.from_bytes(changed[start : start + 4], "big") + len(new) - size
        changed[start : start + 4] = grown.to_bytes(4, "big")
    return bytes(changed)


def _alias(path: str) -> bytes:
    """A Macintosh alias record, as far as FFmpeg reads it: volume, name, and absolute path."""
    name = path.rsplit("/", 1)[1].encode()
    absolute = b"X" + path.encode().replace(b"/", b":")
    absolute += b"\0" * (len(absolute) % 2)
    record = bytes(10) + b"\1" + b"X".ljust(27, b"\0") + bytes(12)
    record += bytes([len(name)]) + name.ljust(63, b"\0") + bytes(16) + struct.pack(">HH", 1, 1)
    record += bytes(16) + struct.pack(">HH", 2, len(absolute)) + absolute
    return record + b"\xff\xff\0\0"


def _asf_script(asf: bytes, address: str) -> bytes:
    """A Script Command Object (ASF specification, 3.6) that sends the player somewhere else."""

    def counted(text: str) -> bytes:
        return struct.pack("<H", len(text)) + text.encode("utf-16-le")

    body = bytes.fromhex("4a4f1d17f8bbd011a18700a0c90349be")[:16] + struct.pack("<HH", 1, 1)
    body += counted("URL") + struct.pack("<IH", 0, 0) + counted(address)
    script = bytes.fromhex("301afb1e620bd011a39b00a0c90348f6") + struct.pack("<Q", 24 + len(body))
    size, count = struct.unpack("<QI", asf[16:28])
    head = asf[:16] + struct.pack("<QI", size + len(script) + len(body), count + 1)
    return head + asf[28:size] + script + body + asf[size:]
