"""A document of a stranger as plain text: PDF, PowerPoint, Word, tables, plain text.

Told by its content, not by its name. What it may cost is bounded here (pages, characters, what an
archive may unpack to) and by the limits of the process (`worker.proposals.__main__`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from worker.proposals.errors import Refusal

MAX_CHARACTERS: Final = 400_000
WANTED: Final = "a PDF, PowerPoint (.pptx), Word (.docx), CSV, TSV or text file"
_KNOWN: Final = (
    (b"\xd0\xcf\x11\xe0", "an old Office file (.ppt, .doc, .xls). Save it as .pptx, .docx or PDF"),
    (b"{\\rtf", "an RTF file. Save it as .docx or PDF"),
    (b"RIFF", "a recording or a picture"),
    (b"ID3", "a recording"),
    (b"fLaC", "a recording"),
    (b"OggS", "a recording"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "an archive"),
    (b"Rar!", "an archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)


@dataclass(slots=True)
class Document:
    """`kind` is pdf, slides, word or text; slides have lines that stand for themselves."""

    kind: str
    text: str
    notes: list[str] = field(default_factory=list)


def reader(content: bytes) -> Callable[[bytes], Document]:
    """What reads it, loaded: each library takes some tenths of a second, and none loads later."""
    if content[:1024].lstrip().startswith(b"%PDF-"):
        from worker.proposals import pdf

        return pdf.read
    if content.startswith(b"PK\x03\x04"):
        from worker.proposals import office

        return office.read
    return _plain


def read(content: bytes) -> Document:
    """Raises `Refusal`, saying what is wrong with the file and what to do."""
    if not content.strip():
        raise Refusal(
            "document_empty", "There is nothing in it (no letter, no digit). Nothing was kept."
        )
    return reader(content)(content)


def _plain(content: bytes) -> Document:
    for head, what in _KNOWN:
        if content.startswith(head):
            raise wrong_type(what)
    return Document("text", _decoded(content))


def _decoded(content: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or Windows' western letters."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            raise wrong_type("no text") from None
    if b"\0" in content[:4096]:
        raise wrong_type("no text")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    odd = sum(not (c.isprintable() or c.isspace()) for c in text[:10_000])
    if odd > 0.02 * len(text[:10_000]) + 2:
        raise wrong_type("no text")
    return text


def limited(pieces: Iterable[str], notes: list[str]) -> str:
    """The beginning that is read at most."""
    found: list[str] = []
    length = 0
    for piece in pieces:
        found.append(piece[: MAX_CHARACTERS - length])
        length += len(piece)
        if length > MAX_CHARACTERS:
            notes.append(f"Only the first {MAX_CHARACTERS:,} characters were read.")
            break
    return "".join(found)


def damaged(what: str, then: str) -> Refusal:
    return Refusal(
        "document_damaged",
        f"This {what} is damaged or incomplete and cannot be read. Nothing was kept. {then}, or"
        " paste the text.",
    )


def wrong_type(what: str) -> Refusal:
    return Refusal(
        "document_wrong_type",
        f"This is {what}. Nothing was kept. What is read here is {WANTED}; or paste the text.",
    )
