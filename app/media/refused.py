"""Human words for what people upload that is no recording, so that the refusal can name it."""

from __future__ import annotations

from typing import Final

_SIGNATURES: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"%PDF-", "a PDF"),
    (0, b"\xff\xd8\xff", "a JPEG picture"),
    (0, b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (0, b"GIF8", "a GIF picture"),
    (8, b"WEBP", "a WebP picture"),
    (0, b"II*\0", "a TIFF picture"),
    (0, b"MM\0*", "a TIFF picture"),
    (4, b"ftyphei", "a HEIC picture"),
    (4, b"ftypmif1", "a HEIC picture"),
    (4, b"ftypavif", "an AVIF picture"),
    (4, b"ftypcrx ", "a camera's raw picture"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xfd7zXZ\0", "an xz archive"),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Microsoft Office document"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a Windows program"),
    (0, b"SQLite format 3\0", "an SQLite database"),
    (0, b"MThd", "a MIDI file, which has notes but no sound"),
    (0, b"#!AMR", "a multichannel AMR recording"),
    (0, b".RMF", "a RealMedia file"),
    (0, b"FLV\x01", "a Flash video"),
    (0, b"\0\0\x01\xba", "an MPEG program stream (a DVD's VOB or MPG video)"),
    (0, b"wvpk", "a WavPack file"),
    (0, b"MAC ", "a Monkey's Audio file"),
    (0, b"DSD ", "a DSD file"),
    (0, b".snd", "a Sun audio file"),
    (0, b"MPCK", "a Musepack file"),
    (0, b"TTA1", "a True Audio file"),
    (0, b"OggS", "a damaged Ogg file"),
)
_TEXT_SIGNATURES: Final[tuple[tuple[str, str], ...]] = (
    ("#extm3u", "a playlist (m3u)"),
    ("[playlist]", "a playlist (pls)"),
    ("ffconcat version", "a playlist (ffconcat)"),
    ("<?wpl", "a playlist (wpl)"),
    ("<asx", "a playlist (asx)"),
    ("v=0\r\no=", "an SDP description"),
    ("v=0\no=", "an SDP description"),
    ("webvtt", "a file of subtitles"),
    ("<!doctype html", "a web page"),
    ("<html", "a web page"),
    ("<svg", "an SVG picture"),
    ("{\\rtf", "a rich-text document"),
)
_ZIPPED_DOCUMENTS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"word/", "a Word document"),
    (b"ppt/", "a PowerPoint presentation"),
    (b"xl/", "an Excel sheet"),
    (b"opendocument.text", "an OpenDocument text"),
    (b"epub+zip", "an e-book"),
)


def describe(head: bytes) -> str:
    """A noun with its article for a file that starts with `head`, to follow "This is"."""
    if not head:
        return "an empty file"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        named = (words for mark, words in _ZIPPED_DOCUMENTS if mark in head[:8192])
        return next(named, "a ZIP archive")
    for offset, mark, words in _SIGNATURES:
        if head.startswith(mark, offset):
            return words
    if not head.strip(b"\0"):
        return "a file of nothing but zero bytes"
    text = _as_text(head)
    return "data of an unknown kind" if text is None else _describe_text(text)


def _as_text(head: bytes) -> str | None:
    """The beginning as text if all of it is: UTF-8, or UTF-16 with its mark; else None."""
    sample = head[:4096]
    try:
        if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = sample[: len(sample) & ~1].decode("utf-16")
        else:
            text = sample.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.encoding != "utf-8" or len(sample) - error.start > 3:
            return None
        text = sample[: error.start].decode("utf-8-sig")  # a character cut in two by the end
    control = any(c < " " and c not in "\t\n\r\f\x1b" for c in text)
    return None if control or not text else text


def _describe_text(text: str) -> str:
    start = text.lstrip().lower()
    for mark, words in _TEXT_SIGNATURES:
        if start.startswith(mark):
            return words
    if "<playlist" in start[:512]:
        return "a playlist (xspf)"
    if "-->" in start[:512] and start[:1].isdigit():
        return "a file of subtitles"
    return "a text file"
