"""The text of a PDF."""

from __future__ import annotations

import importlib
import io
import pkgutil
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

import pypdf
from pypdf.errors import LimitReachedError, PyPdfError

from worker.proposals.documents import Document, damaged, limited
from worker.proposals.errors import Refusal

MAX_PAGES: Final = 300

# What pypdf would load when it first needs it: later no file can be opened
for _module in pkgutil.walk_packages(pypdf.__path__, "pypdf."):
    with suppress(ImportError):  # what it can do with libraries that are not here
        importlib.import_module(_module.name)


def read(content: bytes) -> Document:
    """Raises `Refusal`: locked, a scan, damaged, or far larger than it looks."""
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not _opens_without_password(reader):
            raise Refusal(
                "document_encrypted",
                "This PDF is protected with a password and cannot be read. Nothing was kept. Open"
                ' it, save a copy without protection ("Print", "Save as PDF") and give that.',
            )
        pages = len(reader.pages)
        notes = []
        if pages > MAX_PAGES:
            notes.append(f"Only the first {MAX_PAGES} of {pages} pages were read.")
        text = limited(_pages(reader, min(pages, MAX_PAGES)), notes)
    except LimitReachedError as error:
        raise Refusal(
            "document_expands",
            "This PDF unpacks to far more than a document of text. It was stopped, and nothing was"
            ' kept. Save it again ("Print", "Save as PDF"), or paste the text.',
        ) from error
    except (PyPdfError, LookupError, ValueError, TypeError, AttributeError, OSError) as error:
        raise damaged("PDF", "Open it and print it as a PDF again") from error
    if not any(c.isalnum() for c in text):
        raise Refusal(
            "document_without_text",
            f"This PDF has {pages} page{'s' * (pages != 1)} and no text: it is probably a scan,"
            " pictures of pages. Nothing was kept. Run text recognition (OCR) on it first, or paste"
            " the text.",
        )
    return Document("pdf", text, notes)


def _opens_without_password(reader: pypdf.PdfReader) -> bool:
    """Many are locked against printing only, with an empty password for reading."""
    try:
        return bool(reader.decrypt(""))
    except (PyPdfError, ValueError, NotImplementedError):
        return False


def _pages(reader: pypdf.PdfReader, count: int) -> Iterator[str]:
    for number in range(count):
        yield reader.pages[number].extract_text() + "\n\n"
