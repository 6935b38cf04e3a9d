"""The look of the document, as named styles: a person changes one of them, not a thousand runs."""

from __future__ import annotations

from docx.document import Document as DocumentType
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT, WD_UNDERLINE
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import CharacterStyle, ParagraphStyle
from docx.styles.styles import Styles

TURN, SPEAKER, NOTE, FACT, CHECK = (
    "Transcript Turn",
    "Transcript Speaker",
    "Transcript Note",
    "Transcript Fact",
    "Transcript Check",
)
TIME, DOUBT = "Transcript Time", "Transcript Doubt"
MARGIN = Cm(2.3)
"""Width of the column in which the times stand."""
_INK, _QUIET, _DOUBT = (
    RGBColor(0x1F, 0x24, 0x30),
    RGBColor(0x5B, 0x62, 0x70),
    RGBColor(0x8A, 0x4B, 0),
)


def set_styles(document: DocumentType) -> None:
    """Give the document our styles, and Word's own the same face."""
    styles = document.styles
    normal = styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    normal.font.name, normal.font.size, normal.font.color.rgb = "Georgia", Pt(11), _INK
    for name, size in (("Title", 20), ("Heading 1", 13)):
        heading = styles[name]
        assert isinstance(heading, ParagraphStyle)
        _forget_theme(heading)
        heading.font.name, heading.font.size, heading.font.color.rgb = "Georgia", Pt(size), _INK
    _turns(styles)
    _notes(styles)
    time = _character(styles, TIME)
    time.font.name, time.font.size, time.font.color.rgb = "Arial", Pt(8.5), _QUIET
    doubt = _character(styles, DOUBT)
    doubt.font.underline = WD_UNDERLINE.DOTTED


def _forget_theme(style: ParagraphStyle) -> None:
    """Fonts of a theme win over named ones, and the template draws a blue line below titles."""
    for found in style.element.xpath("w:rPr/w:rFonts | w:pPr/w:pBdr"):
        found.getparent().remove(found)


def id_of(name: str) -> str:
    """The identifier python-docx gives to a style of ours; looking it up takes longer by far."""
    return name.replace(" ", "")


def _turns(styles: Styles) -> None:
    turn = _paragraph(styles, TURN)
    turn.paragraph_format.left_indent = MARGIN
    turn.paragraph_format.first_line_indent = -MARGIN
    turn.paragraph_format.tab_stops.add_tab_stop(MARGIN, WD_TAB_ALIGNMENT.LEFT)
    turn.paragraph_format.space_after = Pt(8)
    turn.paragraph_format.line_spacing = 1.35
    turn.paragraph_format.widow_control = True
    speaker = _paragraph(styles, SPEAKER)
    speaker.font.bold, speaker.font.size, speaker.font.name = True, Pt(9.5), "Arial"
    speaker.paragraph_format.left_indent = MARGIN
    speaker.paragraph_format.space_before, speaker.paragraph_format.space_after = Pt(6), Pt(1)
    speaker.paragraph_format.keep_with_next = True
    speaker.next_paragraph_style = turn


def _notes(styles: Styles) -> None:
    for name, size, after in ((NOTE, 9.5, 3), (FACT, 9.5, 1), (CHECK, 9.5, 3)):
        style = _paragraph(styles, name)
        style.font.name, style.font.size, style.font.color.rgb = "Arial", Pt(size), _QUIET
        style.paragraph_format.space_after = Pt(after)
        if name != NOTE:
            style.paragraph_format.left_indent = MARGIN
            style.paragraph_format.first_line_indent = -MARGIN
            style.paragraph_format.tab_stops.add_tab_stop(MARGIN, WD_TAB_ALIGNMENT.LEFT)


def _paragraph(styles: Styles, name: str) -> ParagraphStyle:
    style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)  # type: ignore[no-untyped-call]
    assert isinstance(style, ParagraphStyle)
    style.base_style = styles["Normal"]
    style.quick_style = True
    return style


def _character(styles: Styles, name: str) -> CharacterStyle:
    style = styles.add_style(name, WD_STYLE_TYPE.CHARACTER)  # type: ignore[no-untyped-call]
    assert isinstance(style, CharacterStyle)
    style.quick_style = True
    return style
