"""The table that NVivo imports as the rows of a recording's transcript.

NVivo 12 Help, *Import transcripts*: a Word document with "a table that contains a valid timestamp
or timespan column, and optionally a speaker's name column"; a timespan is two times with a hyphen
between them, and NVivo keeps tenths of a second. In Word the encoding cannot be taken for another.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

import docx
from docx.shared import Cm
from docx.table import Table

from app.transcriptions.exports.doubts import doubt_about
from app.transcriptions.exports.made import machine_made
from app.transcriptions.exports.options import Options
from app.transcriptions.exports.paragraphs import divided, text_of
from app.transcriptions.exports.times import tenths
from app.transcriptions.exports.word.properties import set_properties
from app.transcriptions.exports.written import for_xml
from app.transcriptions.schemas import SegmentOut, TranscriptionOut

COLUMNS = ("Timespan", "Content", "Speaker", "Doubt")
WIDTHS = (Cm(3.4), Cm(8), Cm(2.4), Cm(2.4))


def to_nvivo(
    job: TranscriptionOut, segments: Iterable[SegmentOut], options: Options
) -> Iterator[bytes]:
    """Header row, then a row a passage. Nothing stands outside the table: NVivo would trip on it;
    the label is in the page's footer and in the document's properties."""
    document = docx.Document()
    set_properties(document, job, options)
    document.sections[0].footer.paragraphs[0].text = for_xml(machine_made(job))
    table = document.add_table(1, len(COLUMNS), style="Table Grid")
    for column, width, name in zip(table.columns, WIDTHS, COLUMNS, strict=True):
        column.width = width
        column.cells[0].text = name
    for group in divided(segments, options.layout):
        _row(table, group)
    file = io.BytesIO()
    document.save(file)
    yield file.getvalue()


def _row(table: Table, group: list[SegmentOut]) -> None:
    doubts = [doubt.sentence() for each in group if (doubt := doubt_about(each)) is not None]
    values = (
        f"{tenths(group[0].start)}-{tenths(group[-1].end)}",
        text_of(group),
        group[0].speaker or "",
        "; ".join(doubts),
    )
    # Not `add_row().cells`: that counts the whole grid anew, for every row
    row = table._tbl.add_tr()
    for column, value in zip(table._tbl.tblGrid.gridCol_lst, values, strict=True):
        cell = row.add_tc()
        cell.width = column.w or WIDTHS[0]
        cell.p_lst[0].add_r().text = for_xml(value)
