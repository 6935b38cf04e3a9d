"""A transcript as a Word document: turns, times in the margin, doubts marked and listed.

https://python-docx.readthedocs.io; comments are those of ECMA-376, part 1, section 17.13.4.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from itertools import groupby

import docx
from docx.document import Document as DocumentType
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from app.transcriptions.exports.doubts import Doubt, doubt_about, explained, unsure
from app.transcriptions.exports.made import facts, machine_made, note
from app.transcriptions.exports.options import Options
from app.transcriptions.exports.paragraphs import divided
from app.transcriptions.exports.times import clock
from app.transcriptions.exports.word import styles
from app.transcriptions.exports.word.properties import set_properties, title_of
from app.transcriptions.exports.written import for_xml
from app.transcriptions.schemas import SegmentOut, TranscriptionOut

MOST_COMMENTS = 200
"""Comments beyond that make Word slow, and nobody reads them; the list has all."""
MOST_LISTED = 2000


def to_docx(
    job: TranscriptionOut, segments: Iterable[SegmentOut], options: Options
) -> Iterator[bytes]:
    """One document. Of ten hours of speech its objects take some hundred megabytes."""
    document = docx.Document()
    styles.set_styles(document)
    set_properties(document, job, options)
    _page(document, job)
    _heading(document, job, options)
    found = _turns(document, segments, options)
    _to_check(document, found)
    file = io.BytesIO()
    document.save(file)
    yield file.getvalue()


def _page(document: DocumentType, job: TranscriptionOut) -> None:
    """Margins, a running head, and at the foot the label and the page's number."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.4)
    section.top_margin = section.bottom_margin = Cm(2.4)
    when = job.finished_at or job.created_at
    head = section.header.paragraphs[0]
    _add(head, f"{title_of(job)}\t\t{when:%Y-%m-%d}", styles.TIME)
    foot = section.footer.paragraphs[0]
    _add(foot, f"{machine_made(job)}\t\tPage ", styles.TIME)
    _field(foot, "PAGE")


def _heading(document: DocumentType, job: TranscriptionOut, options: Options) -> None:
    document.add_paragraph(title_of(job), "Title")
    for name, value in facts(job):
        paragraph = _paragraph(document, styles.FACT)
        _add(paragraph, f"{name}\t{value}")
    for sentence in (machine_made(job), *note(job, options)[2:]):
        _add(_paragraph(document, styles.NOTE), sentence)
    _add(
        _paragraph(document, styles.NOTE),
        "Dotted words are those the model was unsure of; passages to check are listed at the end.",
    )


def _turns(
    document: DocumentType, segments: Iterable[SegmentOut], options: Options
) -> list[tuple[Doubt, str]]:
    """The text itself; returns the doubts, each with its passage."""
    found: list[tuple[Doubt, str]] = []
    speaker: str | None = None
    comments = 0
    group: list[SegmentOut] = []
    for group in divided(segments, options.layout):
        if options.speakers == "on" and group[0].speaker and group[0].speaker != speaker:
            _add(_paragraph(document, styles.SPEAKER), group[0].speaker)
        speaker = group[0].speaker
        paragraph = _paragraph(document, styles.TURN)
        time = clock(group[0].start) if options.times == "on" else ""
        _add(paragraph, time, styles.TIME)
        _add(paragraph, "\t")
        for number, segment in enumerate(group):
            runs = list(_said(paragraph, segment, space=number > 0))
            doubt = doubt_about(segment)
            if doubt is None:
                continue
            found.append((doubt, segment.text))
            if doubt.flags and runs and comments < MOST_COMMENTS:
                comments += 1
                told = "; ".join(explained(flag) for flag in doubt.flags)
                document.add_comment(runs, told, author="Lectern", initials="L")
    if not group:
        _add(_paragraph(document, styles.NOTE), "No speech was found in this recording.")
    return found


def _said(paragraph: Paragraph, segment: SegmentOut, *, space: bool) -> Iterator[Run]:
    """Runs of the segment: one for words that are sure, one for those that are not, and so on."""
    lead = " " if space else ""
    said = "".join(word.word for word in segment.words)
    if said.split() != segment.text.split():
        yield _add(paragraph, lead + segment.text, styles.DOUBT if segment.flags else None)
        return
    for number, (doubtful, words) in enumerate(groupby(segment.words, unsure)):
        text = "".join(word.word for word in words)
        text = text if number else lead + text.lstrip()
        yield _add(paragraph, text, styles.DOUBT if doubtful else None)


def _to_check(document: DocumentType, found: list[tuple[Doubt, str]]) -> None:
    if not found:
        return
    document.add_paragraph("To check", "Heading 1")
    for doubt, text in found[:MOST_LISTED]:
        paragraph = _paragraph(document, styles.CHECK)
        _add(paragraph, clock(doubt.start_s), styles.TIME)
        _add(paragraph, f"\t{doubt.sentence()}: “{_short(text)}”")
    if len(found) > MOST_LISTED:
        rest = len(found) - MOST_LISTED
        _add(
            _paragraph(document, styles.NOTE),
            f"{rest} more are marked in the text but not listed here; CSV and JSON have all.",
        )


def _short(text: str) -> str:
    return text if len(text) <= 120 else text[:119].rsplit(" ", 1)[0] + "…"


def _paragraph(document: DocumentType, style: str) -> Paragraph:
    paragraph = document.add_paragraph()
    paragraph._p.style = styles.id_of(style)
    return paragraph


def _add(paragraph: Paragraph, text: str, style: str | None = None) -> Run:
    run = paragraph.add_run(for_xml(text))
    if style is not None:
        run._r.style = styles.id_of(style)
    return run


def _field(paragraph: Paragraph, code: str) -> None:
    """A field that Word computes, such as the page's number."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    paragraph._p.append(field)
    inner = OxmlElement("w:r")
    field.append(inner)
    number = Run(inner, paragraph)
    number.text = "1"
    inner.style = styles.id_of(styles.TIME)
