"""The text of PowerPoint and Word files, which are archives of XML."""

# Ch 28 · Security and Privacy: an archive is measured before it is unpacked, and its entities stay closed

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any, Final

import docx
import pptx
from lxml.etree import LxmlError
from pptx.exc import PythonPptxError

from worker.proposals.documents import Document, damaged, limited, wrong_type
from worker.proposals.errors import Refusal

MAX_UNPACKED_BYTES: Final = 300_000_000
MAX_XML_BYTES: Final = 20_000_000
"""Of one part."""
MAX_PARTS: Final = 10_000
_BROKEN: Final = (
    LxmlError, PythonPptxError, zipfile.BadZipFile, LookupError, ValueError, TypeError,
    AttributeError, OSError, RuntimeError, NotImplementedError,
)  # fmt: skip
"""What libraries say of files that are not what they seem."""
_DEEPEST: Final = 20
"""Groups of shapes within groups."""


def read(content: bytes) -> Document:
    """Raises `Refusal`: another kind of archive, locked, damaged, or far larger than it looks."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = _checked(archive)
    except _BROKEN as error:
        raise damaged("file", "Open it where it was made and save it again") from error
    for main, kind, what, pieces in _KINDS:
        if main in names:
            return _text(content, kind, what, pieces)
    if "xl/workbook.xml" in names:
        raise wrong_type("an Excel file. Save the sheet as CSV")
    raise wrong_type("an archive")


def _text(
    content: bytes, kind: str, what: str, pieces: Callable[[bytes], Iterator[str]]
) -> Document:
    notes: list[str] = []
    try:
        text = limited(pieces(content), notes)
    except _BROKEN as error:
        raise damaged(what + " file", "Open it and save it again, or print it as PDF") from error
    if not any(c.isalnum() for c in text):
        raise Refusal(
            "document_without_text",
            f"This {what} file has no text, pictures at most. Nothing was kept. Paste the text, or"
            " give a file that has some.",
        )
    return Document(kind, text, notes)


def _checked(archive: zipfile.ZipFile) -> set[str]:
    """Names of the parts, none of which is larger than a document needs. Nothing is unpacked.

    What an archive declares of a part is the most that is ever unpacked of it (`zipfile`).
    """
    parts = archive.infolist()
    total = sum(part.file_size for part in parts)
    largest = max((p.file_size for p in parts if p.filename.endswith((".xml", ".rels"))), default=0)
    if len(parts) > MAX_PARTS or total > MAX_UNPACKED_BYTES or largest > MAX_XML_BYTES:
        raise Refusal(
            "document_expands",
            f"This file unpacks to {total / 1e6:.0f} MB, far more than a document of text. It was"
            " not unpacked, and nothing was kept. Save it again without pictures and films, or as"
            " PDF.",
        )
    if any(part.flag_bits & 1 for part in parts):
        raise Refusal(
            "document_encrypted",
            "This file is protected with a password and cannot be read. Nothing was kept. Save a"
            " copy without a password and give that.",
        )
    return {part.filename for part in parts}


def _slides(content: bytes) -> Iterator[str]:
    for slide in pptx.Presentation(io.BytesIO(content)).slides:
        for shape in slide.shapes:
            yield from _shape(shape, depth=0)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            yield slide.notes_slide.notes_text_frame.text + "\n"
        yield "\n"


def _shape(shape: Any, depth: int) -> Iterator[str]:
    """Text of a shape, a table, or a group of them."""
    if shape.has_text_frame:
        yield shape.text_frame.text.replace("\v", "\n") + "\n"
    if getattr(shape, "has_table", False):
        for row in shape.table.rows:
            yield "\n".join(cell.text for cell in row.cells) + "\n"
    if hasattr(shape, "shapes") and depth < _DEEPEST:
        for inner in shape.shapes:
            yield from _shape(inner, depth + 1)


def _paragraphs(content: bytes) -> Iterator[str]:
    document = docx.Document(io.BytesIO(content))
    for paragraph in document.paragraphs:
        yield paragraph.text + "\n\n"
    for table in document.tables:
        for row in table.rows:
            yield "\n\n".join(cell.text for cell in row.cells) + "\n\n"


_KINDS: Final[tuple[tuple[str, str, str, Callable[[bytes], Iterator[str]]], ...]] = (
    ("ppt/presentation.xml", "slides", "PowerPoint", _slides),
    ("word/document.xml", "word", "Word", _paragraphs),
)
