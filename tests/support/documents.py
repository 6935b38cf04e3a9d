"""Documents as people have them and as attackers make them, made by the libraries themselves."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence

import docx
import pptx
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    EncodedStreamObject,
    NameObject,
    NumberObject,
)

PROSE = (
    "Poverty is often measured with the Foster-Greer-Thorbecke index. In EU-SILC the equivalence"
    " scale of the OECD is used for households. The heteroscedasticity of the residuals is a"
    " problem for the Oaxaca-Blinder decomposition. We load the files with ActiveRecord and plot"
    " them. The Oaxaca-Blinder decomposition was run once more for every country in the data."
)


def pdf(*pages: str, password: str = "") -> bytes:
    """A PDF with a line of text for each sentence."""
    writer = PdfWriter()
    for text in pages:
        _page(writer, _lines(text))
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    return _written(writer)


def locked_pdf(*pages: str) -> bytes:
    """One that anybody may read and only its owner may change."""
    writer = PdfWriter()
    for text in pages:
        _page(writer, _lines(text))
    writer.encrypt("", owner_password="owner", algorithm="RC4-128")
    return _written(writer)


def scanned_pdf(pages: int) -> bytes:
    """Pages without any text."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    return _written(writer)


def endless_pdf() -> bytes:
    """A page tree that is its own child."""
    writer = PdfWriter()
    _page(writer, _lines("One page."))
    tree = writer._root_object["/Pages"].get_object()
    tree[NameObject("/Kids")] = ArrayObject([writer._pages] * 40)  # type: ignore[index]
    tree[NameObject("/Count")] = NumberObject(10**9)  # type: ignore[index]
    return _written(writer)


def pdf_bomb(megabytes: int = 300) -> bytes:
    """A page whose content unpacks to so much."""
    writer = PdfWriter()
    packer = zlib.compressobj(9)
    block = b"BT /F1 12 Tf (abc) Tj ET\n" * 40_000
    data = b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()
    stream = EncodedStreamObject()
    stream._data = data
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    _page(writer, stream)
    return _written(writer)


def slides(title: str, lines: Sequence[str], notes: str = "") -> bytes:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    assert slide.shapes.title is not None
    slide.shapes.title.text = title
    slide.placeholders[1].text = "\n".join(lines)  # type: ignore[attr-defined]
    if notes:
        frame = slide.notes_slide.notes_text_frame
        assert frame is not None
        frame.text = notes
    file = io.BytesIO()
    deck.save(file)
    return file.getvalue()


def word(*paragraphs: str) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def zip_bomb() -> bytes:
    """A presentation with a picture that unpacks to 400 MB of blanks."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("ppt/presentation.xml", "<p/>")
        with archive.open("ppt/media/image1.png", "w", force_zip64=True) as part:
            for _ in range(400):
                part.write(b" " * 10**6)
    return file.getvalue()


def xml_bomb() -> bytes:
    """A presentation whose entities grow tenfold nine times ("billion laughs")."""
    entities = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    laugh = f'<?xml version="1.0"?><!DOCTYPE p [<!ENTITY l0 "ha">{entities}]>'
    original = slides("Title", [PROSE])
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(original)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name == "ppt/slides/slide1.xml":
                body = content.split(b"?>", 1)[1].replace(b"Title", b"&l9;")
                content = laugh.encode() + body
            new.writestr(name, content)
    return file.getvalue()


def _lines(text: str) -> DecodedStreamObject:
    drawn = [b"BT /F1 11 Tf 50 800 Td 14 TL"]
    for line in text.replace(". ", ".\n").split("\n"):
        escaped = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        drawn.append(f"({escaped}) Tj T*".encode("latin-1"))
    stream = DecodedStreamObject()
    stream.set_data(b"\n".join([*drawn, b"ET"]))
    return stream


def _page(writer: PdfWriter, content: DecodedStreamObject | EncodedStreamObject) -> None:
    page = writer.add_blank_page(595, 842)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    page[NameObject("/Contents")] = writer._add_object(content)


def _written(writer: PdfWriter) -> bytes:
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()
