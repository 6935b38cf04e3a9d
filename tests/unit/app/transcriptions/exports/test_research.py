"""Positions of passages, Rich Text that reads back, and what XML cannot hold."""

from __future__ import annotations

import pytest
from docx import Document
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree
from striprtf.striprtf import rtf_to_text

from app.transcriptions.exports import FORMATS
from app.transcriptions.exports.options import Options
from app.transcriptions.exports.research.passages import UNSURE, laid_out
from app.transcriptions.exports.research.rtf import document, escaped
from app.transcriptions.exports.written import for_xml
from tests.support.transcripts import segment, transcript, word

NAMES = [None, "Zoë 🎙️", "王"]


@given(st.lists(st.tuples(st.text(min_size=1), st.sampled_from(NAMES)), min_size=1, max_size=6))
@example([("Grüße 🎙️.", "Zoë 🎙️"), ("So.", "王")])
def test_a_passage_is_where_it_is_said_to_be_in_characters(
    said: list[tuple[str, str | None]],
) -> None:
    segments = [
        segment(text, 3.0 * number, speaker=speaker, flags=["low_confidence"])
        for number, (text, speaker) in enumerate(said)
    ]
    text, passages = laid_out(segments, Options())
    assert [text[each.start : each.end] for each in passages] == [
        " ".join(each.text.split()) for each in segments
    ]


def test_an_unsure_word_is_a_passage_of_its_own() -> None:
    words = [word(" Für", 0, 1), word(" für", 1, 2, 0.2), word(" 王.", 2, 3, 0.3)]
    text, [passage] = laid_out([segment("Für für 王.", 0, 3, words=words)], Options())
    found = [(text[start:end], kinds) for start, end, kinds in passage.doubtful()]
    assert found == [("für", (UNSURE,)), ("王.", (UNSURE,))]
    edited = segment("Quite another text.", 0, 3, words=words, flags=["inaudible"])
    text, [passage] = laid_out([edited], Options())
    assert [kinds for *_, kinds in passage.doubtful()] == [("inaudible",)]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1))
@example("{\\b} \\u8226? \\'e4 }{ \\\\ ÄÖ€ 🎙️")
def test_any_text_reads_back_from_rich_text(said: str) -> None:
    source = "".join(document("t", "c", [f"x{escaped(said)}x"]))
    assert source.isascii()
    halves = rtf_to_text(source).strip("\n")
    assert halves.encode("utf-16", "surrogatepass").decode("utf-16") == f"x{said}x"


@given(st.text(st.characters(), min_size=1))
@example("a\x00\x0b\ud800\ufffe\uffff\x1fb")
def test_what_is_left_for_xml_is_xml(said: str) -> None:
    element = etree.Element("a")
    element.text = for_xml(said)
    read = etree.fromstring(etree.tostring(element)).text or ""
    assert read == for_xml(said).replace("\r\n", "\n")
    assert set(for_xml(said)) <= set(said)


@pytest.mark.parametrize("format", ["docx", "nvivo"])
def test_many_passages_stay_quick_and_complete(format: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    job = transcript(
        [segment(f"Passage {n}.", 5.0 * n, 5.0 * n + 1, flags=["odd"]) for n in range(400)]
    )
    path = tmp_path / "a.docx"
    path.write_bytes(FORMATS[format].content(job))
    read = Document(str(path))
    if format == "nvivo":
        assert len(read.tables[0].rows) == 401
        return
    turns = [p.text for p in read.paragraphs if p.style.name == "Transcript Turn"]
    assert len(turns) == 400
    assert len(list(read.comments)) == 200, "the list at the end has them all"
    assert sum(p.style.name == "Transcript Check" for p in read.paragraphs) == 400
